import { dirname } from "node:path";
import { DirectoryWatch } from "../keepalived/conf/directory-watch.ts";
import { placesOf } from "../keepalived/conf/file-state.ts";
import type { ConfigSource } from "./config-source.ts";

export interface ConfigWatchTiming {
  /** A change is told when it has been quiet for so long, or after five times as long. */
  readonly quietMs: number;
  /** Behind the events of the kernel, which some file systems do not give. */
  readonly pollMs: number;
  /** While a directory is missing or events cannot be had. */
  readonly missingMs: number;
}

export interface ConfigWatchOptions {
  readonly source: Pick<ConfigSource, "path" | "isRequired" | "isStale">;
  /** The file seems to be another one. */
  readonly changed: () => void;
  readonly warn: (fields: object, message: string) => void;
  readonly timing?: Partial<ConfigWatchTiming>;
}

const defaultTiming: ConfigWatchTiming = { quietMs: 300, pollMs: 30_000, missingMs: 2_000 };

/**
 * Sees when the configuration file changes: written in place, replaced by a new one, or by a link that leads elsewhere (a ConfigMap of
 * Kubernetes). Its directories are watched, never the file itself.
 */
export class ConfigWatch {
  readonly #options: ConfigWatchOptions;
  readonly #timing: ConfigWatchTiming;
  readonly #directories: DirectoryWatch;
  #events = true;
  #quiet: NodeJS.Timeout | undefined;
  #poll: NodeJS.Timeout | undefined;
  #busySince: number | null = null;
  #closed = false;

  constructor(options: ConfigWatchOptions) {
    this.#options = options;
    this.#timing = { ...defaultTiming, ...options.timing };
    this.#directories = new DirectoryWatch({ changed: () => this.#happened(), failed: (error) => this.#failed(error) });
  }

  start(): void {
    this.#look();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#quiet);
    clearTimeout(this.#poll);
    await this.#directories.close();
  }

  /** Waits until nobody writes any more, but not for ever: other files of the directory may change all the time. */
  #happened(): void {
    if (this.#closed) return;
    const now = performance.now();
    this.#busySince ??= now;
    const left = this.#busySince + 5 * this.#timing.quietMs - now;
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => this.#look(), Math.max(0, Math.min(this.#timing.quietMs, left)));
    this.#quiet.unref();
  }

  #failed(error: unknown): void {
    if (this.#closed || !this.#events) return;
    this.#events = false;
    const { source, warn } = this.#options;
    warn(
      { path: source.path, error },
      `changes of the configuration are looked for every ${this.#timing.missingMs / 1_000} s: no events can be had`,
    );
    this.#later(this.#timing.missingMs);
  }

  #look(): void {
    if (this.#closed) return;
    clearTimeout(this.#quiet);
    this.#busySince = null;
    const { source, changed } = this.#options;
    if (source.isStale) changed();
    // Without a file there is nothing to be quick about, and the watcher, 3 MB, need not be loaded.
    const isComplete = source.isRequired && this.#directories.watch(placesOf([source.path], [dirname(source.path)]));
    this.#later(isComplete || !source.isRequired ? (this.#events ? this.#timing.pollMs : this.#timing.missingMs) : this.#timing.missingMs);
  }

  #later(delay: number): void {
    clearTimeout(this.#poll);
    this.#poll = setTimeout(() => this.#look(), delay);
    this.#poll.unref();
  }
}
