import { u16 } from "./bytes.ts";
import type { Packet } from "./packet.ts";

/** TPIDs of 802.1Q, 802.1ad and the older QinQ (IEEE 802.1Q-2022 §9.5). */
const isTagType = (etherType: number): boolean => etherType === 0x8100 || etherType === 0x88a8 || etherType === 0x9100;

/** Below it the field is an 802.3 length with LLC behind it, where no VRRP is (IEEE 802.3 §3.2.6). */
const lowestEtherType = 0x0600;

/**
 * Reads an Ethernet II header with its tags. `tci`, when given, is the outer tag that the kernel had stripped.
 * @returns false where this is no Ethernet II frame, or has more than two tags.
 */
export function readEthernet(p: Packet, tci: number | undefined): boolean {
  if (p.bytes.length < 14) return false;
  p.destinationMac = 0;
  p.sourceMac = 6;
  return readTags(p, 12, 14, tci);
}

/** Reads the tags, if any, and the type of what follows. `typeAt` is the first EtherType field, `next` what comes after the header. */
export function readTags(p: Packet, typeAt: number, next: number, tci: number | undefined): boolean {
  let count = 0;
  if (tci !== undefined) {
    addTag(p, tci);
    count = 1;
  }
  let type = u16(p.bytes, typeAt);
  let network = next;
  while (isTagType(type)) {
    if (++count > 2 || network + 4 > p.bytes.length) return false;
    addTag(p, u16(p.bytes, network));
    type = u16(p.bytes, network + 2);
    network += 4;
  }
  if (type < lowestEtherType) return false;
  p.etherType = type;
  p.network = network;
  return true;
}

/** VID 0 is a priority tag: the frame belongs to no VLAN (IEEE 802.1Q §9.6). */
function addTag(p: Packet, tci: number): void {
  const vid = tci & 0x0fff;
  if (vid === 0) p.priorityTagged = true;
  else if (p.vlan === 0) p.vlan = vid;
  else p.innerVlan = vid;
}
