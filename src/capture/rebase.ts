import { type Instant, instant } from "../lib/time.ts";

/** A change of the offset beyond this is a step of the clock, below it the ordinary slewing of a time daemon. */
const STEP_US = 2_000;
/** A frame may have been stamped a little before the ring looked empty and still lie in a block that the kernel held. */
const SLACK_US = 50_000;
/** Stamp and reading come from different processors and different calls. */
const SKEW_US = 1_000;

/**
 * Turns the kernel's stamps (wall clock) into monotonic instants, so that a stepped clock moves no deadline.
 * Frames may have waited in the ring for as long as the loop was blocked, so without a step a stamp is believed however old
 * it is. A frame stamped before a step is read after it, so until the ring has been empty the offset before the step stays
 * in use: of the two readings the one that lies between the last time the ring was empty and now is right, and of two such
 * the later, because frames are read soon after they come. A stamp that fits neither counts as just arrived.
 */
export class StampRebase {
  #offset: number;
  #previous: number;
  /** While a step is pending: it ends with an empty ring after this instant. */
  #stepUntil: number | undefined;
  #earliest: number;
  #now: number;

  /** `now` is the monotonic clock, `offset` the wall clock minus it, both in microseconds. */
  constructor(now: number, offset: number) {
    this.#offset = offset;
    this.#previous = offset;
    this.#now = now;
    this.#earliest = now - SLACK_US;
  }

  /** To be called after each read that gave frames, with the clocks as they are then: no frame of it is younger. */
  advance(now: number, offset: number): void {
    this.#now = now;
    if (Math.abs(offset - this.#offset) > STEP_US) {
      this.#previous = this.#offset;
      this.#stepUntil = now + SLACK_US;
    }
    this.#offset = offset;
  }

  /** Nothing was left to read at `at`, and all that was read before has been rebased: what comes was stamped after it. */
  drained(at: number): void {
    this.#earliest = Math.max(this.#earliest, at - SLACK_US);
    if (this.#stepUntil !== undefined && at > this.#stepUntil) this.#stepUntil = undefined;
  }

  instantOf(wall: number): Instant {
    const current = this.#notYoung(wall - this.#offset);
    if (this.#stepUntil === undefined) return instant(current ?? this.#now);
    const earlier = this.#notYoung(wall - this.#previous);
    const latest = Math.max(this.#sinceEmpty(current), this.#sinceEmpty(earlier));
    return instant(latest === -Infinity ? this.#now : latest);
  }

  /** The instant, never later than now, or undefined if it lies in the future. */
  #notYoung(at: number): number | undefined {
    return at <= this.#now + SKEW_US ? Math.min(at, this.#now) : undefined;
  }

  #sinceEmpty(at: number | undefined): number {
    return at === undefined || at < this.#earliest ? -Infinity : at;
  }
}
