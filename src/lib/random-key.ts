import type { HalfSipKey } from "./half-siphash.ts";

/** A key that nobody else knows, for digests that are compared within one run only. */
export function randomKey(): HalfSipKey {
  const [k0 = 0, k1 = 0] = crypto.getRandomValues(new Uint32Array(2));
  return { k0, k1 };
}
