import type { Clock } from "../../src/lib/clock.ts";
import { type Duration, type Instant, instant, plus, type WallTime, wallTime } from "../../src/lib/time.ts";
import { EPOCH_US } from "./scenario.ts";

interface Timer {
  readonly at: Instant;
  readonly action: () => void;
}

/** A clock that stands still until a test moves it; its wall clock can be stepped. */
export class FakeClock implements Clock {
  #now = instant(0);
  #wallOffset = EPOCH_US;
  #timers: Timer[] = [];

  now(): Instant {
    return this.#now;
  }

  wall(): WallTime {
    return wallTime(this.#now + this.#wallOffset);
  }

  after(delay: Duration, action: () => void): () => void {
    const timer = { at: plus(this.#now, delay), action };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((t) => t !== timer);
    };
  }

  /** NTP sets the wall clock. */
  stepWall(byMs: number): void {
    this.#wallOffset += byMs * 1_000;
  }

  /** Time passes and every timer fires at its instant. */
  runTo(ms: number): void {
    const end = instant(ms * 1_000);
    for (;;) {
      const next = this.#timers.filter((t) => t.at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((t) => t !== next);
      if (next.at > this.#now) this.#now = next.at;
      next.action();
    }
    if (end > this.#now) this.#now = end;
  }

  /** Time passes while nothing runs: a stopped process, a blocked loop, a paused host. */
  freezeTo(ms: number): void {
    this.#now = instant(ms * 1_000);
  }
}
