import { DirectoryWatch } from "../directory-watch.ts";

export interface WatchTiming {
  /** A change is looked at when it has been quiet for so long, or after five times as long. */
  readonly quietMs: number;
  /** Behind the events of the kernel, which some file systems do not give. */
  readonly pollMs: number;
  /** While something is missing or events cannot be had. */
  readonly missingMs: number;
}

export interface SettledWatchOptions {
  readonly timing: WatchTiming;
  /** Time to look; says by `watch` where to look out from then on. Returns whether all was there that is looked for. */
  readonly look: () => boolean;
  /** Events cannot be had, told once: from now on there is a look every `missingMs`. */
  readonly failed: (error: unknown) => void;
}

/** When to look at files: once nobody has written in their directories for a moment, and now and then without any event. */
export class SettledWatch {
  readonly #options: SettledWatchOptions;
  readonly #directories: DirectoryWatch;
  #events = true;
  #quiet: NodeJS.Timeout | undefined;
  #poll: NodeJS.Timeout | undefined;
  #changedSince: number | null = null;
  #closed = false;

  constructor(options: SettledWatchOptions) {
    this.#options = options;
    this.#directories = new DirectoryWatch({ changed: () => this.#changed(), failed: (error) => this.#failed(error) });
  }

  /** The first look has been taken when it returns. */
  start(): void {
    this.#look();
  }

  /** As `DirectoryWatch.watch`. */
  watch(directories: readonly string[]): boolean {
    return this.#directories.watch(directories);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#quiet);
    clearTimeout(this.#poll);
    this.#directories.close();
  }

  /** Waits until nobody writes any more, but not for ever: some files change all the time. */
  #changed(): void {
    if (this.#closed) return;
    const { quietMs } = this.#options.timing;
    const now = performance.now();
    this.#changedSince ??= now;
    const left = this.#changedSince + 5 * quietMs - now;
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => this.#look(), Math.max(0, Math.min(quietMs, left)));
    this.#quiet.unref();
  }

  #failed(error: unknown): void {
    if (this.#closed || !this.#events) return;
    this.#events = false;
    this.#options.failed(error);
    this.#later(this.#options.timing.missingMs);
  }

  #look(): void {
    if (this.#closed) return;
    clearTimeout(this.#quiet);
    this.#changedSince = null;
    const { look, timing } = this.#options;
    this.#later(look() && this.#events ? timing.pollMs : timing.missingMs);
  }

  #later(delay: number): void {
    clearTimeout(this.#poll);
    this.#poll = setTimeout(() => this.#look(), delay);
    this.#poll.unref();
  }
}
