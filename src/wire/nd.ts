import { isHostMac } from "./arp.ts";
import { u8, u16 } from "./bytes.ts";
import { intact, pseudoHeaderSum, wordSum } from "./checksum.ts";
import type { Decoded } from "./decoded.ts";
import { macOf, other, type Packet, Protocol, withTags } from "./packet.ts";

const fixedPart = 24;
const solicitedFlag = 0x40;
const targetLinkAddress = 2;

/** Whether the ICMPv6 message is as its sender made it (RFC 4443 §2.3). */
export function icmpv6Intact(p: Packet): boolean {
  const length = p.payloadEnd - p.payload;
  return intact(pseudoHeaderSum(p.bytes, p.source, p.destination, 16, Protocol.icmpv6, length) + wordSum(p.bytes, p.payload, p.payloadEnd));
}

/**
 * A neighbor advertisement as a claim for its target, with the checks of RFC 4861 §7.1.2. Without the link-layer address
 * option it names no MAC and claims nothing.
 */
export function decodeNeighborAdvertisement(p: Packet): Decoded {
  const b = p.bytes;
  const target = p.payload + 8;
  if (p.payloadEnd - p.payload < fixedPart || p.ttl !== 255 || u8(b, p.payload + 1) !== 0 || u8(b, target) === 0xff) return other;
  const mac = targetMac(b, p.payload + fixedPart, p.payloadEnd);
  if (mac < 0 || !isHostMac(b, mac) || !icmpv6Intact(p)) return other;
  return {
    kind: "claim",
    claim: withTags(p, {
      family: "ipv6",
      address: p.text.ipv6(b, target),
      mac: p.text.mac(b, mac),
      linkSource: macOf(p),
      how: (u8(b, p.payload + 4) & solicitedFlag) !== 0 ? "neighbor_advertisement" : "unsolicited_neighbor_advertisement",
    }),
  };
}

/** Offset of the MAC in the options, -1 where there is none. An option of length 0 spoils the message (RFC 4861 §4.6). */
function targetMac(b: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at + 8 <= end) {
    const length = u8(b, at + 1) * 8;
    if (length === 0) return -1;
    if (u16(b, at) === ((targetLinkAddress << 8) | 1)) return at + 2;
    at += length;
  }
  return -1;
}
