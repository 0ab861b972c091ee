import { decodeAh } from "./ah.ts";
import { u8, u16 } from "./bytes.ts";
import { decodeCarp, isCarp } from "./carp.ts";
import type { Decoded, RejectReason } from "./decoded.ts";
import { isVrrpGroupIpv6 } from "./groups.ts";
import { decodeMld } from "./membership.ts";
import { decodeNeighborAdvertisement } from "./nd.ts";
import { other, type Packet, Protocol } from "./packet.ts";
import { reject, rejectCut } from "./reject.ts";
import { decodeVrrp } from "./vrrp.ts";

const headerLength = 40;
/** More than anybody sends; a chain of empty headers must not cost more than this. */
const mostExtensionHeaders = 8;

const isExtension = (next: number): boolean =>
  next === Protocol.hopByHop || next === Protocol.routing || next === Protocol.destinationOptions || next === Protocol.fragment;

/** An IPv6 packet with its chain of extension headers (RFC 8200 §3, §4). */
export function decodeIpv6(p: Packet): Decoded {
  const b = p.bytes;
  const at = p.network;
  if (b.length < at + 7) return other;
  p.family = "ipv6";
  let next = u8(b, at + 6);
  if (b.length < at + headerLength) return next === Protocol.vrrp ? reject(p, p.cut ? "truncated_capture" : "ip_header") : other;
  if (u8(b, at) >> 4 !== 6) return next === Protocol.vrrp ? reject(p, "ip_header") : other;
  p.source = at + 8;
  p.destination = at + 24;
  p.ttl = u8(b, at + 7);
  p.payload = at + headerLength;
  p.payloadEnd = p.payload + u16(b, at + 4);
  const readable = Math.min(p.payloadEnd, b.length);
  const short: RejectReason = p.payloadEnd > b.length && p.cut ? "truncated_capture" : "length";

  for (let n = 0; isExtension(next); n++) {
    if (n === mostExtensionHeaders) return other;
    const header = p.payload;
    if (header + 8 > readable) return isVrrpGroupIpv6(b, p.destination) ? reject(p, short) : other;
    const kind = next;
    next = u8(b, header);
    p.extended = true;
    // Also a first fragment stays unread: half a list of addresses is none.
    if (kind === Protocol.fragment) return isOfInterest(p, next, header + 8, readable) ? reject(p, "fragment") : other;
    p.payload = header + (u8(b, header + 1) + 1) * 8;
    if (p.payload > readable) return next === Protocol.vrrp || isVrrpGroupIpv6(b, p.destination) ? reject(p, short) : other;
  }

  if (next === Protocol.vrrp && isCarp(p)) return decodeCarp(p);
  if (next === Protocol.icmpv6) {
    if (p.payloadEnd > b.length || p.payload + 8 > p.payloadEnd) return other;
    return u8(b, p.payload) === 136 ? decodeNeighborAdvertisement(p) : decodeMld(p);
  }
  if (!isOfInterest(p, next, p.payload, readable)) return other;
  if (p.payloadEnd > b.length) return rejectCut(p, next, short);
  return next === Protocol.vrrp ? decodeVrrp(p) : decodeAh(p);
}

/** As on IPv4: an authentication header to the VRRP group, or with VRRP inside. */
function isOfInterest(p: Packet, next: number, at: number, readable: number): boolean {
  if (next === Protocol.vrrp) return true;
  return next === Protocol.ah && (isVrrpGroupIpv6(p.bytes, p.destination) || (at < readable && u8(p.bytes, at) === Protocol.vrrp));
}
