import { closeSync, fchmodSync, openSync, readdirSync, renameSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { type WallTime, wallTime } from "../../lib/time.ts";

/** Files that wait at the most; each takes a page of memory below /run. */
export const MAX_SPOOL_FILES = 10_000;
/** The agent can read what a script of another user wrote, whatever keepalived's umask (0177) says; nobody else passes the directory. */
const FILE_MODE = 0o644;

/** Where notify calls wait for the agent: beside its socket. */
export const spoolDirectory = (socketPath: string): string => join(dirname(socketPath), "notify-spool");

/** The time in the name of a spool file, or null for any other name. */
export function parseSpoolName(name: string): WallTime | null {
  const match = /^(\d{19})-\d{1,10}\.notify$/.exec(name);
  return match?.[1] === undefined ? null : wallTime(Number(BigInt(match[1]) / 1_000n));
}

/** Whether a name is that of a file which is still being written, or whose writer died. */
export const isSpoolTemporary = (name: string): boolean => /^\.[\d-]+\.tmp$/.test(name);

/**
 * Leaves a line for the agent to take: written under another name first, so that it never sees half a file.
 * @throws what the file system throws; an Error with code ENOSPC where too many wait already
 */
export function writeSpoolFile(directory: string, line: string, at: { readonly nanoseconds: bigint; readonly pid: number }): void {
  if (readdirSync(directory).length >= MAX_SPOOL_FILES)
    throw Object.assign(new Error(`${MAX_SPOOL_FILES} notify calls wait in ${directory} already`), { code: "ENOSPC" });
  const stem = `${String(at.nanoseconds).padStart(19, "0")}-${at.pid}`;
  const temporary = join(directory, `.${stem}.tmp`);
  const fd = openSync(temporary, "wx", FILE_MODE);
  try {
    writeSync(fd, `${line}\n`);
    fchmodSync(fd, FILE_MODE);
  } finally {
    closeSync(fd);
  }
  renameSync(temporary, join(directory, `${stem}.notify`));
}
