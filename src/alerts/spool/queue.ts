import type { Duration, Stamp } from "../../lib/time.ts";
import { bySeverity } from "../weight.ts";
import type { Delivery } from "./delivery.ts";

export interface QueueLimits {
  readonly maxCount: number;
  readonly maxBytes: number;
  readonly maxAge: Duration;
}

/** What waits for one receiver, in order. Pure: knows nothing of the disk. */
export class DeliveryQueue {
  #limits: QueueLimits;
  #items: Delivery[] = [];
  #bytes = 0;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  get items(): readonly Delivery[] {
    return this.#items;
  }

  /** Other bounds hold from now on. */
  set limits(limits: QueueLimits) {
    this.#limits = limits;
  }

  /** One that is larger by itself than all may be is better than none. */
  get isTooMuch(): boolean {
    if (this.#items.length < 2) return false;
    return this.#items.length > this.#limits.maxCount || this.#bytes > this.#limits.maxBytes;
  }

  add(delivery: Delivery): void {
    this.#items.push(delivery);
    this.#bytes += delivery.bytes;
  }

  remove(delivery: Delivery): void {
    const place = this.#items.indexOf(delivery);
    if (place === -1) return;
    this.#items.splice(place, 1);
    this.#bytes -= delivery.bytes;
  }

  /** Puts some in the place of others. */
  replace(removed: ReadonlySet<Delivery>, added: readonly Delivery[]): void {
    this.#items = [...this.#items.filter((delivery) => !removed.has(delivery)), ...added].sort((a, b) => a.order - b.order);
    this.#bytes = this.#items.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** What waited too long. */
  expired(now: Stamp): Delivery[] {
    return this.#items.filter((delivery) => delivery.age(now) >= this.#limits.maxAge);
  }

  /** What is given up first: the least severe, of those the oldest. */
  get leastWanted(): Delivery | undefined {
    let found: Delivery | undefined;
    for (const delivery of this.#items) if (found === undefined || bySeverity(delivery.severity, found.severity) > 0) found = delivery;
    return found;
  }
}
