import type { Event } from "../core/events.ts";

/** One event under the id by which a stream can be taken up again. */
export interface HubEntry {
  readonly id: string;
  /** The documented shape of the event (docs of `replay --json`), as one line of JSON. */
  readonly json: string;
}

export interface EventHubOptions {
  /** The documented shape of an event. */
  readonly eventJson: (event: Event) => object;
  /** Tells this run's ids from those of an earlier one: letters and digits. */
  readonly runId: string;
  /** How many recent events are kept. Default 1,000. */
  readonly capacity?: number;
}

/** Written out when first asked for: most events of a busy segment are never read. */
class Entry implements HubEntry {
  readonly id: string;
  readonly #event: Event;
  readonly #eventJson: (event: Event) => object;
  #json: string | null = null;

  constructor(id: string, event: Event, eventJson: (event: Event) => object) {
    this.id = id;
    this.#event = event;
    this.#eventJson = eventJson;
  }

  get json(): string {
    this.#json ??= JSON.stringify(this.#eventJson(this.#event));
    return this.#json;
  }
}

/** The last events in a ring, and whoever wants the next ones. Bounded: an old event makes room for a fresh one. */
export class EventHub {
  readonly #options: EventHubOptions;
  readonly #capacity: number;
  readonly #ring: Entry[] = [];
  readonly #listeners = new Set<(entry: HubEntry) => void>();
  #published = 0;

  constructor(options: EventHubOptions) {
    this.#options = options;
    this.#capacity = options.capacity ?? 1_000;
  }

  publish(event: Event): void {
    const entry = new Entry(`${this.#options.runId}-${this.#published + 1}`, event, this.#options.eventJson);
    this.#ring[this.#published % this.#capacity] = entry;
    this.#published++;
    for (const listener of this.#listeners) listener(entry);
  }

  /** The last events, at most `limit` of them, the oldest first. */
  recent(limit: number): HubEntry[] {
    return this.#from(Math.max(this.#oldest, this.#published - limit));
  }

  /**
   * What came after the event `id`, the oldest first.
   * @returns `complete` false where `id` is of another run or has left the ring: then everything that is there
   */
  after(id: string): { readonly entries: HubEntry[]; readonly complete: boolean } {
    const position = this.#position(id);
    return position === null ? { entries: this.#from(this.#oldest), complete: false } : { entries: this.#from(position), complete: true };
  }

  /** @returns a function that ends the subscription */
  subscribe(listener: (entry: HubEntry) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get #oldest(): number {
    return Math.max(0, this.#published - this.#capacity);
  }

  /** How many events had been published when `id` was the last one; null where the events after it are not all there. */
  #position(id: string): number | null {
    const prefix = `${this.#options.runId}-`;
    const digits = id.slice(prefix.length);
    if (!id.startsWith(prefix) || !/^\d{1,15}$/.test(digits)) return null;
    const position = Number(digits);
    return position < this.#oldest || position > this.#published ? null : position;
  }

  #from(start: number): HubEntry[] {
    const entries: HubEntry[] = [];
    for (let n = start; n < this.#published; n++) {
      const entry = this.#ring[n % this.#capacity];
      if (entry !== undefined) entries.push(entry);
    }
    return entries;
  }
}
