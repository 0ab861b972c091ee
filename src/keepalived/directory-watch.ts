import { type FSWatcher, statSync, watch } from "node:fs";
import { systemCode } from "../lib/system-code.ts";

/** More directories than this are left to polling: each takes handles of the kernel. */
const MOST_DIRECTORIES = 64;

export interface DirectoryWatchOptions {
  /**
   * Something may have changed.
   * @param event `rename`: an entry came, went or was moved; `change`: one was written to, or its mode or owner changed; null: the watch
   *   stands now, for what happened until then
   * @param name the entry, as far as the kernel tells
   */
  readonly changed: (event: "rename" | "change" | null, name: string | null) => void;
  /** Events cannot be had. Left out: whoever asks for the watch looks now and then as well. */
  readonly failed?: (error: unknown) => void;
}

/**
 * Watches what happens in directories: editors and configuration tools replace a file by a new one, which a watch of the file
 * itself would not survive. A directory's own events tell of its files and links too.
 */
export class DirectoryWatch {
  readonly #options: DirectoryWatchOptions;
  /** Of each directory that is watched, or may not be, by what it is. */
  readonly #watchers = new Map<string, FSWatcher | null>();
  #closed = false;

  constructor(options: DirectoryWatchOptions) {
    this.#options = options;
  }

  /**
   * Watches exactly these from now on. A directory that took the place of another is watched anew.
   * @returns whether all of them are there, and may be watched
   */
  watch(directories: readonly string[]): boolean {
    if (this.#closed) return false;
    const found = new Map<string, string>();
    let complete = true;
    for (const directory of directories) {
      const identity = identityOf(directory);
      if (identity === null) complete = false;
      else if (found.size < MOST_DIRECTORIES) found.set(identity, directory);
    }
    for (const identity of this.#watchers.keys()) if (!found.has(identity)) this.#end(identity);
    for (const [identity, directory] of found) {
      if (!this.#watchers.get(identity)) this.#begin(identity, directory);
      if (!this.#watchers.get(identity)) complete = false;
    }
    return complete;
  }

  close(): void {
    this.#closed = true;
    for (const identity of [...this.#watchers.keys()]) this.#end(identity);
  }

  #begin(identity: string, directory: string): void {
    const { changed, failed } = this.#options;
    try {
      const watcher = watch(directory, { persistent: false }, (event, name) => changed(event, name));
      watcher.on("error", (error) => {
        this.#end(identity);
        failed?.(error);
      });
      this.#watchers.set(identity, watcher);
      changed(null, null);
    } catch (error) {
      const code = systemCode(error);
      // Between the look and here it went, or it is not for the agent's user to see: it is looked at now and then.
      if (code === "EACCES" || code === "EPERM" || code === "ENOENT" || code === "ENOTDIR") this.#watchers.set(identity, null);
      else failed?.(error);
    }
  }

  #end(identity: string): void {
    this.#watchers.get(identity)?.close();
    this.#watchers.delete(identity);
  }
}

/** Tells a directory from one that took its place; null where there is none. */
function identityOf(directory: string): string | null {
  try {
    const { dev, ino, birthtimeNs } = statSync(directory, { bigint: true });
    // The number of one that was removed is soon given to another.
    return `${directory} ${dev} ${ino} ${birthtimeNs}`;
  } catch {
    return null;
  }
}
