import { execFileSync, spawnSync } from "node:child_process";
import { environment } from "../../lab/framework/shell.ts";

/** For `test(title, { skip: mountSkip() }, ...)`: why no file system can be mounted here, or false where it can. */
export function mountSkip(): string | false {
  if (process.getuid?.() !== 0) return "to mount a file system needs root";
  const tried = spawnSync("unshare", ["--mount", "mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", "/tmp"], { env: environment });
  return tried.status === 0 ? false : "this machine does not allow mounts in a namespace of one's own";
}

/** A command that runs with a tmpfs of 64 kB of its own in the place of a directory. @param before a shell command, run first, in it */
export const inSmallDisk = (directory: string, before: string, command: readonly string[]): readonly string[] => [
  "unshare",
  "--mount",
  "sh",
  "-c",
  `mount -t tmpfs -o size=64k tmpfs "$0" && (cd "$0" && ${before}) && exec "$@"`,
  directory,
  ...command,
];

/** Fills what is left. That it fails at the end is what is wanted. */
export const FILL = "{ cat /dev/zero > full 2>/dev/null || true; }";

/** The disk of such a command, as it is seen by it. */
export const diskOf = (pid: number, directory: string): string => `/proc/${pid}/root${directory}`;

export function remount(pid: number, directory: string, mode: "ro" | "rw"): void {
  execFileSync("nsenter", ["--target", String(pid), "--mount", "mount", "-o", `remount,${mode}`, directory], { env: environment });
}
