import { closeSync, constants, fstatSync, lstatSync, mkdirSync, opendirSync, openSync, readSync, unlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { creationProblem, ensureDirectory } from "../../lib/directories.ts";
import { RateLimiter } from "../../lib/rate-limiter.ts";
import { err, ok, type Result } from "../../lib/result.ts";
import { systemCode } from "../../lib/system-code.ts";
import { seconds, type WallTime, wallTime } from "../../lib/time.ts";
import { DirectoryWatch } from "../directory-watch.ts";
import { MAX_BODY_BYTES, parseBody } from "./body.ts";
import type { NotifyDeps } from "./deps.ts";
import { escapeText } from "./escape.ts";
import { type NotifyGroup, share } from "./group.ts";
import type { NotifyLines } from "./lines.ts";
import { isSpoolTemporary, MAX_SPOOL_FILES, parseSpoolName } from "./spool-file.ts";

export interface NotifySpoolOptions {
  readonly directory: string;
  readonly group: NotifyGroup | null;
  /** Between two looks besides those that events of the directory lead to, in milliseconds. Default 5 s. */
  readonly checkMs?: number;
}

/**
 * Sticky: who may add files may not remove those of others. Not set-group-ID, which systemd's RestrictSUIDSGID= refuses: what keeps others
 * from the files is that they cannot pass the directory.
 */
const MODES = { shared: 0o1770, alone: 0o700 } as const;
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
/** Files in one turn of the event loop. */
const SLICE = 256;
/** Names read in one look; the rest is for the next. */
const MAX_NAMES = 2 * MAX_SPOOL_FILES;
const MAX_AGE = seconds(24 * 3_600);
/** What NTP may slew or step back while a file is written. */
const MAX_AHEAD = seconds(2);
/** A file that is being written is far younger. */
const TEMPORARY_MS = 60_000;

/**
 * What notify scripts left behind while the agent was away, or too busy to answer: taken in the order of the times in the names, each
 * file removed after use. Others may write here, so nothing is believed: neither kind nor size nor content of a file.
 */
export class NotifySpool {
  readonly #options: NotifySpoolOptions;
  readonly #lines: NotifyLines;
  readonly #deps: NotifyDeps;
  readonly #watch: DirectoryWatch;
  readonly #limiter = new RateLimiter({ interval: seconds(600), maxKeys: 32 });
  /** Names that are none of ours, told once each, and files that could not be removed: not to be taken again. */
  readonly #ignored = new Set<string>();
  #problem: string | null = null;
  #timer: NodeJS.Timeout | undefined;
  #taking: Promise<void> | undefined;
  #closed = false;

  constructor(options: NotifySpoolOptions, lines: NotifyLines, deps: NotifyDeps) {
    this.#options = options;
    this.#lines = lines;
    this.#deps = deps;
    this.#watch = new DirectoryWatch({
      changed: (event) => {
        if (event === "rename") void this.#takeAll();
      },
    });
  }

  /** Makes the directory where it may; resolves when everything that waits has been delivered. */
  async start(): Promise<void> {
    await this.#look();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#watch.close();
  }

  /** Delivers what waits now, so that what comes another way and happened later is delivered later. */
  take(): void {
    this.#takeSome();
  }

  async #look(): Promise<void> {
    this.#prepare();
    this.#watch.watch([this.#options.directory]);
    await this.#takeAll();
    if (this.#closed) return;
    this.#timer = setTimeout(() => void this.#look(), this.#options.checkMs ?? 5_000);
    this.#timer.unref();
  }

  #prepare(): void {
    const { directory } = this.#options;
    const problem = this.#prepareProblem();
    if (problem !== null && problem !== this.#problem)
      this.#deps.log.warn({ path: directory, problem }, "notify calls of scripts may be lost while the agent is away");
    this.#problem = problem;
  }

  #prepareProblem(): string | null {
    const { directory, group } = this.#options;
    try {
      ensureDirectory(dirname(directory));
      mkdirSync(directory, { mode: MODES.alone });
    } catch (error) {
      if (systemCode(error) !== "EEXIST") return creationProblem("the directory", directory, dirname(directory), error);
    }
    try {
      const file = lstatSync(directory);
      const { uid, gid, mode } = file;
      if (!file.isDirectory()) return `${directory} is not a directory: remove it, and the agent makes it anew`;
      if (uid !== process.geteuid?.() && process.geteuid?.() !== 0)
        return `${directory} belongs to the user with the id ${uid}, not to the agent: remove it, and the agent makes it anew`;
      const asItShould = (mode & 0o7777) === (group === null ? MODES.alone : MODES.shared) && (group === null || gid === group.id);
      return asItShould ? null : share(directory, group, MODES);
    } catch (error) {
      return creationProblem("the directory", directory, dirname(directory), error);
    }
  }

  /** One run at a time; an event that comes while it runs is covered by its last look. */
  #takeAll(): Promise<void> {
    this.#taking ??= this.#takeUntilEmpty().finally(() => {
      this.#taking = undefined;
    });
    return this.#taking;
  }

  async #takeUntilEmpty(): Promise<void> {
    while (!this.#closed && this.#takeSome()) await turn();
  }

  /** @returns whether there may be more */
  #takeSome(): boolean {
    const names = this.#waiting();
    for (const name of names.slice(0, SLICE)) this.#takeFile(name);
    return names.length > 0;
  }

  /** Names of files to be taken, oldest first. Where far too many wait, the oldest are dropped: the newest tell the state. */
  #waiting(): string[] {
    const names = this.#entries().sort();
    const surplus = names.splice(0, Math.max(0, names.length - MAX_SPOOL_FILES));
    for (const name of surplus) this.#reject(name, `more than ${MAX_SPOOL_FILES} files wait`);
    return names;
  }

  #entries(): string[] {
    const names: string[] = [];
    try {
      const directory = opendirSync(this.#options.directory);
      try {
        for (let i = 0; i < MAX_NAMES; i++) {
          const name = directory.readSync()?.name;
          if (name === undefined) break;
          if (this.#ignored.has(name)) continue;
          if (parseSpoolName(name) !== null) names.push(name);
          else if (isSpoolTemporary(name)) this.#sweep(name);
          else this.#ignore(name, "a name that no notify call has");
        }
      } finally {
        directory.closeSync();
      }
    } catch {
      // Not there, or not readable: `#prepare` has said so.
    }
    return names;
  }

  #takeFile(name: string): void {
    const wall = this.#deps.clock.wall();
    const named = parseSpoolName(name) ?? wall;
    const misdated = misdatedBy(wall - named);
    const read = misdated === null ? this.#read(name) : err(misdated);
    if (!read.ok) {
      this.#reject(name, read.error);
      return;
    }
    // Clocks of one host differ by no more than the two reads of it.
    const happened: WallTime = wallTime(Math.min(named, wall));
    for (const result of parseBody(read.value)) {
      // Nobody is there to correct a bad line and send the rest again.
      if (result.ok) this.#lines.take("spool", result.value, happened);
      else this.#lines.refuse("spool", result.error.problem, result.error.text);
    }
    this.#remove(name);
  }

  #read(name: string): Result<Buffer, string> {
    const path = this.#pathOf(name);
    let fd: number;
    try {
      // Before it is opened: opening a device can have effects.
      if (!lstatSync(path).isFile()) return err("it is no regular file");
      fd = openSync(path, FLAGS);
    } catch (error) {
      const code = systemCode(error) ?? "unknown";
      return err(code === "EACCES" ? "the agent may not read it: its writer must give it the mode 0644" : `it cannot be opened (${code})`);
    }
    try {
      const file = fstatSync(fd);
      if (!file.isFile() || file.nlink !== 1) return err("it is no regular file of its own");
      if (file.size > MAX_BODY_BYTES) return err(`it has more than ${MAX_BODY_BYTES} bytes`);
      const bytes = Buffer.alloc(file.size);
      return ok(bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, 0)));
    } catch (error) {
      return err(`it cannot be read (${systemCode(error) ?? "unknown"})`);
    } finally {
      closeSync(fd);
    }
  }

  #reject(name: string, why: string): void {
    this.#count(name, why);
    this.#remove(name);
  }

  #ignore(name: string, why: string): void {
    this.#remember(name);
    this.#count(name, why);
  }

  #count(name: string, why: string): void {
    this.#deps.deliver({ kind: "notify_unparsable", source: "spool" });
    const others = this.#limiter.admit(why, this.#deps.clock.now());
    if (others === null) return;
    this.#deps.log.warn({ source: "spool", file: escapeText(name), why, others }, "a file in the notify spool was counted and left out");
  }

  /** The file itself, never what a link leads to. */
  #remove(name: string): void {
    try {
      unlinkSync(this.#pathOf(name));
    } catch (error) {
      if (systemCode(error) === "ENOENT") return;
      this.#remember(name);
      if (this.#limiter.admit("unlink", this.#deps.clock.now()) === null) return;
      this.#deps.log.warn({ file: escapeText(name), error }, "a file in the notify spool cannot be removed and is passed over from now on");
    }
  }

  #remember(name: string): void {
    if (this.#ignored.size >= MAX_NAMES) this.#ignored.clear();
    this.#ignored.add(name);
  }

  /** What a writer left that died before the rename: nothing of it is known to be complete. */
  #sweep(name: string): void {
    try {
      const file = lstatSync(this.#pathOf(name));
      if (this.#deps.clock.wall() / 1_000 - file.mtimeMs > TEMPORARY_MS) this.#reject(name, "its writer died before it was complete");
    } catch {
      // Renamed meanwhile.
    }
  }

  #pathOf(name: string): string {
    return join(this.#options.directory, name);
  }
}

/** A call of yesterday tells nothing of today; nor does one of tomorrow, which would overrule everything until then. */
function misdatedBy(age: number): string | null {
  if (age > MAX_AGE) return "it is older than a day";
  return age < -MAX_AHEAD ? "it is from the future: the clock was set back, or somebody invented it" : null;
}
