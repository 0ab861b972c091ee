import { type Instant, instant, later, rfc3339, type WallTime } from "../lib/time.ts";
import { pcapHeader, pcapRecordHeader, writePcapRecordHeader } from "../wire/pcap/writer.ts";
import type { RingRecord } from "./frame-ring.ts";
import { GrowingFile, type WriteBudget } from "./growing-file.ts";

type Json = Readonly<Record<string, unknown>>;

const chunkSize = 64 * 1024;
const snapLength = 262_144;
const nothing = { buffer: new Uint8Array(0), start: 0, size: 0, length: 0 };

/** `capture.pcap` of one incident. A pcap file has one link type: that of the first frame. */
export class IncidentCapture {
  readonly #path: string;
  readonly #most: number;
  readonly #budget: WriteBudget;
  #file: GrowingFile | undefined;
  #linkType = -1;
  #chunk = new Uint8Array(0);
  #view = new DataView(this.#chunk.buffer);
  #used = 0;
  #frames = 0;
  #latest = instant(-Infinity);
  #otherLinkTypes = 0;
  #first: WallTime | null = null;
  #last: WallTime | null = null;

  constructor(path: string, most: number, budget: WriteBudget) {
    this.#path = path;
    this.#most = most;
    this.#budget = budget;
  }

  /** Copies a frame. */
  add(record: RingRecord): void {
    const { at, linkType } = record;
    if (this.#file === undefined) {
      this.#linkType = linkType;
      this.#file = new GrowingFile(this.#path, this.#most, pcapHeader(linkType, snapLength), this.#budget);
    }
    if (linkType !== this.#linkType) {
      this.#otherLinkTypes += 1;
      return;
    }
    if (!this.#append(record)) return;
    this.#frames += 1;
    this.#latest = later(this.#latest, at);
  }

  /**
   * Something became known by the mere passing of time (a master's silence) after the last frame: an empty packet marks the moment,
   * so that whoever replays the capture gets as far.
   */
  mark(at: Instant, wall: WallTime): void {
    if (this.#frames === 0 || at <= this.#latest || !this.#append({ wall, ...nothing })) return;
    this.#latest = at;
  }

  #append({ wall, buffer, start, size, length }: Pick<RingRecord, "wall" | "buffer" | "start" | "size" | "length">): boolean {
    const needed = pcapRecordHeader + size;
    if (this.#file?.reserve(needed) !== true) return false;
    if (this.#used + needed > this.#chunk.length) this.#nextChunk(needed);
    writePcapRecordHeader(this.#view, this.#used, wall, size, length);
    const chunk = this.#chunk;
    const target = this.#used + pcapRecordHeader;
    for (let i = 0; i < size; i++) chunk[target + i] = buffer[start + i] as number;
    this.#used += needed;
    this.#first ??= wall;
    this.#last = wall;
    return true;
  }

  get waiting(): boolean {
    return this.#used > 0 || this.#file?.waiting === true;
  }

  get size(): number {
    return this.#file?.size ?? 0;
  }

  /** What is to be written by now. */
  file(): GrowingFile | undefined {
    this.#seal();
    return this.#file;
  }

  json(): Json {
    return {
      name: "capture.pcap",
      bytes: this.size,
      frames: this.#frames,
      from: this.#first === null ? null : rfc3339(this.#first),
      to: this.#last === null ? null : rfc3339(this.#last),
      truncated: this.#file?.truncated ?? false,
      incomplete: this.#file?.incomplete ?? false,
      frames_of_other_link_types: this.#otherLinkTypes,
    };
  }

  #nextChunk(needed: number): void {
    this.#seal();
    this.#chunk = new Uint8Array(Math.max(chunkSize, needed));
    this.#view = new DataView(this.#chunk.buffer);
  }

  #seal(): void {
    if (this.#used === 0) return;
    this.#file?.push(this.#chunk.slice(0, this.#used));
    this.#chunk = new Uint8Array(0);
    this.#used = 0;
  }
}
