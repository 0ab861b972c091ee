import { closeSync, constants, fchmodSync, fchownSync, fstatSync, lchownSync, lstatSync, mkdirSync, openSync, readdirSync } from "node:fs";
import { dirname } from "node:path";
import { ensureDirectory } from "../../lib/directories.ts";
import { systemCode } from "../../lib/system-code.ts";
import type { Account } from "./account.ts";
import { isRootsAlone } from "./roots-alone.ts";

/** A directory that the agent writes to. */
export interface OwnDirectory {
  readonly path: string;
  /** Permissions where it has to be made. */
  readonly mode: number;
  /** What the agent makes in it; the same with a dot and more behind it is the agent's too (`silences.json.tmp`). */
  readonly names: readonly string[];
}

const OPEN_DIRECTORY = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
const OPEN_FIFO = constants.O_RDWR | constants.O_NONBLOCK | constants.O_NOFOLLOW;
const OTHERS_WRITE = 0o022;
const MOST_DEPTH = 8;
/** More than incidents and alerts within their greatest bounds. */
const MOST_FILES = 200_000;

/** Spent over one directory. */
interface Walk {
  readonly account: Account;
  left: number;
  /** Folders lay too deep. */
  tooDeep: boolean;
}

/**
 * Gives a directory to the account that the agent becomes: makes it where it is missing, and hands over what an agent that ran as root
 * left there. Only what is root's alone is touched, so that nobody can make us give away something else: a directory that belongs to
 * somebody, that others may write to, or that holds other programs' files stays as it is. Where somebody else has a say in the path itself
 * nothing is made either: that is left to the agent, as the user it becomes.
 * @param mostFiles how many are handed over at most
 * @returns what is in the way, with what to do; null where nothing is, or where what is in the way is told by those who write there
 */
export function giveDirectory({ path, mode, names }: OwnDirectory, account: Account, mostFiles = MOST_FILES): string | null {
  try {
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (!isRootsAlone(path)) return found?.isDirectory() === true && found.uid === 0 ? notRootsAlone(path, account) : null;
    if (found === undefined) {
      ensureDirectory(dirname(path));
      mkdirSync(path, mode);
    }
    return giveExisting(path, found === undefined ? mode : null, names, { account, left: mostFiles, tooDeep: false });
  } catch (error) {
    // Whoever writes there says it: a link, no directory, a read-only file system.
    if (systemCode(error) === undefined) throw error;
    return null;
  }
}

function notRootsAlone(path: string, { name, uid, gid }: Account): string {
  return (
    `${path} belongs to root, but others than root may change what is above it, so it is not given to ${name ?? uid}: ` +
    `do it yourself: chown -R ${uid}:${gid} ${path}`
  );
}

/** @param made the permissions of one that was made just now; null: they stay as they are */
function giveExisting(path: string, made: number | null, names: readonly string[], walk: Walk): string | null {
  const { account } = walk;
  const directory = openSync(path, OPEN_DIRECTORY);
  try {
    const { uid, mode } = fstatSync(directory);
    if (uid !== 0 || (mode & OTHERS_WRITE) !== 0) return null;
    const foreign = readdirSync(`/proc/self/fd/${directory}`).find(
      (name) => !names.some((own) => name === own || name.startsWith(`${own}.`)),
    );
    if (foreign !== undefined) {
      return (
        `${path} belongs to root and holds what is not the agent's (${foreign}), so it is not given to ${account.name ?? account.uid}: ` +
        `give the agent a directory of its own, or do it yourself: chown ${account.uid}:${account.gid} ${path}`
      );
    }
    // The umask may have taken something away.
    if (made !== null) fchmodSync(directory, made);
    return giveAll(directory, path, walk);
  } finally {
    closeSync(directory);
  }
}

/** What stays root's half-way is told: the agent could not write it, and the system call that failed says nothing later on. */
function giveAll(directory: number, path: string, walk: Walk): string | null {
  const { name, uid, gid } = walk.account;
  const partly = (why: string): string =>
    `${path} is given to ${name ?? uid} in part only (${why}): do it yourself: chown -R ${uid}:${gid} ${path}`;
  const most = walk.left;
  try {
    giveContents(directory, walk, MOST_DEPTH);
    fchownSync(directory, uid, gid);
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return partly(error instanceof Error ? error.message : String(error));
  }
  if (walk.left < 0) return partly(`it holds more than ${most} files`);
  return walk.tooDeep ? partly(`it holds folders more than ${MOST_DEPTH} deep`) : null;
}

/** The contents before their directory, so that nobody but root can change what is still to be looked at. */
function giveContents(directory: number, walk: Walk, depth: number): void {
  const base = `/proc/self/fd/${directory}`;
  for (const name of readdirSync(base)) {
    if (walk.left-- <= 0) return;
    const file = lstatSync(`${base}/${name}`);
    if (file.uid !== 0) continue;
    if (file.isDirectory()) {
      if (depth === 0) walk.tooDeep = true;
      else if ((file.mode & OTHERS_WRITE) === 0) giveInner(`${base}/${name}`, walk, depth - 1);
    } else if (file.isFIFO() || file.isSocket() || (file.isFile() && file.nlink === 1)) {
      lchownSync(`${base}/${name}`, walk.account.uid, walk.account.gid);
    }
  }
}

function giveInner(path: string, walk: Walk, depth: number): void {
  const directory = openSync(path, OPEN_DIRECTORY);
  try {
    giveContents(directory, walk, depth);
    fchownSync(directory, walk.account.uid, walk.account.gid);
  } finally {
    closeSync(directory);
  }
}

/** A FIFO that keepalived, or an agent that ran as root, made before us: keepalived may write to it whoever it belongs to. */
export function giveFifo(path: string, { uid, gid }: Account): void {
  try {
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found?.isFIFO() !== true || found.uid !== 0) return;
    const fifo = openSync(path, OPEN_FIFO);
    try {
      const file = fstatSync(fifo);
      if (file.isFIFO() && file.uid === 0 && file.nlink === 1) fchownSync(fifo, uid, gid);
    } finally {
      closeSync(fifo);
    }
  } catch (error) {
    // What opens the FIFO says what is wrong with it.
    if (systemCode(error) === undefined) throw error;
  }
}
