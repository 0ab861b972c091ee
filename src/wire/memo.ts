import { equalBytes, u8, u16 } from "./bytes.ts";
import { fold, wordSum } from "./checksum.ts";
import type { Advert, Decoded } from "./decoded.ts";
import type { Frame } from "./frame.ts";
import { EtherType, type Packet, Protocol } from "./packet.ts";
import { authLength, passwordTag, simplePassword } from "./password.ts";

/** A power of two. A flood of different packets overwrites entries and never adds one. */
const slots = 4_096;
/** Neighbours that a packet may have: with one, of 510 virtual routers every eighth would push out another's at each advert. */
const ways = 4;
/** Longer packets (more than 28 IPv4 or 6 IPv6 addresses) are decoded each time. */
const longest = 160;

interface Entry {
  readonly linkType: number;
  readonly tci: number | undefined;
  /** Offset of the IP header, and the end of the IP packet. */
  readonly network: number;
  readonly end: number;
  /** Identification and checksum of the IPv4 header, added: the rest being equal, an equal sum means a right checksum. */
  readonly idSum: number;
  /** Offset of the authentication data of a `simple` advert, and its sum; `end` and 0 without. */
  readonly password: number;
  readonly passwordSum: number;
  readonly decoded: Decoded;
  readonly advert: Advert;
}

/**
 * Remembers adverts by their bytes. A frame is taken for a known one only if all its bytes up to the end of the IP packet equal
 * those of an earlier valid advert, but for
 * - IPv4: identification and header checksum, whose sum has to be the same,
 * - IPv6: traffic class and flow label, which nothing depends on,
 * - a password, which is not kept: its sum has to be the same, so that the checksum of the message stays right, and its tag, so
 *   that it is the same password.
 */
export class AdvertMemo {
  readonly #entries = new Array<Entry | undefined>(slots).fill(undefined);
  readonly #bytes = new Uint8Array(slots * longest);
  /** Which slot of each set is overwritten next. */
  readonly #next = new Uint8Array(slots / ways);
  /** The first slot for the frame that `recall` saw last; -1 where it cannot be remembered. */
  #first = -1;
  #end = 0;

  /** What an equal frame decoded to; null where there was none. `p` has passed the link layer only. */
  recall(frame: Frame, p: Packet): Decoded | null {
    this.#first = -1;
    if (!this.#place(p)) return null;
    for (let way = 0; way < ways; way++) {
      const decoded = this.#recallFrom(this.#first + way, frame, p);
      if (decoded !== null) return decoded;
    }
    return null;
  }

  #recallFrom(slot: number, frame: Frame, p: Packet): Decoded | null {
    const entry = this.#entries[slot];
    if (
      entry === undefined ||
      entry.end !== this.#end ||
      entry.network !== p.network ||
      entry.linkType !== frame.linkType ||
      entry.tci !== frame.vlanTci
    )
      return null;
    const base = slot * longest;
    return p.etherType === EtherType.ipv4 ? this.#recallIpv4(entry, base, p) : this.#recallIpv6(entry, base, p);
  }

  /** Keeps a valid advert for the frame that `recall` has just not known. */
  learn(frame: Frame, p: Packet, decoded: Decoded): void {
    if (this.#first < 0 || decoded.kind !== "advert" || decoded.advert.hmac !== undefined) return;
    const { bytes, network } = p;
    const { advert } = decoded;
    let password = this.#end;
    let passwordSum = 0;
    if (advert.version === 2 && u8(bytes, p.payload + 4) === simplePassword) {
      password = p.payload + 8 + advert.addresses.length * 4;
      if (advert.family !== "ipv4" || password + authLength !== this.#end) return;
      passwordSum = residue(wordSum(bytes, password, this.#end));
    }
    const slot = this.#overwritten();
    const base = slot * longest;
    for (let i = 0; i < this.#end; i++) this.#bytes[base + i] = i < password ? u8(bytes, i) : 0;
    const idSum = advert.family === "ipv4" ? residue(u16(bytes, network + 4) + u16(bytes, network + 10)) : 0;
    this.#entries[slot] = {
      linkType: frame.linkType,
      tci: frame.vlanTci,
      network,
      end: this.#end,
      idSum,
      password,
      passwordSum,
      decoded,
      advert,
    };
  }

  /** The slot that an advert is to have: a free one, else the one that was filled before the others. */
  #overwritten(): number {
    const set = this.#first / ways;
    const way = this.#next[set] ?? 0;
    this.#next[set] = (way + 1) % ways;
    return this.#first + way;
  }

  #recallIpv4(entry: Entry, base: number, p: Packet): Decoded | null {
    const b = p.bytes;
    const { network: at, end, password } = entry;
    const own = this.#bytes;
    if (
      !equalBytes(b, at + 12, own, base + at + 12, password - at - 12) ||
      !equalBytes(b, 0, own, base, at + 4) ||
      !equalBytes(b, at + 6, own, base + at + 6, 4) ||
      residue(u16(b, at + 4) + u16(b, at + 10)) !== entry.idSum ||
      (password !== end && residue(wordSum(b, password, end)) !== entry.passwordSum) ||
      (entry.advert.passwordTag !== undefined && passwordTag(p, password) !== entry.advert.passwordTag)
    )
      return null;
    return { kind: "advert", advert: entry.advert, ipId: u16(b, at + 4) };
  }

  #recallIpv6(entry: Entry, base: number, p: Packet): Decoded | null {
    const b = p.bytes;
    const { network: at, end } = entry;
    const own = this.#bytes;
    const version = u8(b, at) >> 4 === u8(own, base + at) >> 4;
    if (!version || !equalBytes(b, at + 4, own, base + at + 4, end - at - 4) || !equalBytes(b, 0, own, base, at)) return null;
    return entry.decoded;
  }

  /** Chooses the slots of a packet by its addresses, the first bytes of its message and its tags. */
  #place(p: Packet): boolean {
    const b = p.bytes;
    const at = p.network;
    const ipv4 = p.etherType === EtherType.ipv4;
    if (!ipv4 && p.etherType !== EtherType.ipv6) return false;
    const first = at + (ipv4 ? 12 : 20);
    const start = at + (ipv4 ? 28 : 48);
    if (b.length < start) return false;
    const protocol = u8(b, at + (ipv4 ? 9 : 6));
    if (protocol !== Protocol.vrrp && !(ipv4 && protocol === Protocol.ah)) return false;
    const end = ipv4 ? at + u16(b, at + 2) : at + 40 + u16(b, at + 4);
    if (end < start || end > b.length || end > longest) return false;
    let hash = Math.imul(p.vlan ^ (p.innerVlan << 12), 0x9e3779b1) ^ end;
    const last = Math.min(end, start + 12);
    for (let i = first; i < last; i++) hash = Math.imul(hash ^ u8(b, i), 0x01000193);
    this.#first = mixed(hash) & (slots - ways);
    this.#end = end;
    return true;
  }
}

/** The class of a sum in one's complement arithmetic: both zeros are the same. */
const residue = (sum: number): number => fold(sum) % 0xffff;

/** Every bit of a number depends on every bit of the other, as the end of MurmurHash3 does it: VRID and address often go up together. */
function mixed(hash: number): number {
  let h = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
