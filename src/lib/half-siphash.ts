/** 64 bits of key. Whoever knows it can find a short secret from its digest by trying: it stays in memory. */
export interface HalfSipKey {
  readonly k0: number;
  readonly k1: number;
}

const roundsPerBlock = 2;
const finalRounds = 4;

/**
 * HalfSipHash-2-4 of `b[start, end)`: a keyed digest for short inputs that needs 32-bit arithmetic only.
 * @returns an unsigned 32-bit number. Bytes past the end of `b` count as 0; never throws.
 * @see https://www.aumasson.jp/siphash/siphash.pdf for the construction, https://github.com/veorq/SipHash for the half-size one
 */
export function halfSipHash(key: HalfSipKey, b: Uint8Array, start: number, end: number): number {
  let v0 = key.k0 | 0;
  let v1 = key.k1 | 0;
  let v2 = key.k0 ^ 0x6c796765;
  let v3 = key.k1 ^ 0x74656462;
  const absorbing = roundsPerBlock * (((end - start) >> 2) + 1);
  let block = 0;
  for (let round = 0; round < absorbing + finalRounds; round++) {
    const phase = round % roundsPerBlock;
    if (round < absorbing && phase === 0) {
      block = blockAt(b, start, start + (round / roundsPerBlock) * 4, end);
      v3 ^= block;
    }
    if (round === absorbing) v2 ^= 0xff;
    v0 = (v0 + v1) | 0;
    v2 = (v2 + v3) | 0;
    v1 = rotate(v1, 5) ^ v0;
    v3 = rotate(v3, 8) ^ v2;
    v0 = (rotate(v0, 16) + v3) | 0;
    v2 = (v2 + v1) | 0;
    v3 = rotate(v3, 7) ^ v0;
    v1 = rotate(v1, 13) ^ v2;
    v2 = rotate(v2, 16);
    if (round < absorbing && phase === roundsPerBlock - 1) v0 ^= block;
  }
  return (v1 ^ v3) >>> 0;
}

/** Four bytes, little-endian; the last block holds what is left over and, on top, the length. */
function blockAt(b: Uint8Array, start: number, at: number, end: number): number {
  const size = Math.min(4, end - at);
  let word = size < 4 ? (end - start) << 24 : 0;
  for (let i = 0; i < size; i++) word |= (b[at + i] ?? 0) << (8 * i);
  return word;
}

const rotate = (x: number, bits: number): number => (x << bits) | (x >>> (32 - bits));
