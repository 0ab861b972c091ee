import type { Direction } from "../wire/frame.ts";

/** The adverts of one virtual router by direction. Senders are forgotten in time: the sum over those that are left would go back. */
export class AdvertTotals {
  readonly sent = { adverts: 0, priorityZero: 0 };
  readonly received = { adverts: 0, priorityZero: 0 };

  note(direction: Direction, priority: number): void {
    const count = direction === "out" ? this.sent : this.received;
    count.adverts += 1;
    if (priority === 0) count.priorityZero += 1;
  }
}
