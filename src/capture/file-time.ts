import { type Instant, instant, seconds, type WallTime } from "../lib/time.ts";

/** Frames of several interfaces or processors may be out of order by this much without the clock having been set back. */
const disorder = seconds(1);

/**
 * Makes a monotonic time out of the stamps of a file. A stamp more than a second before the latest one means that the clock
 * was set back, or that files were joined: time then goes on from where it was, and nobody knows how much is missing.
 */
export class FileTime {
  #shift = 0;
  #latest: Instant | null = null;
  #joined = false;

  /** Whether the stamp that was read last was such a one. */
  get joined(): boolean {
    return this.#joined;
  }

  read(wall: WallTime): Instant {
    const at = instant(wall + this.#shift);
    const latest = this.#latest;
    this.#joined = latest !== null && latest - at > disorder;
    if (latest !== null && this.#joined) {
      const next = instant(latest + 1);
      this.#shift = next - wall;
      this.#latest = next;
      return next;
    }
    if (latest === null || at > latest) this.#latest = at;
    return at;
  }
}
