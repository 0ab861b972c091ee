import { equalBytes, u8, u16, u32 } from "./bytes.ts";
import type { AdvertFlag } from "./decoded.ts";
import { addressSize, type Packet } from "./packet.ts";
import { toGroup } from "./reject.ts";
import type { Fit } from "./vrrp-checksum.ts";

const none: readonly AdvertFlag[] = [];

/** Everything that is odd about a valid advert. */
export function advertFlags(p: Packet, version: number, addresses: readonly string[], fit: Fit, trailing: boolean): readonly AdvertFlag[] {
  const flags: AdvertFlag[] = [];
  const group = toGroup(p);
  const ipv6 = p.family === "ipv6";
  if (!group) flags.push("unicast");
  const mac = virtualMac(p);
  if (mac !== null) flags.push(mac);
  if (linkDestinationUnusual(p, group)) flags.push("link_destination_unusual");
  if (version === 3 && u8(p.bytes, p.payload + 4) >> 4 !== 0) flags.push("reserved_nonzero");
  if (p.extended) flags.push(ipv6 ? "ipv6_extension_header" : "ip_options");
  if (trailing) flags.push("trailing_bytes");
  addressFlags(p, addresses, flags);
  if (ipv6 && group && !isLinkLocal(p.bytes, p.source)) flags.push("source_not_link_local");
  if (p.priorityTagged) flags.push("priority_tagged");
  if (fit.oldUnicast) flags.push("old_unicast_checksum");
  if (ipv6 && version === 2) flags.push("v2_over_ipv6");
  return flags.length === 0 ? none : flags;
}

function addressFlags(p: Packet, addresses: readonly string[], flags: AdvertFlag[]): void {
  const b = p.bytes;
  const size = addressSize(p);
  const first = p.payload + 8;
  if (addresses.length > 1 && new Set(addresses).size !== addresses.length) flags.push("duplicate_address");
  let odd = false;
  let own = false;
  for (let i = 0; i < addresses.length; i++) {
    const at = first + i * size;
    odd ||= isOdd(b, at, size);
    own ||= equalBytes(b, at, b, p.source, size);
  }
  if (odd) flags.push("odd_address");
  // RFC 9568 §5.2.9; keepalived and FRR send other lists too.
  if (size === 16 && addresses.length > 0 && !isLinkLocal(b, first)) flags.push("first_address_not_link_local");
  if (own) flags.push("source_is_address");
}

/** No host can have it: unspecified, this network, loopback, a group or broadcast. */
function isOdd(b: Uint8Array, at: number, size: number): boolean {
  const lead = u8(b, at);
  if (size === 4) return lead === 0 || lead === 127 || lead >= 224;
  return lead === 0xff || (u32(b, at) === 0 && u32(b, at + 4) === 0 && u32(b, at + 8) === 0 && u32(b, at + 12) <= 1);
}

const isLinkLocal = (b: Uint8Array, at: number): boolean => (u16(b, at) & 0xffc0) === 0xfe80;

/** 00-00-5E-00-01-{VRID} for IPv4, 00-00-5E-00-02-{VRID} for IPv6 (RFC 9568 §7.3). */
function virtualMac(p: Packet): "virtual_mac" | "virtual_mac_mismatch" | null {
  const at = p.sourceMac;
  if (at < 0 || u32(p.bytes, at) !== 0x00005e00) return null;
  const last = u16(p.bytes, at + 4);
  const family = last >> 8;
  if (family !== 1 && family !== 2) return null;
  const own = (p.family === "ipv4" ? 0x0100 : 0x0200) | u8(p.bytes, p.payload + 1);
  return last === own ? "virtual_mac" : "virtual_mac_mismatch";
}

/** Whether the frame did not go to the MAC that belongs to its IP destination (RFC 1112 §6.4, RFC 2464 §7). */
function linkDestinationUnusual(p: Packet, group: boolean): boolean {
  const at = p.destinationMac;
  if (at < 0) return false;
  const b = p.bytes;
  if (!group) return (u8(b, at) & 1) !== 0;
  if (p.family === "ipv6") return u16(b, at) !== 0x3333 || u32(b, at + 2) !== u32(b, p.destination + 12);
  if (u32(b, p.destination) === 0xffffffff) return u16(b, at) !== 0xffff || u32(b, at + 2) !== 0xffffffff;
  return u16(b, at) !== 0x0100 || u32(b, at + 2) !== (0x5e000000 | (u32(b, p.destination) & 0x007fffff)) >>> 0;
}
