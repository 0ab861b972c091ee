import { systemCode } from "../lib/system-code.ts";
import type { Storage, StoredFile } from "./storage.ts";

/** What may wait to be written, of all files together. */
export class WriteBudget {
  readonly #most: number;
  #used = 0;

  constructor(most: number) {
    this.#most = most;
  }

  take(bytes: number): boolean {
    if (this.#used + bytes > this.#most) return false;
    this.#used += bytes;
    return true;
  }

  release(bytes: number): void {
    this.#used -= bytes;
  }
}

/**
 * A file that only grows, up to a bound, and is written in batches. A batch that fails is tried again from where the last good one
 * ended, so that no half record is left in the middle. What no longer fits, in the file or in what may wait, ends the file: it has no
 * holes. A file that was deleted under it begins anew.
 */
export class GrowingFile {
  /** Bytes that are safely in the file. */
  size = 0;
  /** It has reached its bound; what came later is missing. */
  truncated = false;
  /** The disk did not take what should be in it. */
  incomplete = false;
  readonly #path: string;
  readonly #most: number;
  readonly #header: Uint8Array;
  readonly #budget: WriteBudget;
  #waiting: Uint8Array[] = [];
  /** Bytes that were taken over, the header included: the size that the file will have. */
  #accepted: number;
  #ended = false;
  #dropped = false;

  constructor(path: string, most: number, header: Uint8Array, budget: WriteBudget) {
    this.#path = path;
    this.#most = most;
    this.#header = header;
    this.#budget = budget;
    this.#accepted = header.length;
  }

  /** Nothing more will be taken. */
  get ended(): boolean {
    return this.#ended;
  }

  get waiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** Asks for room for bytes that `push` brings later. @returns false where there is none, nor will be later */
  reserve(bytes: number): boolean {
    if (this.#ended) return false;
    if (this.#accepted + bytes > this.#most) this.truncated = true;
    else if (!this.#budget.take(bytes)) this.incomplete = true;
    else {
      this.#accepted += bytes;
      return true;
    }
    this.#ended = true;
    return false;
  }

  /** Takes bytes over for which room was reserved. */
  push(bytes: Uint8Array): void {
    if (this.#dropped) this.#budget.release(bytes.length);
    else this.#waiting.push(bytes);
  }

  /** Writes what waits. Rejects with the system's error; nothing is lost by that. */
  async flush(storage: Storage): Promise<void> {
    if (this.#waiting.length === 0) return;
    // More may come while this is being written.
    const batch = [...this.#waiting];
    const file = await this.#open(storage);
    let at = this.size;
    try {
      if (at === 0) at = await writeAll(file, this.#header, 0);
      for (const bytes of batch) at = await writeAll(file, bytes, at);
      // After a batch that failed half way there may be more behind it.
      await file.truncate(at);
    } finally {
      await file.close();
    }
    this.size = at;
    if (this.#dropped) return;
    this.#waiting = this.#waiting.slice(batch.length);
    for (const bytes of batch) this.#budget.release(bytes.length);
  }

  /** Gives up what waits; nothing more will be written. */
  drop(): void {
    this.#dropped = true;
    this.#ended = true;
    if (this.#waiting.length > 0) this.incomplete = true;
    for (const bytes of this.#waiting) this.#budget.release(bytes.length);
    this.#waiting = [];
  }

  async #open(storage: Storage): Promise<StoredFile> {
    if (this.size > 0) {
      try {
        return await storage.open(this.#path, "r+");
      } catch (error) {
        if (systemCode(error) !== "ENOENT") throw error;
        this.size = 0;
        this.incomplete = true;
      }
    }
    return storage.open(this.#path, "w", 0o600);
  }
}

async function writeAll(file: StoredFile, bytes: Uint8Array, at: number): Promise<number> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done);
    if (bytesWritten === 0) throw Object.assign(new Error("the disk took nothing"), { code: "ENOSPC" });
    done += bytesWritten;
  }
  return at + done;
}
