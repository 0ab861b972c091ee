import { u8, u16, u32 } from "./bytes.ts";
import { readEthernet, readTags } from "./ethernet.ts";
import type { Direction, Frame } from "./frame.ts";
import { LinkType } from "./frame.ts";
import { EtherType, type Packet } from "./packet.ts";

const sllLength = 16;
const sll2Length = 20;
/** Packet type of a frame that the capturing host sent (LINKTYPE_LINUX_SLL, "packet type"). */
const outgoing = 4;

/** Finds the network header of a frame of any link type that we know. @returns false where there is none for us. */
export function readLink(p: Packet, frame: Frame): boolean {
  const b = p.bytes;
  switch (frame.linkType) {
    case LinkType.ethernet:
      return readEthernet(p, frame.vlanTci);
    case LinkType.linuxSll:
      if (b.length < sllLength) return false;
      if (u16(b, 4) === 6) p.sourceMac = 6;
      return readTags(p, 14, sllLength, frame.vlanTci);
    case LinkType.linuxSll2:
      // Here the protocol is the first field; a tag's bytes would still follow the header.
      if (b.length < sll2Length) return false;
      if (u8(b, 11) === 6) p.sourceMac = 12;
      return readTags(p, 0, sll2Length, frame.vlanTci);
    case LinkType.raw:
      return readBareIp(p, 0, u8(b, 0) >> 4);
    case LinkType.rawIpv4:
      return readBareIp(p, 0, 4);
    case LinkType.rawIpv6:
      return readBareIp(p, 0, 6);
    case LinkType.null:
    case LinkType.loop:
      return b.length >= 4 && readBareIp(p, 4, versionOfAddressFamily(b));
    default:
      return false;
  }
}

function readBareIp(p: Packet, network: number, version: number): boolean {
  if (version !== 4 && version !== 6) return false;
  p.etherType = version === 4 ? EtherType.ipv4 : EtherType.ipv6;
  p.network = network;
  return true;
}

/** AF_INET is 2 everywhere; AF_INET6 is 10, 24, 28 or 30 by system. In the byte order of a host that we do not know. */
function versionOfAddressFamily(b: Uint8Array): number {
  const big = u32(b, 0);
  const family = big > 0xffff ? u8(b, 0) | (u8(b, 1) << 8) : big;
  if (family === 2) return 4;
  return family === 10 || family === 24 || family === 28 || family === 30 ? 6 : 0;
}

/** The direction that a cooked header tells; `unknown` for all other link types. */
export function cookedDirection(linkType: number, b: Uint8Array): Direction {
  if (linkType === LinkType.linuxSll && b.length >= sllLength) return u16(b, 0) === outgoing ? "out" : "in";
  if (linkType === LinkType.linuxSll2 && b.length >= sll2Length) return u8(b, 10) === outgoing ? "out" : "in";
  return "unknown";
}

/** The interface index of a frame with the second cooked header; 0 where there is none. */
export const cookedInterfaceIndex = (linkType: number, b: Uint8Array): number =>
  linkType === LinkType.linuxSll2 && b.length >= sll2Length ? u32(b, 4) : 0;
