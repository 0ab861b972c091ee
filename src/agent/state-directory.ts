import { accessSync, constants, mkdirSync } from "node:fs";
import { systemCode } from "../lib/system-code.ts";

const MODE = 0o750;

const remedies: Readonly<Record<string, string>> = {
  EACCES: "permission denied; let the agent's user write to it (systemd: StateDirectory=)",
  EPERM: "permission denied; let the agent's user write to it (systemd: StateDirectory=)",
  EROFS: "the file system is read-only; set state_directory to one that is not",
  ENOENT: "it is missing and cannot be made; make it, or correct state_directory",
  ENOTDIR: "a part of the path is no directory; correct state_directory",
  EEXIST: "it is no directory; correct state_directory",
};

/** Makes the directory where it is missing. @returns why the agent cannot write there and what to do, or null */
export function stateDirectoryProblem(path: string): string | null {
  try {
    mkdirSync(path, { recursive: true, mode: MODE });
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
    return null;
  } catch (error) {
    const code = systemCode(error) ?? "unknown";
    return `cannot write to ${path}: ${remedies[code] ?? code}`;
  }
}
