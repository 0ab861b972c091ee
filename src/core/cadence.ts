import type { Duration } from "../lib/time.ts";
import { latenessBuckets } from "./view.ts";

/** A gap beyond this multiple of the interval has skipped at least one advert. */
export const LATE_FROM = 1.5;

/** Adverts that should have been heard in `silence` and were not. */
export const missedIn = (silence: Duration, interval: Duration): number =>
  silence > LATE_FROM * interval ? Math.round(silence / interval) - 1 : 0;

/** How regularly the living master of one virtual router advertises. */
export class Cadence {
  readonly counts: number[] = new Array(latenessBuckets.length + 1).fill(0);
  sum = 0;
  count = 0;
  missed = 0;

  observe(gap: Duration, interval: Duration): void {
    const ratio = gap / interval;
    let bucket = 0;
    while (bucket < latenessBuckets.length && ratio > (latenessBuckets[bucket] as number)) bucket += 1;
    this.counts[bucket] = (this.counts[bucket] as number) + 1;
    this.sum += ratio;
    this.count += 1;
    this.missed += missedIn(gap, interval);
  }
}
