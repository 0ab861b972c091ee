/** At most so many updates a second: a terminal is slower than the disk. */
const UPDATES_PER_SECOND = 5;

/** One line that is rewritten on standard error while a large file is read. */
export class Progress {
  readonly #write: (text: string) => void;
  readonly #size: number | null;
  readonly #now: () => number;
  readonly #started: number;
  #shownAt: number;
  #shown = false;

  /** @param size bytes in the file, null where nobody knows. */
  constructor(write: (text: string) => void, size: number | null, now: () => number = () => performance.now()) {
    this.#write = write;
    this.#size = size;
    this.#now = now;
    this.#started = now();
    this.#shownAt = this.#started;
  }

  update(bytesRead: number, frames: number): void {
    const now = this.#now();
    if (now - this.#shownAt < 1_000 / UPDATES_PER_SECOND) return;
    this.#shownAt = now;
    this.#shown = true;
    const share =
      this.#size === null || this.#size === 0 ? "" : ` of ${megabytes(this.#size)} (${Math.floor((100 * bytesRead) / this.#size)} %)`;
    const speed = Math.round(frames / ((now - this.#started) / 1_000));
    this.#write(`\r\u001b[K${megabytes(bytesRead)}${share}, ${frames} frames, ${speed} frames/s`);
  }

  /** Removes the line, so that what follows stands alone. */
  clear(): void {
    if (this.#shown) this.#write("\r\u001b[K");
    this.#shown = false;
  }
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
