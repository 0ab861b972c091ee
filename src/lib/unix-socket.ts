import { lstat } from "node:fs/promises";
import { connect } from "node:net";
import { systemCode } from "./system-code.ts";

/** Whether the path is a Unix socket that nobody listens on any more: left behind by a process that was killed. */
export async function isAbandonedSocket(path: string): Promise<boolean> {
  // Connecting to a file that is no socket is refused just the same, and such a file is not ours to remove.
  if (!(await lstat(path)).isSocket()) return false;
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(false);
    });
    socket.once("error", (error) => resolve(systemCode(error) === "ECONNREFUSED"));
  });
}
