/** Keeps a few things for later, the oldest first out: bounded in number and in age. */
export class WaitingRoom<T> {
  readonly #limit: number;
  readonly #maxAge: number;
  #waiting: { readonly since: number; readonly item: T }[] = [];

  /** `maxAge` in the unit of `now` below. */
  constructor(limit: number, maxAge: number) {
    this.#limit = limit;
    this.#maxAge = maxAge;
  }

  get size(): number {
    return this.#waiting.length;
  }

  add(item: T, now: number): void {
    this.expire(now);
    this.#waiting.push({ since: now, item });
    if (this.#waiting.length > this.#limit) this.#waiting.shift();
  }

  /** Removes and returns those that `isReady` says may go, in the order they came. */
  release(isReady: (item: T) => boolean, now: number): readonly T[] {
    this.expire(now);
    const ready: T[] = [];
    const staying: { readonly since: number; readonly item: T }[] = [];
    for (const entry of this.#waiting) {
      if (isReady(entry.item)) ready.push(entry.item);
      else staying.push(entry);
    }
    this.#waiting = staying;
    return ready;
  }

  /** Forgets those that waited too long. */
  expire(now: number): void {
    while (this.#waiting[0] !== undefined && now - this.#waiting[0].since > this.#maxAge) this.#waiting.shift();
  }

  clear(): void {
    this.#waiting = [];
  }
}
