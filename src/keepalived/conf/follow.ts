import { createHash } from "node:crypto";
import { hostname } from "node:os";
import type { KeepalivedConfig, KeepalivedConfigState } from "../../core/keepalived-config.ts";
import { sameList } from "../../lib/same-list.ts";
import { isShortage } from "../../lib/system-code.ts";
import { type WallTime, wallTime } from "../../lib/time.ts";
import { nodeReader } from "./conf-reader.ts";
import { readKeepalivedConfig } from "./config.ts";
import { lastModified, placesOf, replacedAfter, signatureOf } from "./file-state.ts";
import { parseConf } from "./parse.ts";
import { describeUnreadable, firstUnreadable, ownUser } from "./permission.ts";
import { SettledWatch, type WatchTiming } from "./settled-watch.ts";
import type { ConfProblem, ParsedConf } from "./statement.ts";

export interface ConfigFollowerOptions {
  /** The main file. */
  readonly path: string;
  readonly deliver: (state: KeepalivedConfigState) => void;
  readonly warn: (message: string, fields?: object) => void;
  /** Who would have to be allowed to read it, for messages; by default the user of this process. */
  readonly user?: string;
  /** What `@ID` lines are compared with; by default the host's name up to its first dot, as keepalived does without `-i`. */
  readonly configId?: string;
  readonly timing?: Partial<WatchTiming>;
}

const defaultTiming: WatchTiming = { quietMs: 200, pollMs: 30_000, missingMs: 2_000 };
/** Warnings that are told at once; the rest is counted. */
const MOST_TOLD = 5;
/** Until the set of files stays the same; should it never, the next look goes on. */
const MOST_READS = 3;

/** Follows keepalived.conf and what it includes: the first state at start, then every change. */
export class ConfigFollower {
  readonly #options: ConfigFollowerOptions;
  readonly #watch: SettledWatch;
  #signature: string | null = null;
  #absent = false;
  #files: readonly string[] = [];
  #directories: readonly string[] = [];
  #last: { readonly config: KeepalivedConfig; readonly readAt: WallTime } | null = null;
  /** A digest of what stood in the files when they could last be read, and until when it did; null: they never could. */
  #known: { readonly contents: string; readonly until: WallTime } | null = null;
  /** Whether that stands there now. */
  #isKnown = false;
  /** When files were replaced or removed so that their times of change do not tell; null: never. */
  #replaced: WallTime | null = null;
  #delivered = "";
  #told = "";

