import { open, readdir, readFile, readlink, stat } from "node:fs/promises";
import { join } from "node:path";
import { passShortage } from "../../lib/system-code.ts";

/** Clock ticks a second in /proc (USER_HZ): the same on every architecture that runs Linux and Node. */
const TICKS = 100;

/** Beyond this difference /proc/uptime counts from another beginning. A host that slept differs, too, but servers do not. */
const LXCFS_SECONDS = 60;

/** One process as /proc/PID/stat shows it to everybody. */
export interface ProcessStat {
  readonly pid: number;
  readonly comm: string;
  /** `Z` and `X` are dead. */
  readonly state: string;
  readonly parent: number;
  /** Seconds after boot. */
  readonly started: number;
}

/** @see proc(5): the name is in parentheses and may itself hold some, so the fields are counted from the last one. Never throws. */
export function parseStat(text: string): ProcessStat | undefined {
  const open = text.indexOf("(");
  const close = text.lastIndexOf(")");
  if (open < 0 || close < open) return undefined;
  const fields = text.slice(close + 2).split(" ");
  const [pid, parent, ticks] = [Number(text.slice(0, open)), Number(fields[1]), Number(fields[19])];
  if (![pid, parent, ticks].every(Number.isSafeInteger)) return undefined;
  return { pid, comm: text.slice(open + 1, close), state: fields[0] ?? "", parent, started: ticks / TICKS };
}

/** A file of /proc, each byte a character. Replaceable in tests. */
export type ReadProc = (path: string) => Promise<string>;

const readProc: ReadProc = (path) => readFile(path, "latin1");

/**
 * Read access to /proc. What is not there or not allowed is undefined: processes come and go while we look. Where there is no descriptor to
 * look with, nothing is known: that is thrown (`isShortage`).
 */
export class Proc {
  readonly #root: string;
  readonly #read: ReadProc;

  constructor(root = "/proc", read = readProc) {
    this.#root = root;
    this.#read = read;
  }

  /** undefined for a process that does not exist, or is dead and only waits to be buried. */
  async stat(pid: number): Promise<ProcessStat | undefined> {
    const text = await this.text(`${pid}/stat`);
    const parsed = text === undefined ? undefined : parseStat(text);
    return parsed === undefined || parsed.state === "Z" || parsed.state === "X" ? undefined : parsed;
  }

  /**
   * Seconds since the boot that `ProcessStat.started` counts from. In a container /proc/uptime may count from the start of the
   * container instead (lxcfs), while stat is the kernel's: our own start tells.
   */
  async uptime(): Promise<number | undefined> {
    const told = Number((await this.text("uptime"))?.split(" ")[0]);
    const own = await this.stat(process.pid);
    const counted = own === undefined ? undefined : own.started + process.uptime();
    if (counted !== undefined && !(Math.abs(told - counted) < LXCFS_SECONDS)) return counted;
    return Number.isFinite(told) ? told : undefined;
  }

  async commandLine(pid: number): Promise<readonly string[]> {
    return ((await this.text(`${pid}/cmdline`)) ?? "").split("\0");
  }

  /**
   * Whether a process is in our network namespace; undefined where we may not know. Its link `ns/net` is for its user and root.
   * Anybody may see its `net/dev`, of which each namespace has one with an inode of its own (Linux fs/proc/proc_net.c and
   * generic.c, proc_register).
   */
  async inOurNetworkNamespace(pid: number): Promise<boolean | undefined> {
    for (const name of [this.#namespaceLink, this.#deviceListInode]) {
      const [own, other] = await Promise.all([name("self"), name(String(pid))]);
      if (own !== undefined && other !== undefined) return own === other;
    }
    return undefined;
  }

  readonly #namespaceLink = (pid: string): Promise<string | undefined> => readlink(join(this.#root, pid, "ns/net")).catch(() => undefined);

  readonly #deviceListInode = (pid: string): Promise<string | undefined> =>
    stat(join(this.#root, pid, "net/dev"), { bigint: true }).then(
      ({ ino }) => String(ino),
      () => undefined,
    );

  path(name: string): string {
    return join(this.#root, name);
  }

  async pids(): Promise<readonly number[]> {
    const names = await readdir(this.#root).catch((error: unknown) => {
      passShortage(error);
      return [];
    });
    return names.filter((name) => /^\d+$/.test(name)).map(Number);
  }

  async text(name: string): Promise<string | undefined> {
    return await this.#read(join(this.#root, name)).catch((error: unknown) => {
      passShortage(error);
      return undefined;
    });
  }
}

/** What a file may hold that is read as a pid file: more than a number and some space is something else. */
const PID_FILE_BYTES = 64;

/**
 * The process id in a pid file; `stale` where the file holds none, undefined where there is no file or it may not be read.
 * @throws a shortage (`isShortage`)
 */
export async function readPidFile(path: string): Promise<number | "stale" | undefined> {
  const file = await open(path, "r").catch((error: unknown) => {
    passShortage(error);
    return undefined;
  });
  if (file === undefined) return undefined;
  try {
    if (!(await file.stat()).isFile()) return undefined;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(PID_FILE_BYTES), 0, PID_FILE_BYTES, 0);
    const text = buffer.toString("latin1", 0, bytesRead).trim();
    return /^[1-9]\d{0,9}$/.test(text) ? Number(text) : "stale";
  } catch {
    return undefined;
  } finally {
    await file.close();
  }
}
