import type { Event } from "../core/events.ts";
import { rfc3339, type WallTime } from "../lib/time.ts";
import { eventText, routerText } from "./event-text.ts";
import type { Paint } from "./paint.ts";

/** Prints events one a line, in aligned columns: when, which virtual router, what. */
export class EventPrinter {
  readonly #relative: boolean;
  readonly #paint: Paint;
  #start = 0;
  #width = 8;

  constructor(relative: boolean, paint: Paint) {
    this.#relative = relative;
    this.#paint = paint;
  }

  /** The instant that relative times are counted from. */
  start(wall: WallTime): void {
    this.#start = wall;
  }

  line(event: Event): string {
    const router = event.router === null ? "" : routerText(event.router);
    // Grows with the widest seen so far, so that the columns stay straight without reading ahead.
    this.#width = Math.max(this.#width, router.length);
    return `${this.#paint("dim", this.#time(event.wall))}  ${router.padEnd(this.#width)}  ${eventText(event, this.#paint)}\n`;
  }

  #time(wall: WallTime): string {
    if (!this.#relative) return rfc3339(wall).replace("T", " ");
    return `${((wall - this.#start) / 1e6).toFixed(6)}`.padStart(12);
  }
}
