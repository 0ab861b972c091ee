import type { ByteOrder } from "./format.ts";

/** Where the value of an option of at least `shortest` bytes begins; -1 where it is missing. Ends at the first damage. */
export function findOption(order: ByteOrder, b: Uint8Array, start: number, end: number, code: number, shortest: number): number {
  let at = start;
  while (at + 4 <= end) {
    const found = order.u16(b, at);
    const length = order.u16(b, at + 2);
    if (found === 0 || at + 4 + length > end) return -1;
    if (found === code && length >= shortest) return at + 4;
    at += 4 + ((length + 3) & ~3);
  }
  return -1;
}
