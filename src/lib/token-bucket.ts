import { type Instant, seconds } from "./time.ts";

const ONE_SECOND = seconds(1);

/** Allows `size` takes at once, and `perSecond` in the long run. */
export class TokenBucket {
  readonly #size: number;
  readonly #perSecond: number;
  #tokens: number;
  #filledAt: Instant | undefined;

  constructor(size: number, perSecond: number) {
    this.#size = size;
    this.#perSecond = perSecond;
    this.#tokens = size;
  }

  take(now: Instant): boolean {
    const since = this.#filledAt === undefined ? 0 : now - this.#filledAt;
    this.#filledAt = now;
    this.#tokens = Math.min(this.#size, this.#tokens + (since * this.#perSecond) / ONE_SECOND);
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
