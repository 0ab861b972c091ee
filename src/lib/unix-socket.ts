import { lstatSync, unlinkSync } from "node:fs";
import { connect } from "node:net";
import { systemCode } from "./system-code.ts";

/** sun_path holds 108 bytes with its final zero (unix(7)); Node cuts off what is beyond without a word. */
export const MAX_SOCKET_PATH_BYTES = 107;

/** Its owner's alone. */
const CLOSED_UMASK = 0o177;

/**
 * A call that binds a Unix socket, and does so before it returns: whatever the umask of the process, the socket is its owner's alone from
 * its making on, so that nobody comes in before it has its mode.
 */
export function bindClosed<T>(bind: () => T): T {
  const umask = process.umask(CLOSED_UMASK);
  try {
    return bind();
  } finally {
    process.umask(umask);
  }
}

/**
 * Removes a Unix socket that nobody listens on any more: left behind by a process that was killed. Anything else stays.
 * @returns whether the path is free now
 * @throws what lstat(2) and unlink(2) throw
 */
export async function removeAbandonedSocket(path: string): Promise<boolean> {
  const found = identityOf(path);
  // Connecting to a file that is no socket is refused just the same, and such a file is not ours to remove.
  if (!isSocket(path) || !(await isRefused(path))) return false;
  // Another agent may have come to the same conclusion, and its new socket may be there by now.
  if (identityOf(path) !== found) return false;
  unlinkSync(path);
  return true;
}

/** Tells a file from another that took its place: inode numbers alone are used again at once (ext4). */
function identityOf(path: string): string {
  const { dev, ino, ctimeNs } = lstatSync(path, { bigint: true });
  return `${dev} ${ino} ${ctimeNs}`;
}

/** Whether there is a Unix socket at the path; a link to one is none. */
export function isSocket(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSocket() === true;
}

function isRefused(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(false);
    });
    socket.once("error", (error) => resolve(systemCode(error) === "ECONNREFUSED"));
  });
}
