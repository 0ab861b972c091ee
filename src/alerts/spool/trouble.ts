import { systemCode } from "../../lib/system-code.ts";

const remedies: Readonly<Record<string, string>> = {
  ENOSPC: "no space is left on the device; free some",
  EDQUOT: "the disk quota is used up; free some space",
  EROFS: "the file system is read-only; set state_directory to one that is not",
  EACCES: "permission denied; let the agent's user write to its directory (systemd: StateDirectory=)",
  EPERM: "permission denied; let the agent's user write to its directory (systemd: StateDirectory=)",
  ENOENT: "the directory is missing and cannot be made; correct state_directory",
  ENOTDIR: "a part of the path is no directory; correct state_directory",
  EEXIST: "a part of the path is no directory; correct state_directory",
};

/** Why the disk did not take something, with what to do; for a person. */
export function diskProblem(directory: string, error: unknown): string {
  const code = systemCode(error);
  return `alerts cannot be stored in ${directory}: ${remedies[code ?? ""] ?? code ?? "an unknown failure"}`;
}

/** The same for a disk that does not answer. */
export const hungDisk = (directory: string): string =>
  `alerts cannot be stored in ${directory}: the disk does not answer; look at the system's log`;
