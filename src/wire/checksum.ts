import { u8, u16 } from "./bytes.ts";

/** Sum of the 16-bit words of `b[start, end)`, an odd last byte padded with zero; not folded. Exact for any packet size. */
export function wordSum(b: Uint8Array, start: number, end: number): number {
  let sum = 0;
  let at = start;
  for (; at + 1 < end; at += 2) sum += u16(b, at);
  if (at < end) sum += u8(b, at) << 8;
  return sum;
}

/** The one's complement sum as 16 bits (RFC 1071 §1). */
export function fold(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x10000);
  return folded;
}

/** Whether data that holds its own checksum is intact: the sum over everything is all ones. */
export const intact = (sum: number): boolean => fold(sum) === 0xffff;

/** Pseudo-header of protocol 112 or 58 for the addresses at these offsets (RFC 8200 §8.1; the IPv4 one has the same words). */
export const pseudoHeaderSum = (
  b: Uint8Array,
  source: number,
  destination: number,
  size: number,
  protocol: number,
  length: number,
): number => wordSum(b, source, source + size) + wordSum(b, destination, destination + size) + protocol + length;
