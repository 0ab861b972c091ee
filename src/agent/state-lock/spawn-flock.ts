import { spawnSync } from "node:child_process";

const LIMIT_MS = 5_000;

/**
 * Locks an open file without the addon, by the program flock (util-linux, busybox): a lock belongs to the open file, which the program
 * shares with us, and stays when the program ends.
 * @throws an Error with `code` and `syscall` where there is no such program, or it fails
 */
export function spawnFlock(fd: number): boolean {
  const { error, status, stderr } = spawnSync("flock", ["-n", "-x", "3"], {
    stdio: ["ignore", "ignore", "pipe", fd],
    encoding: "utf8",
    timeout: LIMIT_MS,
  });
  if (error !== undefined) throw error;
  if (status === 0) return true;
  // That another has it is said by the status alone.
  if (status === 1 && stderr === "") return false;
  throw Object.assign(new Error(`flock: ${stderr.trim()}`), { code: "FLOCK", syscall: "flock" });
}
