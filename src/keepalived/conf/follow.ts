import { createHash } from "node:crypto";
import { lstatSync, statSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname } from "node:path";
import type { FSWatcher } from "chokidar";
import type { KeepalivedConfig, KeepalivedConfigState } from "../../core/keepalived-config.ts";
import type { Result } from "../../lib/result.ts";
import { type WallTime, wallTime } from "../../lib/time.ts";
import { configOf } from "./config.ts";
import { parseConf } from "./parse.ts";
import { type ConfReader, fileReader, type ReadFailure } from "./reader.ts";
import type { ParsedConf } from "./tree.ts";

/** Editors and configuration management write in several steps. */
const DEBOUNCE_MS = 200;
/** Behind the events, for file systems without any. */
const POLL_MS = 30_000;
/** While a folder that should be watched does not exist, no event can come. */
const ABSENT_POLL_MS = 2_000;

export interface ConfigFollowerOptions {
  readonly path: string;
  /** Called at the start, and whenever what can be said of the file has changed. */
  readonly deliver: (state: KeepalivedConfigState) => void;
  readonly warn: (message: string, fields?: Readonly<Record<string, unknown>>) => void;
  readonly wall: () => WallTime;
}

/**
 * Follows keepalived.conf and what it includes: by events of their folders (never of the files, which editors replace), and by
 * a slow look behind that. A broken file keeps the last good contents; one that may not be read is worked without.
 */
export class ConfigFollower {
  readonly #options: ConfigFollowerOptions;
  #watcher: FSWatcher | undefined;
  #watched = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #debounce: NodeJS.Timeout | undefined;
  #closed = false;
  #good: { readonly config: KeepalivedConfig; readonly readAt: WallTime } | undefined;
  #print: string | undefined;
  #problem: string | null = null;

  constructor(options: ConfigFollowerOptions) {
    this.#options = options;
  }

  /** Resolves when the state of now has been delivered and the folders are watched. */
  async start(): Promise<void> {
    const parsed = this.#look();
    await this.#watch(parsed);
    // What changed between the reading and the first event.
    this.#look();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#debounce);
    await this.#watcher?.close();
  }

  #soon(): void {
    if (this.#closed || this.#debounce !== undefined) return;
    this.#debounce = setTimeout(() => {
      this.#debounce = undefined;
      void this.#again();
    }, DEBOUNCE_MS);
    this.#debounce.unref();
  }

  async #again(): Promise<void> {
    if (this.#closed) return;
    await this.#watch(this.#look());
  }

  /** Reads it all anew and tells what changed. The reading is synchronous: a file of usual size takes a few milliseconds. */
  #look(): ParsedConf {
    const { path, deliver, wall } = this.#options;
    const stamps = new Stamps();
    const reader: ConfReader = {
      read: (file) => {
        const text = fileReader.read(file);
        stamps.add(file, text);
        return text;
      },
      list: fileReader.list,
    };
    const parsed = parseConf(path, reader);
    const state = this.#stateOf(parsed, stamps, wall());
    const print = `${state.state} ${state.problem} ${stamps.modified} ${stamps.digest()}`;
    if (print !== this.#print) {
      this.#print = print;
      if (state.problem !== null && state.problem !== this.#problem)
        this.#options.warn("keepalived.conf cannot be used as it is", { path, problem: state.problem });
      this.#problem = state.problem;
      deliver(state);
    }
    return parsed;
  }

  #stateOf(parsed: ParsedConf, stamps: Stamps, now: WallTime): KeepalivedConfigState {
    const { path } = this.#options;
    const modified = stamps.modified === null ? null : wallTime(Math.round(stamps.modified * 1_000));
    const main = parsed.problems.find(({ code }) => code === "unreadable");
    if (main !== undefined && stamps.failures.get(path) === "absent") {
      this.#good = undefined;
      return { path, state: "absent", config: null, modified: null, readAt: null, problem: null };
    }
    const denied = [...stamps.failures].find(([, failure]) => failure === "unreadable");
    const error = parsed.problems.find(({ severity }) => severity === "error");
    if (denied !== undefined) return { path, state: "unreadable", ...this.#last(), modified, problem: remedyFor(denied[0]) };
    if (error !== undefined)
      return { path, state: "broken", ...this.#last(), modified, problem: `${error.file}:${error.line}: ${error.message}` };
    this.#good = { config: configOf(parsed), readAt: now };
    return { path, state: "read", ...this.#last(), modified, problem: null };
  }

  #last(): Pick<KeepalivedConfigState, "config" | "readAt"> {
    return { config: this.#good?.config ?? null, readAt: this.#good?.readAt ?? null };
  }

  /** Watches the folders of all files, and looks again after a while in any case. */
  async #watch({ files, folders }: ParsedConf): Promise<void> {
    if (this.#closed) return;
    const wanted = new Set([...files.map((file) => dirname(file)), ...folders]);
    const missing = [...wanted].some((folder) => !isFolder(folder));
    const present = [...wanted].filter(isFolder);
    if (present.length !== this.#watched.size || present.some((folder) => !this.#watched.has(folder))) {
      const before = this.#watcher;
      this.#watched = new Set(present);
      this.#watcher = present.length === 0 ? undefined : await this.#watcherOf(present);
      await before?.close();
    }
    clearTimeout(this.#timer);
    if (this.#closed) return;
    this.#timer = setTimeout(() => void this.#again(), missing ? ABSENT_POLL_MS : POLL_MS);
    this.#timer.unref();
  }

  async #watcherOf(folders: readonly string[]): Promise<FSWatcher> {
    // Loaded late: a host without keepalived need not carry it. Links are followed by reading, and watched as what they are: a
    // mounted ConfigMap changes by one of them.
    const { watch } = await import("chokidar");
    const watcher = watch([...folders], {
      depth: 0,
      ignoreInitial: true,
      persistent: false,
      ignorePermissionErrors: true,
      followSymlinks: false,
    });
    watcher.on("all", () => this.#soon());
    // The slow look goes on without it.
    watcher.on("error", (error) => this.#options.warn("a folder of keepalived.conf cannot be watched", { error }));
    await new Promise<void>((resolve) => watcher.once("ready", () => resolve()));
    return watcher;
  }
}

/** What was read, in short: enough to see whether anything changed. */
class Stamps {
  readonly failures = new Map<string, ReadFailure>();
  readonly #hash = createHash("sha256");
  modified: number | null = null;

  add(file: string, text: Result<string, ReadFailure>): void {
    this.#hash.update(`${file}\0${text.ok ? `read\0${text.value}` : text.error}\0`);
    try {
      const { mtimeMs } = statSync(file);
      if (this.modified === null || mtimeMs > this.modified) this.modified = mtimeMs;
    } catch {
      // It vanished between the two calls, which the text says already.
    }
    if (!text.ok) this.failures.set(file, text.error);
  }

  digest(): string {
    return this.#hash.digest("hex");
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** Who may read it and what would let us: keepalived.conf holds passwords, and is often closed to others. */
function remedyFor(path: string): string {
  const user = process.getuid?.() === undefined ? "USER" : userInfo().username;
  let facts = "";
  try {
    const { mode, uid, gid } = lstatSync(path);
    facts = ` (mode ${(mode & 0o7777).toString(8).padStart(4, "0")}, owner ${uid}, group ${gid})`;
  } catch {
    facts = " (its folder may not be entered)";
  }
  return `the user ${user} may not read ${path}${facts}: put ${user} into that group and let the group read (chmod g+r), or run setfacl -m u:${user}:r ${path}; the agent works without it meanwhile`;
}
