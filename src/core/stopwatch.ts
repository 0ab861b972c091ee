import { type Duration, type Instant, micros, since } from "../lib/time.ts";

/**
 * Adds up the time during which something was so. What was told once is never taken back: whoever asks is ahead of the adverts that
 * wait to be read, one of which may end it before the time of the question, and to Prometheus a counter that goes back by a
 * millisecond has begun again from 0.
 */
export class Stopwatch {
  #total = micros(0);
  #told = micros(0);
  #runningSince: Instant | undefined;

  set(running: boolean, at: Instant): void {
    if (running === (this.#runningSince !== undefined)) return;
    if (this.#runningSince !== undefined) this.#total = this.#exact(at);
    this.#runningSince = running ? at : undefined;
  }

  total(now: Instant): Duration {
    this.#told = micros(Math.max(this.#told, this.#exact(now)));
    return this.#told;
  }

  #exact(now: Instant): Duration {
    return this.#runningSince === undefined ? this.#total : micros(this.#total + Math.max(0, since(now, this.#runningSince)));
  }
}
