import { type FSWatcher, statSync, watch } from "node:fs";

/**
 * Events of one directory (never of a file: a watched file that is replaced says nothing any more). The directory may come later, or be
 * replaced: `arm` looks again and is to be called from a poll, which also covers file systems without events.
 */
export class DirectoryWatch {
  readonly #path: string;
  readonly #onEvent: (event: "rename" | "change", name: string | null) => void;
  #watcher: FSWatcher | undefined;
  #identity = "";

  /** @param onEvent `rename`: an entry came, went or was moved; `change`: one was written to, or its mode or owner changed */
  constructor(path: string, onEvent: (event: "rename" | "change", name: string | null) => void) {
    this.#path = path;
    this.#onEvent = onEvent;
  }

  arm(): void {
    const identity = identityOf(this.#path);
    if (identity === this.#identity && (this.#watcher !== undefined || identity === "")) return;
    this.close();
    if (identity === "") return;
    try {
      this.#watcher = watch(this.#path, { persistent: false }, (event, name) => this.#onEvent(event, name));
      this.#watcher.on("error", () => this.close());
      this.#identity = identity;
    } catch {
      // Not readable, or no watches left: the poll goes on alone.
      this.#watcher = undefined;
    }
  }

  close(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
    this.#identity = "";
  }
}

/** Tells a directory from another at the same path; empty where there is none. */
function identityOf(path: string): string {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev} ${ino}`;
  } catch {
    return "";
  }
}
