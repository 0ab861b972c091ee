import {
  accessSync,
  closeSync,
  constants,
  fchownSync,
  fstatSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { systemCode } from "../../lib/system-code.ts";
import { HOLDER_BYTES, holderText, type LockHolder, parseHolder } from "./holder.ts";

/** Whether the open file is now this process's alone. @throws an Error with `code` where that cannot be had at all */
export type TryLock = (fd: number) => boolean;

/** Neither followed nor waited for, whatever somebody has put in its place. */
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const MODE = 0o600;
const ATTEMPTS = 5;

/** What became of an attempt: the descriptor of the locked file, or who has it. */
export type Attempt =
  | { readonly outcome: "locked"; readonly fd: number }
  | { readonly outcome: "taken"; readonly holder: LockHolder | null };

/** Locks the file at the path, and makes it where it is missing. @throws what the file system and `tryLock` throw */
export function lockFile(path: string, tryLock: TryLock): Attempt {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const fd = openOrMake(path);
    if (fd === null) continue;
    let keeps = false;
    try {
      const file = fstatSync(fd);
      if (!file.isFile() || file.nlink > 1) throw notOurs(path);
      if (!tryLock(fd)) return { outcome: "taken", holder: readHolder(fd) };
      // Somebody may have removed it between the two: then a third one would lock another file.
      keeps = isAt(path, fd);
      if (keeps) return { outcome: "locked", fd };
    } finally {
      if (!keeps) closeSync(fd);
    }
  }
  throw Object.assign(new Error(`${path} is being replaced all the time`), { code: "EBUSY" });
}

/** @returns null where it came or went meanwhile */
function openOrMake(path: string): number | null {
  try {
    // A file that may only be read could be locked as well, by an agent that cannot write there.
    accessSync(path, constants.W_OK);
    return openSync(path, FLAGS);
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
  }
  let fd: number;
  try {
    fd = openSync(path, FLAGS | constants.O_CREAT | constants.O_EXCL, MODE);
  } catch (error) {
    if (systemCode(error) === "EEXIST") return null;
    throw error;
  }
  // An agent that root starts becomes another user, and is started by that one the next time.
  const { uid, gid } = statSync(dirname(path));
  if (process.geteuid?.() === 0 && uid !== 0) fchownSync(fd, uid, gid);
  return fd;
}

/** Says in the locked file who has it; nobody: null. @throws what the file system throws */
export function writeHolder(fd: number, holder: LockHolder | null): void {
  // The lock's own descriptor only reads: one that may write would keep the file system from being made read-only.
  const writer = openSync(process.platform === "linux" ? `/proc/self/fd/${fd}` : `/dev/fd/${fd}`, "r+");
  try {
    ftruncateSync(writer);
    if (holder !== null) writeSync(writer, holderText(holder), 0);
  } finally {
    closeSync(writer);
  }
}

function readHolder(fd: number): LockHolder | null {
  const bytes = Buffer.alloc(HOLDER_BYTES);
  return parseHolder(bytes.toString("utf8", 0, readSync(fd, bytes, 0, HOLDER_BYTES, 0)));
}

function isAt(path: string, fd: number): boolean {
  const held = fstatSync(fd, { bigint: true });
  try {
    const there = lstatSync(path, { bigint: true });
    return there.ino === held.ino && there.dev === held.dev;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return false;
    throw error;
  }
}

/** A second name of it may be a file that must not be written to. */
const notOurs = (path: string): Error => Object.assign(new Error(`${path} is no ordinary file of its own`), { code: "NOT_OURS" });
