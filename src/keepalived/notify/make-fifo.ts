import { spawnSync } from "node:child_process";

/** mkfifo(3), as the addon offers it. Throws an Error with `code` and `syscall`. */
export type MakeFifo = (path: string, mode: number) => void;

/** The same through the program of coreutils or busybox, for hosts without the addon. It says less about why it failed. */
export const spawnMkfifo: MakeFifo = (path, mode) => {
  const { error, status, stderr } = spawnSync("mkfifo", ["-m", mode.toString(8), "--", path], {
    encoding: "utf8",
    stdio: ["ignore", "ignore", "pipe"],
    timeout: 5_000,
    env: { ...process.env, LC_ALL: "C" },
  });
  if (error !== undefined) throw error;
  if (status === 0) return;
  const code = [/File exists/, /Permission denied/, /Read-only/, /No such file/, /No space/].findIndex((text) => text.test(stderr));
  throw Object.assign(new Error(stderr.trim()), {
    code: ["EEXIST", "EACCES", "EROFS", "ENOENT", "ENOSPC"][code] ?? "EIO",
    syscall: "mkfifo",
  });
};
