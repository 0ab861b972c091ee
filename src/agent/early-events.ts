import type { Event } from "../core/events.ts";

/** What alerts are made of; the rest is nobody's business there. */
const told: ReadonlySet<Event["kind"]> = new Set(["condition_raised", "condition_cleared", "master_changed"]);

/** Keeps what happens until those who tell people of it are ready. */
export class EarlyEvents {
  readonly #most: number;
  readonly #full: () => void;
  readonly #kept: Event[] = [];
  #lost = 0;

  /** @param full called once, when the first event finds no room */
  constructor(most: number, full: () => void) {
    this.#most = most;
    this.#full = full;
  }

  /** In the order in which they happened. */
  get kept(): readonly Event[] {
    return this.#kept;
  }

  /** Events that nobody will be told of, as there were too many. */
  get lost(): number {
    return this.#lost;
  }

  add(event: Event): void {
    if (!told.has(event.kind)) return;
    if (this.#kept.length < this.#most) this.#kept.push(event);
    else {
      this.#lost += 1;
      if (this.#lost === 1) this.#full();
    }
  }

  clear(): void {
    this.#kept.length = 0;
  }
}
