import type { Direction } from "../wire/frame.ts";

/** `struct packet_record` of native/packet_ring.h: what precedes each frame in the slab. */
export interface PacketRecord {
  /** Microseconds since the Unix epoch, CLOCK_REALTIME of the kernel. */
  readonly wall: number;
  readonly interfaceIndex: number;
  readonly direction: Direction;
  readonly hardwareType: number;
  /** Tag control information of the tag that the kernel stripped, or -1. */
  readonly vlanTci: number;
  /** Bytes on the wire. */
  readonly length: number;
  readonly bytes: Uint8Array;
}

const HEADER_BYTES = 32;
const PACKET_OUTGOING = 4;
const PACKET_LOOPBACK = 5;

/** The memory into which the addon copies frames, and a cursor over the records in it. */
export class Slab {
  readonly bytes: Uint8Array;
  readonly #u32: Uint32Array;
  readonly #u16: Uint16Array;
  #left = 0;
  #offset = 0;

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
    this.#u32 = new Uint32Array(this.bytes.buffer);
    this.#u16 = new Uint16Array(this.bytes.buffer);
  }

  /** Begins a slab that was just filled with `count` records. */
  begin(count: number): void {
    this.#left = count;
    this.#offset = 0;
  }

  get empty(): boolean {
    return this.#left === 0;
  }

  /** The next record, or undefined at the end. Its bytes stay valid until the slab is filled anew. */
  next(): PacketRecord | undefined {
    if (this.#left === 0) return undefined;
    const at = this.#offset;
    const word = at >> 2;
    const half = at >> 1;
    const captured = this.#u32[word + 3] ?? 0;
    const packetType = this.bytes[at + 26] ?? 0;
    this.#left -= 1;
    this.#offset = at + HEADER_BYTES + ((captured + 7) & ~7);
    return {
      wall: (this.#u32[word] ?? 0) * 1_000_000 + Math.floor((this.#u32[word + 1] ?? 0) / 1_000),
      interfaceIndex: this.#u32[word + 2] ?? 0,
      direction: packetType === PACKET_OUTGOING || packetType === PACKET_LOOPBACK ? "out" : "in",
      hardwareType: this.#u16[half + 12] ?? 0,
      vlanTci: this.bytes[at + 27] === 0 ? -1 : (this.#u16[half + 10] ?? 0),
      length: this.#u32[word + 4] ?? 0,
      bytes: new Uint8Array(this.bytes.buffer, at + HEADER_BYTES, captured),
    };
  }
}
