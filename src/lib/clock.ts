import { type Duration, type Instant, instant, type WallTime, wallTime } from "./time.ts";

/** The only source of time outside the core; tests hand in one that they move by hand. */
export interface Clock {
  /** CLOCK_MONOTONIC: the time base of every frame, deadline and gap. */
  now(): Instant;
  wall(): WallTime;
  /** Calls `action` once after `delay`, or earlier after 24 days; the result cancels it. Does not keep the process alive. */
  after(delay: Duration, action: () => void): () => void;
}

/** What setTimeout takes; beyond it, it would fire at once (Node's documentation of timers). */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => instant(Number(process.hrtime.bigint() / 1_000n)),
  wall: () => wallTime(Date.now() * 1_000),
  after(delay, action) {
    const timer = setTimeout(action, Math.min(LONGEST_TIMEOUT_MS, Math.max(0, Math.ceil(delay / 1_000))));
    timer.unref();
    return () => clearTimeout(timer);
  },
};
