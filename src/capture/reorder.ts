import { type Instant, instant, seconds } from "../lib/time.ts";
import type { Frame } from "../wire/frame.ts";

/** Frames come at most so much after later ones. */
const window = seconds(1);
const mostFrames = 65_536;
const mostBytes = 16 * 1024 * 1024;

interface Waiting {
  readonly frame: Frame;
  readonly gap: boolean;
  /** Frames of the same instant stay in the order in which they came. */
  readonly number: number;
}

/**
 * Puts frames in the order of their instants: a file that was captured on several interfaces has them in batches. Holds frames
 * (whose bytes must be their own) for a second of their time, fewer where their number or size would grow beyond a bound.
 */
export class ReorderBuffer {
  readonly #deliver: (frame: Frame, gap: boolean) => void;
  /** A binary heap, the earliest first. */
  readonly #heap: Waiting[] = [];
  #bytes = 0;
  #number = 0;
  #newest: Instant = instant(Number.NEGATIVE_INFINITY);

  constructor(deliver: (frame: Frame, gap: boolean) => void) {
    this.#deliver = deliver;
  }

  push(frame: Frame, gap: boolean): void {
    if (frame.at > this.#newest) this.#newest = frame.at;
    this.#bytes += frame.bytes.length;
    this.#rise({ frame, gap, number: this.#number++ });
    while (this.#isDue()) this.#release();
  }

  /** Delivers all that is held. */
  flush(): void {
    while (this.#heap.length > 0) this.#release();
  }

  #isDue(): boolean {
    const first = this.#heap[0];
    if (first === undefined) return false;
    return this.#newest - first.frame.at > window || this.#heap.length > mostFrames || this.#bytes > mostBytes;
  }

  #release(): void {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (first === undefined || last === undefined) return;
    if (this.#heap.length > 0) this.#sink(last);
    this.#bytes -= first.frame.bytes.length;
    this.#deliver(first.frame, first.gap);
  }

  #rise(item: Waiting): void {
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above] as Waiting;
      if (!isBefore(item, parent)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = item;
  }

  #sink(item: Waiting): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && isBefore(heap[below + 1] as Waiting, heap[below] as Waiting)) below++;
      const child = heap[below] as Waiting;
      if (!isBefore(child, item)) break;
      heap[at] = child;
      at = below;
    }
    heap[at] = item;
  }
}

const isBefore = (a: Waiting, b: Waiting): boolean => a.frame.at < b.frame.at || (a.frame.at === b.frame.at && a.number < b.number);
