import type { Delivery } from "./spool/delivery.ts";
import type { Spool } from "./spool/spool.ts";

/** What a receiver refused, kept to be looked at: the newest ones. */
export class DeadLetters {
  readonly #spool: Spool;
  #most: number;
  readonly #items: Delivery[] = [];

  constructor(spool: Spool, most: number) {
    this.#spool = spool;
    this.#most = most;
  }

  get items(): readonly Delivery[] {
    return this.#items;
  }

  /** No more than so many are kept from now on. */
  keep(most: number): void {
    this.#most = most;
    this.#bound();
  }

  restore(deliveries: readonly Delivery[]): void {
    this.#items.push(...deliveries);
    this.#bound();
  }

  add(delivery: Delivery): void {
    delivery.place = "dead";
    delivery.saved = false;
    this.#items.push(delivery);
    this.#bound();
    if (!delivery.gone) this.#spool.saveLater(delivery);
  }

  /** Takes one out; undefined: there is none of that id. */
  take(id: string): Delivery | undefined {
    const place = this.#items.findIndex((delivery) => delivery.id === id);
    return place === -1 ? undefined : this.#items.splice(place, 1)[0];
  }

  #bound(): void {
    for (const delivery of this.#items.splice(0, Math.max(0, this.#items.length - this.#most))) this.#spool.discard(delivery);
  }
}
