import type { Instant } from "../lib/time.ts";
import type { Sender } from "./sender.ts";

/** An advert of the living master that came late. */
export interface LateAdvert {
  /** Who was master then. */
  readonly sender: Sender;
  readonly at: Instant;
  /** Gap divided by interval. */
  readonly ratio: number;
  /** Whether packets that no router may believe came in between: a keepalived that gets them puts its own advert off. */
  readonly starved: boolean;
  /** Adverts that were sent in between and not heard, by its counter; null where it has none. */
  readonly lost: number | null;
}

/** The last late adverts of one virtual router: two are enough to see a series. */
export class LateLog {
  last: LateAdvert | null = null;
  previous: LateAdvert | null = null;
  total = 0;

  note(late: LateAdvert): void {
    this.previous = this.last;
    this.last = late;
    this.total += 1;
  }
}
