import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { basename } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import type { OpenFifo } from "./fifo-file.ts";

const MAX_PROCESSES = 32_768;
const MAX_DESCRIPTORS = 262_144;
/** The event loop is not held longer than this at a time. */
const SLICE_MS = 5;

export interface Reader {
  readonly pid: number;
  readonly command: string;
}

/**
 * Finds a process that could read from the FIFO, other than this one and keepalived, which opens it for both directions and only writes.
 * As far as /proc lets us see: without privileges that is our own user's processes.
 */
export async function otherReader(path: string, fifo: OpenFifo): Promise<Reader | null> {
  const name = basename(path);
  let descriptors = 0;
  let sliceEnd = performance.now() + SLICE_MS;
  for (const pid of numbersIn("/proc").slice(0, MAX_PROCESSES)) {
    if (performance.now() > sliceEnd) {
      await turn();
      sliceEnd = performance.now() + SLICE_MS;
    }
    if (pid === process.pid) continue;
    for (const fd of numbersIn(`/proc/${pid}/fd`)) {
      descriptors += 1;
      if (descriptors > MAX_DESCRIPTORS) return null;
      if (!isFifo(pid, fd, name, fifo) || !mayRead(pid, fd)) continue;
      const command = textOf(`/proc/${pid}/comm`);
      if (!isKeepalived(pid, command)) return { pid, command: nameOf(pid, command) };
    }
  }
  return null;
}

/** The link's text first: a stat may hang where the target lies on a dead network file system. */
function isFifo(pid: number, fd: number, name: string, { device, inode }: OpenFifo): boolean {
  const link = `/proc/${pid}/fd/${fd}`;
  try {
    if (basename(readlinkSync(link)).replace(/ \(deleted\)$/, "") !== name) return false;
    const file = statSync(link, { bigint: true });
    return file.ino === inode && file.dev === device;
  } catch {
    return false;
  }
}

/** The flags of an open file are octal; the last two bits are the access mode, 1 of which is write-only (proc(5), open(2)). */
function mayRead(pid: number, fd: number): boolean {
  const flags = /^flags:\s*([0-7]+)$/m.exec(textOf(`/proc/${pid}/fdinfo/${fd}`))?.[1];
  return flags !== undefined && (Number.parseInt(flags, 8) & 3) !== 1;
}

/** Its processes may carry other names (`vrrp_process_name`). */
const isKeepalived = (pid: number, command: string): boolean => command === "keepalived" || executableOf(pid) === "keepalived";

/** The kernel's name of a process is cut to this many bytes (TASK_COMM_LEN). */
const COMMAND_BYTES = 15;

/** What a person calls a program: a script's own name, but not one that it gave its main thread, as Node 24 does ("MainThread"). */
function nameOf(pid: number, command: string): string {
  const words = textOf(`/proc/${pid}/cmdline`).split("\0").slice(0, 2);
  if (words.some((word) => basename(word).slice(0, COMMAND_BYTES) === command)) return command;
  return executableOf(pid) ?? command;
}

/** The name of the file that a process runs; undefined where we may not know. */
function executableOf(pid: number): string | undefined {
  try {
    return basename(readlinkSync(`/proc/${pid}/exe`)).replace(/ \(deleted\)$/, "");
  } catch {
    return undefined;
  }
}

function numbersIn(folder: string): number[] {
  try {
    return readdirSync(folder)
      .map(Number)
      .filter((n) => Number.isInteger(n));
  } catch {
    return [];
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return "";
  }
}
