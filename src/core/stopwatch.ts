import { type Duration, type Instant, micros, since } from "../lib/time.ts";

/** Adds up the time during which something was so. */
export class Stopwatch {
  #total = micros(0);
  #runningSince: Instant | undefined;

  set(running: boolean, at: Instant): void {
    if (running === (this.#runningSince !== undefined)) return;
    if (this.#runningSince !== undefined) this.#total = this.total(at);
    this.#runningSince = running ? at : undefined;
  }

  total(now: Instant): Duration {
    return this.#runningSince === undefined ? this.#total : micros(this.#total + Math.max(0, since(now, this.#runningSince)));
  }
}
