/** Big-endian reads without a bounds check of their own: the caller has compared the length. Past the end they give 0, never throw. */
export const u8 = (b: Uint8Array, at: number): number => b[at] ?? 0;
export const u16 = (b: Uint8Array, at: number): number => ((b[at] ?? 0) << 8) | (b[at + 1] ?? 0);
export const u32 = (b: Uint8Array, at: number): number => (((b[at] ?? 0) << 24) | ((b[at + 1] ?? 0) << 16) | u16(b, at + 2)) >>> 0;

/** Whether `length` bytes of `a` from `i` on equal those of `b` from `j` on. */
export function equalBytes(a: Uint8Array, i: number, b: Uint8Array, j: number, length: number): boolean {
  for (let k = 0; k < length; k++) if (a[i + k] !== b[j + k]) return false;
  return true;
}
