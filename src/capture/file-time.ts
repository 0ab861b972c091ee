import { type Instant, instant, seconds, type WallTime, wallTime } from "../lib/time.ts";

/** Frames of several interfaces or processors may be out of order by this much without the clock having been set back. */
const disorder = seconds(1);
/** A stamp so far ahead of the latest is believed only when the next one has been seen. */
const jump = seconds(10);
/** Shifts from before the clock was set back that are remembered. */
const mostShifts = 8;

/** When a frame happened. */
export interface Placed {
  readonly at: Instant;
  /** The frame's own stamp, or where that is false, the stamp that it would have had. */
  readonly wall: WallTime;
  /** Nobody knows how much time passed before this moment. */
  readonly gap: boolean;
}

/**
 * Makes a monotonic time out of the stamps of a file.
 *
 * A stamp more than a second before the latest one means that the clock was set back, or that files were joined: time then goes
 * on from where it was, and nobody knows how much is missing. A stamp far ahead means that nothing was captured for so long.
 * Either may also be false, and then the next stamp is where it would have been without: a frame with a false stamp happens right
 * after the one before it, and moves nothing else.
 *
 *   shift = instant minus stamp; it grows whenever the clock is set back
 */
export class FileTime {
  #shift = 0;
  /** Ascending: stamps that return to where they were before the clock was set back fit one of these. */
  readonly #past: number[] = [];
  #latest: Instant | null = null;

  /** The latest instant; null before the first. */
  get latest(): Instant | null {
    return this.#latest;
  }

  /** The instant of a stamp, up to a second before the latest one; null where the next stamp has to be known first: see `settle`. */
  read(wall: WallTime): Instant | null {
    const at = instant(wall + this.#shift);
    const latest = this.#latest;
    if (latest === null || (at >= latest && at - latest <= jump)) {
      this.#latest = at;
      return at;
    }
    if (at < latest) return latest - at <= disorder ? at : null;
    const { shift, index } = this.#fit(wall, latest);
    if (wall + shift - latest > jump) return null;
    return this.#accept(wall, shift, index);
  }

  /**
   * Decides about a stamp for which `read` gave null.
   * @param next the stamp after it; null at the end of the file
   */
  settle(wall: WallTime, next: WallTime | null): Placed {
    const latest = this.#latest ?? instant(wall);
    const ahead = wall + this.#shift > latest;
    if (ahead && !this.#isAlone(wall, next, latest)) {
      const { shift, index } = this.#fit(wall, latest);
      return { at: this.#accept(wall, shift, index), wall, gap: false };
    }
    const at = instant(latest + 1);
    this.#latest = at;
    // After a small step the clock soon shows again what it showed before: that is no return while it has not overtaken the old time.
    const tolerance = next !== null && next - wall > jump ? disorder : 0;
    if (ahead || next === null || next + this.#shift >= latest - tolerance) return { at, wall: wallTime(at - this.#shift), gap: true };
    if (this.#past.length === mostShifts) this.#past.shift();
    this.#past.push(this.#shift);
    this.#shift = at - wall;
    return { at, wall, gap: true };
  }

  /** Whether the stamp after one that is far ahead returns to the time before it. */
  #isAlone(wall: WallTime, next: WallTime | null, latest: Instant): boolean {
    if (next === null) return false;
    const at = wall + this.#fit(wall, latest).shift;
    const nextAt = next + this.#fit(next, latest).shift;
    return nextAt >= latest - disorder && at - nextAt > disorder;
  }

  /**
   * The shift that explains a stamp far ahead: a past one, where a return to it leaves less than half of the jump,
   * otherwise time went on. The index is that of the past one, or -1.
   */
  #fit(wall: WallTime, latest: Instant): { readonly shift: number; readonly index: number } {
    const half = (wall + this.#shift - latest) / 2;
    const index = this.#past.findIndex((shift) => wall + shift >= latest - disorder && wall + shift - latest <= half);
    return { shift: this.#past[index] ?? this.#shift, index };
  }

  #accept(wall: WallTime, shift: number, index: number): Instant {
    if (index >= 0) this.#past.length = index;
    this.#shift = shift;
    const at = instant(wall + shift);
    if (this.#latest === null || at > this.#latest) this.#latest = at;
    return at;
  }
}
