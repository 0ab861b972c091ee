import { type Duration, type Instant, instant, type WallTime, wallTime } from "../lib/time.ts";
import { u16 } from "../wire/bytes.ts";
import type { Decoded } from "../wire/decoded.ts";
import { type Frame, LinkType } from "../wire/frame.ts";
import { PasswordScrub } from "../wire/scrub.ts";

export interface FrameRingOptions {
  /** Size of the ring, taken at once. */
  readonly bytes: number;
  /** Frames older than this are not kept, however few there are. */
  readonly keep: Duration;
}

/** A frame of the ring: the same object for each of them, valid only during the call. */
export interface RingRecord {
  readonly at: Instant;
  readonly wall: WallTime;
  readonly interface: string | null;
  readonly linkType: number;
  /** Its bytes are `buffer[start, start + size)`: with the VLAN tag that the kernel had stripped, without passwords. */
  readonly buffer: Uint8Array;
  readonly start: number;
  readonly size: number;
  /** Bytes on the wire, the tag included. */
  readonly length: number;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** at, wall: float64; captured, length, link type, interface: uint32. */
const recordHeader = 32;
const tagLength = 4;
/** A frame that takes more of the ring than this would push out the story that it belongs to. */
const largestFrame = 16_384;
/** Interfaces come and go on a host with containers. */
const mostInterfaces = 1_024;
const tagType = 0x8100;

/** Where the type of what follows stands, and the end of the header that a tag's remaining bytes follow; null: no tags there. */
const tagPlaces: Readonly<Record<number, readonly [typeAt: number, end: number]>> = {
  [LinkType.ethernet]: [12, 14],
  [LinkType.linuxSll]: [14, 16],
  [LinkType.linuxSll2]: [0, 20],
};

/**
 * The last frames that matter, in one buffer of fixed size. Adding one copies its bytes, and allocates nothing. Passwords do
 * not get in: a frame is scrubbed on the way.
 *
 *   tail ─▶ record record record ─▶ head        the oldest go as the next needs their place
 */
export class FrameRing {
  #keep: Duration;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #scrub = new PasswordScrub();
  readonly #interfaces = new Map<string | null, number>();
  #names: (string | null)[] = [];
  readonly #record: Writable<RingRecord>;
  #head = 0;
  #tail = 0;
  /** Where the records before the wrap end. */
  #wrap: number;
  #count = 0;
  #last = -1;

  constructor({ bytes, keep }: FrameRingOptions) {
    this.#keep = keep;
    this.#bytes = new Uint8Array(bytes);
    this.#view = new DataView(this.#bytes.buffer);
    this.#wrap = bytes;
    this.#record = { at: instant(0), wall: wallTime(0), interface: null, linkType: 0, buffer: this.#bytes, start: 0, size: 0, length: 0 };
  }

  /** Frames older than this are not kept from now on. */
  set keep(keep: Duration) {
    this.#keep = keep;
  }

  get count(): number {
    return this.#count;
  }

  /** Copies a frame. @returns false where it is too large to be kept. */
  add(frame: Frame, decoded: Decoded): boolean {
    const { at, bytes, vlanTci } = frame;
    const tag = vlanTci === undefined ? undefined : tagPlaces[frame.linkType];
    const captured = bytes.length + (tag === undefined ? 0 : tagLength);
    if (captured > largestFrame || recordHeader + captured > this.#bytes.length) return false;
    while (this.#count > 0 && at - this.#view.getFloat64(this.#tail, true) > this.#keep) this.#evict();
    const name = this.#indexOf(frame.interface);
    const start = this.#makeRoom(recordHeader + captured);
    const view = this.#view;
    view.setFloat64(start, at, true);
    view.setFloat64(start + 8, frame.wall, true);
    view.setUint32(start + 16, captured, true);
    view.setUint32(start + 20, frame.length + captured - bytes.length, true);
    view.setUint32(start + 24, frame.linkType, true);
    view.setUint32(start + 28, name, true);
    this.#scrub.find(frame, decoded);
    this.#copy(bytes, start + recordHeader, tag === undefined ? bytes.length : tag[1], captured - bytes.length);
    if (tag !== undefined && vlanTci !== undefined) this.#insertTag(bytes, start + recordHeader, tag, vlanTci);
    this.#last = start;
    this.#head = start + recordHeader + captured;
    this.#count += 1;
    return true;
  }

  /** The frame that was added last, and only right after that. */
  last(): RingRecord {
    return this.#read(this.#last);
  }

  /** Visits the frames since `from`, the oldest first. */
  since(from: Instant, visit: (record: RingRecord) => void): void {
    let at = this.#tail;
    for (let n = 0; n < this.#count; n++) {
      // The wrap is only there while records lie on both sides of it.
      if (at === this.#wrap) at = 0;
      const record = this.#read(at);
      if (record.at >= from) visit(record);
      at += recordHeader + record.size;
    }
  }

  /** Byte by byte where something is changed: a view of a part would be an object. `gapAt` is where `gap` bytes are left for a tag. */
  #copy(source: Uint8Array, target: number, gapAt: number, gap: number): void {
    const ring = this.#bytes;
    const { from, to, checksumAt, checksum } = this.#scrub;
    if (from === to && gap === 0) {
      ring.set(source, target);
      return;
    }
    for (let i = 0; i < source.length; i++) {
      ring[target + (i < gapAt ? i : i + gap)] = i >= from && i < to ? 0 : (source[i] as number);
    }
    if (checksumAt >= 0) this.#view.setUint16(target + checksumAt + (checksumAt < gapAt ? 0 : gap), checksum);
  }

  #insertTag(source: Uint8Array, target: number, [typeAt, end]: readonly [number, number], tci: number): void {
    this.#view.setUint16(target + typeAt, tagType);
    this.#view.setUint16(target + end, tci);
    this.#view.setUint16(target + end + 2, u16(source, typeAt));
  }

  #read(at: number): RingRecord {
    const view = this.#view;
    const record = this.#record;
    record.at = instant(view.getFloat64(at, true));
    record.wall = wallTime(view.getFloat64(at + 8, true));
    record.start = at + recordHeader;
    record.size = view.getUint32(at + 16, true);
    record.length = view.getUint32(at + 20, true);
    record.linkType = view.getUint32(at + 24, true);
    record.interface = this.#names[view.getUint32(at + 28, true)] ?? null;
    return record;
  }

  #indexOf(name: string | null): number {
    const known = this.#interfaces.get(name);
    if (known !== undefined) return known;
    if (this.#names.length === mostInterfaces) this.#clear();
    this.#interfaces.set(name, this.#names.length);
    return this.#names.push(name) - 1;
  }

  #clear(): void {
    this.#count = 0;
    this.#interfaces.clear();
    this.#names = [];
  }

  #makeRoom(size: number): number {
    for (;;) {
      if (this.#count === 0) {
        this.#head = 0;
        this.#tail = 0;
        this.#wrap = this.#bytes.length;
        return 0;
      }
      if (this.#head > this.#tail) {
        if (this.#bytes.length - this.#head >= size) return this.#head;
        if (this.#tail >= size) {
          this.#wrap = this.#head;
          return 0;
        }
      } else if (this.#tail - this.#head >= size) return this.#head;
      this.#evict();
    }
  }

  #evict(): void {
    this.#tail += recordHeader + this.#view.getUint32(this.#tail + 16, true);
    this.#count -= 1;
    if (this.#tail !== this.#wrap) return;
    this.#tail = 0;
    this.#wrap = this.#bytes.length;
  }
}
