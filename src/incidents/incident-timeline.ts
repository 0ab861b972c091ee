import { type Instant, rfc3339, type WallTime } from "../lib/time.ts";
import { GrowingFile, type WriteBudget } from "./growing-file.ts";
import { type TimelineEntry, timelineLine } from "./timeline.ts";

type Json = Readonly<Record<string, unknown>>;

/** Entries between two flushes. */
const mostWaiting = 16_384;
const noHeader = new Uint8Array(0);
const encoder = new TextEncoder();

/** `timeline.jsonl` of one incident. */
export class IncidentTimeline {
  readonly #file: GrowingFile;
  #entries: TimelineEntry[] = [];
  #previous: Instant | null = null;
  #lines = 0;
  #omitted = 0;
  #first: WallTime | null = null;
  #last: WallTime | null = null;

  constructor(path: string, most: number, budget: WriteBudget) {
    this.#file = new GrowingFile(path, most, noHeader, budget);
  }

  add(entry: TimelineEntry): void {
    if (this.#entries.length < mostWaiting) this.#entries.push(entry);
    else this.#omitted += 1;
  }

  get waiting(): boolean {
    return this.#entries.length > 0 || this.#file.waiting;
  }

  get size(): number {
    return this.#file.size;
  }

  /** What is to be written by now. A deadline that passed just before a frame is reported after it: lines are put in order here. */
  file(): GrowingFile {
    const entries = this.#entries.sort((a, b) => a.at - b.at);
    this.#entries = [];
    for (const entry of entries) {
      if (this.#file.ended) {
        this.#omitted += 1;
        continue;
      }
      const line = encoder.encode(timelineLine(entry, this.#previous));
      if (!this.#file.reserve(line.length)) {
        this.#omitted += 1;
        continue;
      }
      this.#file.push(line);
      this.#previous = entry.at;
      this.#lines += 1;
      this.#first ??= entry.wall;
      this.#last = entry.wall;
    }
    return this.#file;
  }

  json(): Json {
    return {
      name: "timeline.jsonl",
      bytes: this.#file.size,
      lines: this.#lines,
      from: this.#first === null ? null : rfc3339(this.#first),
      to: this.#last === null ? null : rfc3339(this.#last),
      truncated: this.#file.truncated,
      incomplete: this.#file.incomplete,
      lines_omitted: this.#omitted,
    };
  }
}
