import { decodeAh } from "./ah.ts";
import { u8, u16 } from "./bytes.ts";
import { decodeCarp, isCarp } from "./carp.ts";
import { intact, wordSum } from "./checksum.ts";
import type { Decoded, RejectReason } from "./decoded.ts";
import { isVrrpGroupIpv4 } from "./groups.ts";
import { decodeIgmp } from "./membership.ts";
import { other, type Packet, Protocol } from "./packet.ts";
import { reject, rejectCut } from "./reject.ts";
import { decodeVrrp } from "./vrrp.ts";

const shortestHeader = 20;

/** An IPv4 packet (RFC 791 §3.1). What lies in other packets (GRE, the quotation in an ICMP error) is not of this segment. */
export function decodeIpv4(p: Packet): Decoded {
  const b = p.bytes;
  const at = p.network;
  if (b.length < at + 10) return other;
  const protocol = u8(b, at + 9);
  if (protocol !== Protocol.vrrp && protocol !== Protocol.ah && protocol !== Protocol.igmp) return other;
  p.family = "ipv4";
  const first = u8(b, at);
  const header = (first & 0x0f) * 4;
  if (protocol === Protocol.ah && !isAhOfInterest(b, at, header)) return other;
  if (b.length < at + shortestHeader) return refuse(p, protocol, p.cut ? "truncated_capture" : "ip_header");
  const total = u16(b, at + 2);
  if (first >> 4 !== 4 || header < shortestHeader || total < header) return refuse(p, protocol, "ip_header");
  p.source = at + 12;
  p.destination = at + 16;
  p.ttl = u8(b, at + 8);
  p.ipId = u16(b, at + 4);
  if (b.length < at + header) return refuse(p, protocol, p.cut ? "truncated_capture" : "ip_header");
  if (!intact(wordSum(b, at, at + header))) return refuse(p, protocol, "ip_checksum");
  p.extended = header > shortestHeader;
  p.payload = at + header;
  p.payloadEnd = at + total;
  // More fragments to come, or an offset.
  if ((u16(b, at + 6) & 0x3fff) !== 0) return refuse(p, protocol, "fragment");
  if (protocol === Protocol.vrrp && isCarp(p)) return decodeCarp(p);
  if (p.payloadEnd > b.length) return protocol === Protocol.igmp ? other : rejectCut(p, protocol, p.cut ? "truncated_capture" : "length");
  if (protocol === Protocol.vrrp) return decodeVrrp(p);
  return protocol === Protocol.ah ? decodeAh(p) : decodeIgmp(p);
}

const refuse = (p: Packet, protocol: number, reason: RejectReason): Decoded => (protocol === Protocol.igmp ? other : reject(p, reason));

/**
 * An authentication header concerns us when it goes to the VRRP group, or says that VRRP is inside; all others are
 * ordinary IPsec. Of a later fragment only the address can tell.
 */
function isAhOfInterest(b: Uint8Array, at: number, header: number): boolean {
  if (b.length >= at + shortestHeader && isVrrpGroupIpv4(b, at + 16)) return true;
  return (u16(b, at + 6) & 0x1fff) === 0 && u8(b, at + header) === Protocol.vrrp && header >= shortestHeader;
}