  constructor(options: ConfigFollowerOptions) {
    this.#options = options;
    const timing = { ...defaultTiming, ...options.timing };
    const { path, warn } = options;
    this.#watch = new SettledWatch({
      timing,
      look: () => this.#look(),
      failed: (error) => warn(`changes of ${path} are looked for every ${timing.missingMs / 1_000} s: no events can be had`, { error }),
    });
  }

  /** The first state has been delivered when it resolves. */
  async start(): Promise<void> {
    this.#watch.start();
  }

  close(): void {
    this.#watch.close();
  }

  #look(): boolean {
    const at = now();
    if (this.#signature !== null && signatureOf(this.#files, this.#directories) === this.#signature) {
      if (this.#known !== null && this.#isKnown) this.#known = { ...this.#known, until: at };
    } else {
      try {
        this.#read(at);
      } catch (error) {
        // It can be read again when there are descriptors again: nothing is to be concluded from that.
        if (isShortage(error)) this.#signature = null;
        else this.#failedToRead(error);
      }
    }
    // Without the file there is nothing to be quick about.
    const complete = this.#absent ? false : this.#watch.watch(placesOf(this.#files, this.#directories));
    return complete && this.#signature !== null;
  }

  /**
   * Which files count is known only after reading them. Another set of files is read once more, so that the signature is
   * always older than what was read: what is written meanwhile differs from it at the next look.
   */
  #read(at: WallTime): void {
    const configId = this.#options.configId ?? hostname().split(".")[0] ?? "";
    for (let attempt = 1; ; attempt++) {
      this.#signature = signatureOf(this.#files, this.#directories);
      const digest = createHash("sha256");
      const parsed = parseConf(
        this.#options.path,
        {
          ...nodeReader,
          read: (path) => {
            const read = nodeReader.read(path);
            digest.update(JSON.stringify([path, read]));
            return read;
          },
        },
        { configId },
      );
      const same = sameList(this.#files, parsed.files) && sameList(this.#directories, parsed.directories);
      this.#files = parsed.files;
      this.#directories = parsed.directories;
      if (!same && attempt < MOST_READS) continue;
      this.#compare(parsed, digest.digest("hex"), at);
      this.#deliver(this.#stateOf(parsed));
      return;
    }
  }

  /** What was there at the first look may be older than keepalived. What cannot be read is compared with nothing. */
  #compare({ files, directories, problems }: ParsedConf, contents: string, at: WallTime): void {
    const errors = problems.filter(({ severity }) => severity === "error");
    const known = this.#known;
    this.#isKnown = errors.length === 0 || (known === null && errors.every(({ code }) => code === "absent"));
    if (!this.#isKnown) return;
    if (known !== null && known.contents !== contents && (lastModified(files) ?? 0) < known.until)
      this.#replaced = replacedAfter(files, directories, known.until) ?? at;
    this.#known = { contents, until: at };
  }

  #modified(files: readonly string[]): WallTime | null {
    const modified = lastModified(files);
    return modified === null || this.#replaced === null || modified > this.#replaced ? modified : this.#replaced;
  }

  /** Whatever a file holds, it is no reason to end: what was known before goes on. */
  #failedToRead(error: unknown): void {
    const { path } = this.#options;
    const problem = `${path} could not be read because of a fault of vrrpwatch: please report it, with the file but without its passwords`;
    const name = error instanceof Error ? `${error.name} ${error.stack?.split("\n")[1]?.trim() ?? ""}` : typeof error;
    this.#tell([`${problem} (${name})`]);
    this.#deliver({
      path,
      state: "broken",
      config: this.#last?.config ?? null,
      modified: null,
      readAt: this.#last?.readAt ?? null,
      problem,
    });
  }

  #stateOf(parsed: ParsedConf): KeepalivedConfigState {
    const { path } = this.#options;
    const errors = parsed.problems.filter(({ severity }) => severity === "error");
    const modified = this.#modified(parsed.files);
    this.#absent = errors.some(({ code, file }) => code === "absent" && file === path);
    if (this.#absent) {
      this.#last = null;
      // Nothing to complain of: most hosts that only listen have none.
      const problem = `${path} does not exist: if keepalived reads another file, set keepalived.config to it`;
      return { path, state: "absent", config: null, modified: null, readAt: null, problem };
    }
    if (errors.length > 0) {
      const unreadable = errors.some(({ code }) => code === "unreadable") ? firstUnreadable(parsed.files) : null;
      const problem = unreadable === null ? brokenText(errors) : describeUnreadable(unreadable, this.#options.user ?? ownUser());
      this.#tell([problem]);
      const state = unreadable === null ? "broken" : "unreadable";
      return { path, state, config: this.#last?.config ?? null, modified, readAt: this.#last?.readAt ?? null, problem };
    }
    const { config, leftOut } = readKeepalivedConfig(parsed.statements);
    this.#last = { config, readAt: now() };
    this.#tell([
      ...parsed.problems.map(({ file, line, message }) => `${file}:${line}: ${message}`),
      ...leftOut.map(({ file, line, name, reason }) => `${file}:${line}: vrrp_instance "${name}" is not followed: ${reason}`),
    ]);
    return { path, state: "read", config, modified, readAt: this.#last.readAt, problem: null };
  }

  /** Says each problem once, until it is another. */
  #tell(problems: readonly string[]): void {
    const all = problems.join("\n");
    if (all === this.#told) return;
    this.#told = all;
    for (const problem of problems.slice(0, MOST_TOLD)) this.#options.warn(problem, { path: this.#options.path });
    if (problems.length > MOST_TOLD)
      this.#options.warn(`${problems.length - MOST_TOLD} more problems in ${this.#options.path}`, { path: this.#options.path });
  }

  #deliver(state: KeepalivedConfigState): void {
    // When it was read is no news.
    const text = JSON.stringify({ ...state, readAt: null });
    if (text === this.#delivered) return;
    this.#delivered = text;
    this.#options.deliver(state);
  }
}

const now = (): WallTime => wallTime(Date.now() * 1_000);

function brokenText(errors: readonly ConfProblem[]): string {
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
  return first === undefined ? "it cannot be read" : `${first.file}:${first.line}: ${first.message}${more}`;
}
