import { type Instant, instant } from "../lib/time.ts";

/** A change of the offset beyond this is a step of the clock, below it the ordinary slewing of a time daemon. */
const STEP_US = 2_000;
/** A frame may have been stamped a little before the last drain and still lie in a block that the kernel held. */
const SLACK_US = 50_000;
/** Stamp and reading come from different processors and different calls. */
const SKEW_US = 1_000;

/**
 * Turns the kernel's stamps (wall clock) into monotonic instants, so that a stepped clock moves no deadline.
 * A frame stamped before a step is read after it, so for a while the offset before the step stays in use: of the two
 * readings the one that lies between the last drain and now is right, and of two such the later, because frames are
 * read soon after they come. A stamp that fits neither counts as just arrived.
 */
export class StampRebase {
  #offset: number;
  #previous: number;
  #previousUntil = -Infinity;
  #earliest: number;
  #now: number;

  /** `now` is the monotonic clock, `offset` the wall clock minus it, both in microseconds. */
  constructor(now: number, offset: number) {
    this.#offset = offset;
    this.#previous = offset;
    this.#now = now;
    this.#earliest = now - SLACK_US;
  }

  /** To be called before the frames of each drain are rebased. */
  advance(now: number, offset: number): void {
    this.#earliest = this.#now - SLACK_US;
    this.#now = now;
    if (Math.abs(offset - this.#offset) > STEP_US) {
      this.#previous = this.#offset;
      this.#previousUntil = now + SLACK_US;
    }
    this.#offset = offset;
  }

  instantOf(wall: number): Instant {
    const current = this.#fit(wall - this.#offset);
    if (this.#now > this.#previousUntil) return instant(current ?? this.#now);
    const earlier = this.#fit(wall - this.#previous);
    if (current === undefined && earlier === undefined) return instant(this.#now);
    return instant(Math.max(current ?? -Infinity, earlier ?? -Infinity));
  }

  /** The instant if it is plausible (never later than now), else undefined. */
  #fit(at: number): number | undefined {
    return at >= this.#earliest && at <= this.#now + SKEW_US ? Math.min(at, this.#now) : undefined;
  }
}
