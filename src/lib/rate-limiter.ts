import { type Duration, type Instant, since } from "./time.ts";

export interface RateLimiterOptions {
  /** At most one admission per key within this time. */
  readonly interval: Duration;
  /** Keys remembered; beyond it all further keys share one slot, so that forged packets cannot buy more lines or memory. */
  readonly maxKeys: number;
}

interface Slot {
  admittedAt: Instant;
  suppressed: number;
}

/** Keeps what a packet can trigger (log lines above all) to one per key and interval. Time is passed in. */
export class RateLimiter {
  readonly #options: RateLimiterOptions;
  readonly #slots = new Map<string, Slot>();
  #overflow: Slot | undefined;

  constructor(options: RateLimiterOptions) {
    this.#options = options;
  }

  /** @returns how many were suppressed for this key since the last admission, or null: suppress this one too. */
  admit(key: string, now: Instant): number | null {
    const slot = this.#slots.get(key);
    if (slot !== undefined) return this.#try(slot, now);
    if (this.#slots.size >= this.#options.maxKeys) this.#forgetQuiet(now);
    if (this.#slots.size < this.#options.maxKeys) {
      this.#slots.set(key, { admittedAt: now, suppressed: 0 });
      return 0;
    }
    if (this.#overflow !== undefined) return this.#try(this.#overflow, now);
    this.#overflow = { admittedAt: now, suppressed: 0 };
    return 0;
  }

  #try(slot: Slot, now: Instant): number | null {
    if (since(now, slot.admittedAt) < this.#options.interval) {
      slot.suppressed += 1;
      return null;
    }
    const suppressed = slot.suppressed;
    slot.admittedAt = now;
    slot.suppressed = 0;
    return suppressed;
  }

  /** Removes what is due for admission anyway and hid nothing. The map is in order of first use, so a full one is scanned once per call. */
  #forgetQuiet(now: Instant): void {
    if (this.#overflow !== undefined && since(now, this.#overflow.admittedAt) < this.#options.interval) return;
    for (const [key, slot] of this.#slots) {
      if (slot.suppressed === 0 && since(now, slot.admittedAt) >= this.#options.interval) this.#slots.delete(key);
    }
  }
}
