import { type ByteOrder, type Format, need, type Step } from "./format.ts";
import { MutableRecord } from "./mutable-record.ts";
import { longestPacket, type RecordSink } from "./record.ts";

const fileHeader = 24;
const recordHeader = 16;

/** A pcap file: one link type, a header of 16 bytes before each packet (draft-ietf-opsawg-pcap). */
export class ClassicFormat implements Format {
  readonly #order: ByteOrder;
  readonly #nano: boolean;
  readonly #record = new MutableRecord();
  #linkType = -1;

  constructor(order: ByteOrder, nano: boolean) {
    this.#order = order;
    this.#nano = nano;
  }

  step(b: Uint8Array, at: number, end: number, sink: RecordSink): Step {
    if (this.#linkType < 0) return this.#header(b, at, end);
    if (end - at < recordHeader) return need(recordHeader);
    const order = this.#order;
    const captured = order.u32(b, at + 8);
    if (captured > longestPacket) return { code: "absurd_length", message: `a packet claims to have ${captured} captured bytes` };
    const size = recordHeader + captured;
    if (end - at < size) return need(size);
    const fraction = order.u32(b, at + 4);
    const us = order.u32(b, at) * 1_000_000 + (this.#nano ? Math.floor(fraction / 1_000) : fraction);
    const bytes = b.subarray(at + recordHeader, at + size);
    sink.record(this.#record.fill(us, this.#linkType, bytes, order.u32(b, at + 12), null, "unknown"));
    return size;
  }

  #header(b: Uint8Array, at: number, end: number): Step {
    if (end - at < fileHeader) return need(fileHeader);
    const major = this.#order.u16(b, at + 4);
    if (major !== 2) return { code: "unsupported_format", message: `pcap version ${major} is unknown, only version 2 can be read` };
    // The upper half holds the length of a frame check sequence.
    this.#linkType = this.#order.u32(b, at + 20) & 0xffff;
    return fileHeader;
  }
}
