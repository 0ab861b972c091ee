import { formatIpv4, formatIpv6 } from "../lib/addresses.ts";
import { u8, u16, u32 } from "./bytes.ts";

const hexByte = Array.from({ length: 256 }, (_, n) => n.toString(16).padStart(2, "0"));

/** Lower case with colons. The caller has checked that the six bytes are there. */
export function formatMac(b: Uint8Array, at: number): string {
  let text = hexByte[u8(b, at)] ?? "";
  for (let i = 1; i < 6; i++) text += `:${hexByte[u8(b, at + i)]}`;
  return text;
}

/** Turns address bytes into text. */
export interface AddressText {
  ipv4(b: Uint8Array, at: number): string;
  ipv6(b: Uint8Array, at: number): string;
  mac(b: Uint8Array, at: number): string;
}

export const plainText: AddressText = { ipv4: formatIpv4, ipv6: formatIpv6, mac: formatMac };

/**
 * The same texts from a cache of fixed size, so that the adverts of one sender share their strings.
 * Direct-mapped: a flood of addresses only overwrites.
 */
export class AddressCache implements AddressText {
  readonly #ipv4 = new Slots(4_096, 1, formatIpv4);
  readonly #ipv6 = new Slots(4_096, 4, formatIpv6);
  readonly #mac = new Slots(1_024, 2, formatMac);

  ipv4(b: Uint8Array, at: number): string {
    return this.#ipv4.get(b, at, u32(b, at), 0, 0, 0);
  }

  ipv6(b: Uint8Array, at: number): string {
    return this.#ipv6.get(b, at, u32(b, at), u32(b, at + 4), u32(b, at + 8), u32(b, at + 12));
  }

  mac(b: Uint8Array, at: number): string {
    return this.#mac.get(b, at, u16(b, at), u32(b, at + 2), 0, 0);
  }
}

class Slots {
  readonly #size: number;
  readonly #words: number;
  readonly #format: (b: Uint8Array, at: number) => string;
  readonly #keys: Uint32Array;
  readonly #texts: (string | undefined)[];

  constructor(size: number, words: number, format: (b: Uint8Array, at: number) => string) {
    this.#size = size;
    this.#words = words;
    this.#format = format;
    this.#keys = new Uint32Array(size * words);
    this.#texts = new Array<string | undefined>(size).fill(undefined);
  }

  get(b: Uint8Array, at: number, k0: number, k1: number, k2: number, k3: number): string {
    const keys = this.#keys;
    const words = this.#words;
    let hash = Math.imul(k0 ^ Math.imul(k1 ^ Math.imul(k2 ^ Math.imul(k3, 0x85ebca6b), 0xc2b2ae35), 0x27d4eb2f), 0x9e3779b1);
    hash = (hash ^ (hash >>> 15)) & (this.#size - 1);
    const key = hash * words;
    const known = this.#texts[hash];
    if (
      known !== undefined &&
      keys[key] === k0 &&
      (words < 2 || keys[key + 1] === k1) &&
      (words < 4 || (keys[key + 2] === k2 && keys[key + 3] === k3))
    )
      return known;
    const text = this.#format(b, at);
    keys[key] = k0;
    if (words > 1) keys[key + 1] = k1;
    if (words > 2) {
      keys[key + 2] = k2;
      keys[key + 3] = k3;
    }
    this.#texts[hash] = text;
    return text;
  }
}
