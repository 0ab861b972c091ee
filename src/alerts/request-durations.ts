import { durationBuckets, type ReceiverView } from "../lib/alerts-view.ts";
import type { Clock } from "../lib/clock.ts";
import { since, toSeconds } from "../lib/time.ts";
import type { Attempt } from "./outcome.ts";

/** How long requests to one receiver took. */
export class RequestDurations {
  readonly #buckets = durationBuckets.map(() => 0);
  #sum = 0;
  #count = 0;

  observe(seconds: number): void {
    this.#sum += seconds;
    this.#count += 1;
    for (const [i, bound] of durationBuckets.entries()) if (seconds <= bound) this.#buckets[i] = (this.#buckets[i] ?? 0) + 1;
  }

  view(): ReceiverView["durations"] {
    return { buckets: [...this.#buckets], sum: this.#sum, count: this.#count };
  }
}

/** The same attempt, with its duration observed whatever becomes of it. */
export const timed =
  (attempt: Attempt, durations: RequestDurations, clock: Clock): Attempt =>
  async (notification, signal) => {
    const began = clock.now();
    const outcome = await attempt(notification, signal);
    durations.observe(toSeconds(since(clock.now(), began)));
    return outcome;
  };
