import { type Instant, seconds } from "../lib/time.ts";

const ONE_SECOND = seconds(1);

/** Allows so many takes a second, and as many at once. */
export class TokenBucket {
  readonly #size: number;
  #tokens: number;
  #filledAt: Instant | undefined;

  constructor(size: number) {
    this.#size = size;
    this.#tokens = size;
  }

  take(now: Instant): boolean {
    const since = this.#filledAt === undefined ? 0 : now - this.#filledAt;
    this.#filledAt = now;
    this.#tokens = Math.min(this.#size, this.#tokens + (since * this.#size) / ONE_SECOND);
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
