import { type BigIntStats, closeSync, constants, fstatSync, lstatSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { creationProblem, ensureDirectory } from "../../lib/directories.ts";
import { err, ok, type Result } from "../../lib/result.ts";
import { systemCode } from "../../lib/system-code.ts";
import type { MakeFifo } from "./make-fifo.ts";

/** An open FIFO that passed every check. */
export interface OpenFifo {
  readonly fd: number;
  readonly device: bigint;
  readonly inode: bigint;
}

/** Only its owner and root: a FIFO has one reader, and whoever may write can tell us anything. */
const MODE = 0o600;
const ATTEMPTS = 5;
/** Non-blocking, and for writing too: so the pipe has an end at no writer's end, and what is written while we restart stays in it. */
const FLAGS = constants.O_RDWR | constants.O_NONBLOCK | constants.O_NOFOLLOW;

/**
 * Opens the FIFO at `path`, and makes it first where there is nothing.
 * @returns the open FIFO, which the caller closes, or what is wrong and what to do about it. Never throws.
 */
export function openFifo(path: string, makeFifo: MakeFifo): Result<OpenFifo, string> {
  for (let i = 0; i < ATTEMPTS; i++) {
    const opened = tryToOpen(path, makeFifo);
    if (opened !== null) return opened;
  }
  return err(`${path} is being replaced all the time: end the program that does so`);
}

/** @returns null where another program replaced the file meanwhile, as keepalived does at a reload */
function tryToOpen(path: string, makeFifo: MakeFifo): Result<OpenFifo, string> | null {
  const made = makeIfMissing(path, makeFifo);
  if (made === null || !made.ok) return made;
  const problem = judge(path, made.value);
  if (problem !== null) return err(problem);
  let fd: number;
  try {
    fd = openSync(path, FLAGS);
  } catch (error) {
    return systemCode(error) === "ENOENT" ? null : err(openProblem(path, made.value, error));
  }
  // What was opened may be another file than what was looked at.
  const now = fstatSync(fd, { bigint: true });
  if (now.ino === made.value.ino && now.dev === made.value.dev) return ok({ fd, device: now.dev, inode: now.ino });
  closeSync(fd);
  return null;
}

/** Whether the path still leads to the file that is open. An open file keeps its inode number, so that no other can have it. */
export function isStillAt(path: string, { device, inode }: OpenFifo): boolean {
  try {
    const now = lstatSync(path, { bigint: true });
    return now.ino === inode && now.dev === device;
  } catch {
    return false;
  }
}

function makeIfMissing(path: string, makeFifo: MakeFifo): Result<BigIntStats, string> | null {
  try {
    return ok(lstatSync(path, { bigint: true }));
  } catch (error) {
    if (systemCode(error) !== "ENOENT") return err(openProblem(path, undefined, error));
  }
  try {
    ensureDirectory(dirname(path));
    makeFifo(path, MODE);
  } catch (error) {
    // keepalived may have been quicker.
    if (systemCode(error) !== "EEXIST") return err(creationProblem("the FIFO", path, dirname(path), error));
  }
  try {
    return ok(lstatSync(path, { bigint: true }));
  } catch (error) {
    return systemCode(error) === "ENOENT" ? null : err(openProblem(path, undefined, error));
  }
}

/** Why this file is not to be read from, or null. */
function judge(path: string, file: BigIntStats): string | null {
  if (!file.isFIFO()) {
    return `${path} is ${kindOf(file)}, not a FIFO: remove it, or set keepalived.notify_fifo and keepalived's vrrp_notify_fifo to another path`;
  }
  const owner = Number(file.uid);
  if (owner === 0 || owner === process.geteuid?.()) return null;
  return `${path} belongs to the user with the id ${owner}, neither to the agent nor to root: if keepalived made it, name the agent's user behind the path in keepalived.conf (vrrp_notify_fifo PATH USER) and restart keepalived; else remove it, and the agent makes it anew`;
}

function kindOf(file: BigIntStats): string {
  if (file.isSymbolicLink()) return "a symbolic link";
  if (file.isDirectory()) return "a directory";
  if (file.isSocket()) return "a socket";
  return file.isFile() ? "a regular file" : "a device";
}

function openProblem(path: string, file: BigIntStats | undefined, error: unknown): string {
  const code = systemCode(error);
  if (code === "ELOOP") return `${path} is a symbolic link: set keepalived.notify_fifo to the path of the FIFO itself`;
  if (code === "EACCES" || code === "EPERM") {
    if (file === undefined) return `cannot look at ${path}: permission denied; let the agent's user pass through the directories above it`;
    return `cannot open ${path}: permission denied; write "vrrp_notify_fifo ${path} USER" with the agent's user into keepalived.conf, or remove it and start the agent before keepalived`;
  }
  if (code === "ENOTDIR") return `cannot open ${path}: a part of the path is no directory`;
  return `cannot open ${path}: ${error instanceof Error ? error.message : String(error)}`;
}
