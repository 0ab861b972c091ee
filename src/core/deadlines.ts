import type { Instant } from "../lib/time.ts";

/** What can be queued. The queue owns `position` and `queuedFor`; the owner keeps `deadline` true and `order` unique. */
export interface Deadlined {
  readonly order: number;
  /** undefined: nothing is due. */
  readonly deadline: Instant | undefined;
  queuedFor: Instant;
  /** Index in the heap, -1 outside. */
  position: number;
}

/**
 * A binary heap in which a deadline that moves later costs nothing until its old place comes up.
 * Adverts push a master's expiry later thousands of times for each one that fires.
 */
export class DeadlineQueue<T extends Deadlined> {
  readonly #heap: T[] = [];

  /** A lower bound of the earliest deadline: waking up at it may find nothing due. */
  get next(): Instant | undefined {
    return this.#heap[0]?.queuedFor;
  }

  /** To be called whenever `item.deadline` may have moved earlier or come into being. */
  update(item: T): void {
    const { deadline } = item;
    if (deadline === undefined) return;
    if (item.position < 0) {
      item.queuedFor = deadline;
      item.position = this.#heap.length;
      this.#heap.push(item);
      this.#up(item.position);
    } else if (deadline < item.queuedFor) {
      item.queuedFor = deadline;
      this.#up(item.position);
    }
  }

  remove(item: T): void {
    const at = item.position;
    if (at < 0) return;
    item.position = -1;
    const last = this.#heap.pop();
    if (last === undefined || last === item) return;
    this.#heap[at] = last;
    last.position = at;
    this.#up(at);
    this.#down(last.position);
  }

  /** The item with the earliest deadline at or before `now`, in the order of deadline and `order`; it leaves the queue. */
  pop(now: Instant): T | undefined {
    for (;;) {
      const top = this.#heap[0];
      if (top === undefined || top.queuedFor > now) return undefined;
      const { deadline } = top;
      if (deadline !== undefined && deadline > top.queuedFor) {
        top.queuedFor = deadline;
        this.#down(0);
        continue;
      }
      this.remove(top);
      if (deadline !== undefined) return top;
    }
  }

  #before(a: T, b: T): boolean {
    return a.queuedFor !== b.queuedFor ? a.queuedFor < b.queuedFor : a.order < b.order;
  }

  #swap(i: number, j: number): void {
    const a = this.#heap[i] as T;
    const b = this.#heap[j] as T;
    this.#heap[i] = b;
    this.#heap[j] = a;
    b.position = i;
    a.position = j;
  }

  #up(from: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#before(this.#heap[at] as T, this.#heap[parent] as T)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #down(from: number): void {
    let at = from;
    for (;;) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      let least = at;
      if (left < this.#heap.length && this.#before(this.#heap[left] as T, this.#heap[least] as T)) least = left;
      if (right < this.#heap.length && this.#before(this.#heap[right] as T, this.#heap[least] as T)) least = right;
      if (least === at) return;
      this.#swap(at, least);
      at = least;
    }
  }
}
