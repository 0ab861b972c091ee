import type { Direction } from "../frame.ts";
import { type ByteOrder, bigEndian, type Format, littleEndian, need, type Step } from "./format.ts";
import { MutableRecord } from "./mutable-record.ts";
import { type CaptureInterface, readInterface } from "./pcapng-interface.ts";
import { findOption } from "./pcapng-options.ts";
import { longestPacket, type RecordSink } from "./record.ts";

const Block = { section: 0x0a0d0d0a, interface: 1, packet: 2, simplePacket: 3, enhancedPacket: 6 } as const;

/** Type, length, and the length again at the end. */
const shortestBlock = 12;
/** Room for a packet with its options. Blocks of types that we skip may be longer: they take no memory. */
const longestBlock = longestPacket + 64 * 1024;
const mostInterfaces = 4_096;
const flagsOption = 2;

/** A pcapng file: sections, each with its byte order and its interfaces (draft-ietf-opsawg-pcapng). */
export class PcapngFormat implements Format {
  readonly #record = new MutableRecord();
  #order: ByteOrder = littleEndian;
  #interfaces: CaptureInterface[] = [];
  #last = 0;

  step(b: Uint8Array, at: number, end: number, sink: RecordSink): Step {
    if (end - at < shortestBlock) return need(shortestBlock);
    let type = this.#order.u32(b, at);
    if (type === Block.section) {
      const order = sectionOrder(b, at + 8);
      if (order === null) return { code: "damaged", message: "a section has no valid byte order mark" };
      this.#order = order;
      this.#interfaces = [];
    }
    const order = this.#order;
    const size = order.u32(b, at + 4);
    type = order.u32(b, at);
    if (size < shortestBlock || size % 4 !== 0) return { code: "damaged", message: `a block claims to have ${size} bytes` };
    const known =
      type === Block.section ||
      type === Block.interface ||
      type === Block.packet ||
      type === Block.simplePacket ||
      type === Block.enhancedPacket;
    if (!known) return size;
    if (size > longestBlock) return { code: "absurd_length", message: `a block claims to have ${size} bytes` };
    if (end - at < size) return need(size);
    if (order.u32(b, at + size - 4) !== size) return { code: "damaged", message: "the two lengths of a block differ" };
    return this.#block(type, b, at, size, sink);
  }

  #block(type: number, b: Uint8Array, at: number, size: number, sink: RecordSink): Step {
    const order = this.#order;
    const body = at + 8;
    const bodyEnd = at + size - 4;
    switch (type) {
      case Block.interface:
        if (bodyEnd - body < 8) return tooShort("interface");
        if (this.#interfaces.length === mostInterfaces)
          return { code: "damaged", message: `a section has more than ${mostInterfaces} interfaces` };
        this.#interfaces.push(readInterface(order, b, body, bodyEnd, this.#interfaces.length));
        sink.interfaces?.(this.#interfaces.length);
        return size;
      case Block.enhancedPacket:
        if (bodyEnd - body < 20) return tooShort("packet");
        return this.#packet(order.u32(b, body), b, body + 4, bodyEnd, size, sink);
      case Block.packet:
        if (bodyEnd - body < 20) return tooShort("packet");
        return this.#packet(order.u16(b, body), b, body + 4, bodyEnd, size, sink);
      case Block.simplePacket:
        if (bodyEnd - body < 4) return tooShort("packet");
        return this.#simplePacket(b, body, bodyEnd, size, sink);
      default:
        return order.u16(b, body + 4) === 1
          ? size
          : { code: "unsupported_format", message: `pcapng version ${order.u16(b, body + 4)} is unknown, only version 1 can be read` };
    }
  }

  /** The part that the enhanced and the obsolete packet block share, from the time stamp on. */
  #packet(id: number, b: Uint8Array, at: number, end: number, size: number, sink: RecordSink): Step {
    const order = this.#order;
    const from = this.#interfaces[id];
    if (from === undefined) return { code: "damaged", message: `a packet belongs to interface ${id}, which the file does not describe` };
    const captured = order.u32(b, at + 8);
    const data = at + 16;
    if (captured > longestPacket) return { code: "absurd_length", message: `a packet claims to have ${captured} captured bytes` };
    if (captured > end - data) return { code: "damaged", message: "a packet is longer than its block" };
    const options = data + ((captured + 3) & ~3);
    this.#last = from.microseconds(order.u32(b, at), order.u32(b, at + 4));
    const direction = options < end ? directionOf(order, b, options, end) : "unknown";
    const bytes = b.subarray(data, data + captured);
    sink.record(this.#record.fill(this.#last, from.linkType, bytes, order.u32(b, at + 12), from.name, direction));
    return size;
  }

  /** Has no time of its own: it gets that of the packet before it. */
  #simplePacket(b: Uint8Array, at: number, end: number, size: number, sink: RecordSink): Step {
    const from = this.#interfaces[0];
    if (from === undefined) return { code: "damaged", message: "a packet comes before any interface is described" };
    const length = this.#order.u32(b, at);
    const limit = from.snapLength === 0 ? length : Math.min(length, from.snapLength);
    const bytes = b.subarray(at + 4, at + 4 + Math.min(limit, end - at - 4));
    sink.record(this.#record.fill(this.#last, from.linkType, bytes, length, from.name, "unknown"));
    return size;
  }
}

const tooShort = (what: string): Step => ({ code: "damaged", message: `a block is too short for the ${what} that it should hold` });

function sectionOrder(b: Uint8Array, at: number): ByteOrder | null {
  if (bigEndian.u32(b, at) === 0x1a2b3c4d) return bigEndian;
  return littleEndian.u32(b, at) === 0x1a2b3c4d ? littleEndian : null;
}

function directionOf(order: ByteOrder, b: Uint8Array, at: number, end: number): Direction {
  const flags = findOption(order, b, at, end, flagsOption, 4);
  if (flags < 0) return "unknown";
  const bits = order.u32(b, flags) & 3;
  return bits === 1 ? "in" : bits === 2 ? "out" : "unknown";
}
