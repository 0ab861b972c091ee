import type { WallTime } from "../../lib/time.ts";

const fileHeader = 24;
/** Bytes of a record before those of its packet. */
export const pcapRecordHeader = 16;

/** The header of a little-endian pcap file with microseconds (draft-ietf-opsawg-pcap). One file has one link type. */
export function pcapHeader(linkType: number, snapLength: number): Uint8Array {
  const bytes = new Uint8Array(fileHeader);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0xa1b2c3d4, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, snapLength, true);
  view.setUint32(20, linkType, true);
  return bytes;
}

/** One packet with its record header, as a copy of its own. `length` is what it had on the wire. */
export function pcapRecord(wall: WallTime, bytes: Uint8Array, length: number): Uint8Array {
  const record = new Uint8Array(pcapRecordHeader + bytes.length);
  writePcapRecordHeader(new DataView(record.buffer), 0, wall, bytes.length, length);
  record.set(bytes, pcapRecordHeader);
  return record;
}

/** Writes the header of a packet with `captured` bytes at `at`. */
export function writePcapRecordHeader(view: DataView, at: number, wall: WallTime, captured: number, length: number): void {
  view.setUint32(at, Math.floor(wall / 1_000_000), true);
  view.setUint32(at + 4, wall % 1_000_000, true);
  view.setUint32(at + 8, captured, true);
  view.setUint32(at + 12, length, true);
}
