import type { ByteOrder } from "./format.ts";
import { findOption } from "./pcapng-options.ts";

const Option = { name: 2, timeResolution: 9, timeOffset: 14 } as const;
const longestName = 64;
/** FNV-1a with 32 bits (http://www.isthe.com/chongo/tech/comp/fnv/), in eight digits behind a mark. */
const fnvBasis = 0x811c9dc5;
const fnvPrime = 0x01000193;
const hashLength = 9;

/** An interface description block: how its packets are to be read. */
export interface CaptureInterface {
  readonly linkType: number;
  /** 0: no limit. */
  readonly snapLength: number;
  readonly name: string | null;
  /** Microseconds since the epoch of a stamp in this interface's units. */
  microseconds(high: number, low: number): number;
}

/** Reads the block's body. A further interface without a name is called by its number, so that it stays apart from the first. */
export function readInterface(order: ByteOrder, b: Uint8Array, at: number, end: number, id: number): CaptureInterface {
  const options = at + 8;
  const resolution = findOption(order, b, options, end, Option.timeResolution, 1);
  const offset = findOption(order, b, options, end, Option.timeOffset, 8);
  return {
    linkType: order.u16(b, at),
    snapLength: order.u32(b, at + 4),
    name: readName(order, b, options, end) ?? (id === 0 ? null : `if${id}`),
    microseconds: timeReader(resolution < 0 ? 6 : (b[resolution] ?? 6), offset < 0 ? 0 : signedSeconds(order, b, offset) * 1_000_000),
  };
}

/**
 * Printable ASCII only, for the name ends up on terminals and in labels: other bytes, and `%`, become `%` and two hexadecimal
 * digits. A long name is cut and ends with `#` and a hash, so that names that differ stay different. The pseudo-device `any` is no
 * interface.
 */
function readName(order: ByteOrder, b: Uint8Array, options: number, end: number): string | null {
  const at = findOption(order, b, options, end, Option.name, 1);
  if (at < 0) return null;
  const nameEnd = at + order.u16(b, at - 2);
  let name = "";
  let cut = "";
  let hash = fnvBasis;
  for (let i = at; i < nameEnd; i++) {
    const code = b[i] ?? 0;
    if (code === 0) break;
    hash = Math.imul(hash ^ code, fnvPrime);
    if (name.length > longestName) continue;
    name += isPlain(code) ? String.fromCharCode(code) : `%${code.toString(16).padStart(2, "0")}`;
    if (name.length <= longestName - hashLength) cut = name;
  }
  if (name === "" || name === "any") return null;
  return name.length <= longestName ? name : `${cut}#${(hash >>> 0).toString(16).padStart(8, "0")}`;
}

const isPlain = (code: number): boolean => code > 0x20 && code < 0x7f && code !== 0x25;

function signedSeconds(order: ByteOrder, b: Uint8Array, at: number): number {
  const first = BigInt(order.u32(b, at));
  const second = BigInt(order.u32(b, at + 4));
  return Number(BigInt.asIntN(64, order.little ? (second << 32n) | first : (first << 32n) | second));
}

/** The high bit of the resolution chooses powers of 2 instead of 10. Microseconds and nanoseconds go without big integers. */
function timeReader(resolution: number, offset: number): (high: number, low: number) => number {
  if (resolution === 6) return (high, low) => high * 4_294_967_296 + low + offset;
  // 2^32 = 4,294,967 * 1,000 + 296
  if (resolution === 9) return (high, low) => high * 4_294_967 + Math.floor((high * 296 + low) / 1_000) + offset;
  const exponent = BigInt(resolution & 0x7f);
  const perSecond = resolution >= 0x80 ? 2n ** exponent : 10n ** exponent;
  return (high, low) => Number((((BigInt(high) << 32n) | BigInt(low)) * 1_000_000n) / perSecond) + offset;
}
