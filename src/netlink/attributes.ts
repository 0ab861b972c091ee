/** One netlink attribute (`struct nlattr`): 2 bytes length, 2 bytes type, value, padded to 4 bytes; host byte order. */
export interface Attribute {
  readonly type: number;
  readonly value: Uint8Array;
}

/** The kernel marks nested and network-order attributes in the two highest bits of the type. */
const TYPE_MASK = 0x3fff;
const HEADER_BYTES = 4;
const littleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** 16 bits at `at` in host byte order; undefined beyond the end. */
export function hostUint16(bytes: Uint8Array, at: number): number | undefined {
  return at + 2 <= bytes.length ? viewOf(bytes).getUint16(at, littleEndian) : undefined;
}

/** 32 bits at `at` in host byte order; undefined beyond the end. */
export function hostUint32(bytes: Uint8Array, at: number): number | undefined {
  return at + 4 <= bytes.length ? viewOf(bytes).getUint32(at, littleEndian) : undefined;
}

/** Splits a run of attributes. Stops at the first that does not fit; never throws. */
export function* attributes(bytes: Uint8Array): Generator<Attribute> {
  let at = 0;
  for (;;) {
    const length = hostUint16(bytes, at);
    const type = hostUint16(bytes, at + 2);
    if (length === undefined || type === undefined || length < HEADER_BYTES || at + length > bytes.length) return;
    yield { type: type & TYPE_MASK, value: bytes.subarray(at + HEADER_BYTES, at + length) };
    at += (length + 3) & ~3;
  }
}
