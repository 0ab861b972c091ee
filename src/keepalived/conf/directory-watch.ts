import type { FSWatcher } from "chokidar";
import { once } from "../../lib/once.ts";
import { identityOf } from "./file-state.ts";

/** More directories than this are left to polling: each takes handles of the kernel. */
const MOST_DIRECTORIES = 64;

/** Loads the library at the first call, and once: later its files may not be ours to read. */
export const loadWatcher = once(() => import("chokidar"));

export interface DirectoryWatchOptions {
  /**
   * Something may have changed; comes also once the watch stands, for what happened until then. A change within 50 ms of another is not
   * told apart (chokidar throttles them): whoever looks has to wait for longer than that first.
   */
  readonly changed: () => void;
  /** Events cannot be had. */
  readonly failed: (error: unknown) => void;
}

/**
 * Watches what happens in directories: editors and configuration tools replace a file by a new one, which a watch of the file
 * itself would not survive.
 */
export class DirectoryWatch {
  readonly #options: DirectoryWatchOptions;
  #watcher: FSWatcher | null = null;
  #watched = "";
  #closed = false;
  #closing: Promise<unknown> = Promise.resolve();

  constructor(options: DirectoryWatchOptions) {
    this.#options = options;
  }

  /**
   * Watches exactly these from now on. A directory that took the place of another is watched anew.
   * @returns whether all of them are there
   */
  watch(directories: readonly string[]): boolean {
    const identities = directories.map(identityOf);
    const present = directories.filter((_, i) => identities[i] !== null).slice(0, MOST_DIRECTORIES);
    const wanted = identities.filter((identity) => identity !== null).join("\n");
    if (wanted !== this.#watched && !this.#closed) {
      this.#watched = wanted;
      this.#end();
      if (present.length > 0) void this.#begin(present, wanted);
    }
    return !identities.includes(null);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#end();
    await this.#closing;
  }

  async #begin(directories: readonly string[], wanted: string): Promise<void> {
    try {
      const { watch } = await loadWatcher();
      if (this.#closed || this.#watched !== wanted) return; // overtaken
      // Links are not followed: where they lead is among the directories, and a replaced link is then an event of its own.
      const watcher = watch([...directories], {
        depth: 0,
        ignoreInitial: true,
        persistent: false,
        ignorePermissionErrors: true,
        followSymlinks: false,
      });
      this.#watcher = watcher;
      watcher.on("all", this.#options.changed);
      watcher.on("ready", this.#options.changed);
      watcher.on("error", this.#options.failed);
    } catch (error) {
      this.#options.failed(error);
    }
  }

  #end(): void {
    const watcher = this.#watcher;
    this.#watcher = null;
    if (watcher === null) return;
    watcher.removeAllListeners();
    // What is still under way in it may fail after this.
    watcher.on("error", () => undefined);
    this.#closing = Promise.all([this.#closing, watcher.close()]);
  }
}
