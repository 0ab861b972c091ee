import { type AdvertPacket, addressBytes, advertFrame, concat, ipv4, toHex } from "../../helpers/packets.ts";

const macBytes = (mac: string): number[] => mac.split(":").map((part) => Number.parseInt(part, 16));
const BROADCAST = Array.from({ length: 6 }, () => 0xff);
const VRRP_GROUP = "224.0.0.18";

/** Frames in hexadecimal for `Rogue`. */
export const advert = (packet: AdvertPacket): string => toHex(advertFrame(packet));

/** A gratuitous ARP request for an IPv4 address, as keepalived sends it (K:vrrp_arp.c). */
export function gratuitousArp(mac: string, address: string): string {
  const own = [...macBytes(mac), ...addressBytes(address)];
  return toHex(concat(BROADCAST, macBytes(mac), [0x08, 0x06, 0, 1, 8, 0, 6, 4, 0, 1], own, BROADCAST, addressBytes(address)));
}

/** A CARP advertisement (OpenBSD ip_carp.h): protocol 112 and the group of VRRP, version 2, and no VRRP at all. */
export function carpAdvert(vhid: number, source: string, mac: string): string {
  const message = concat([0x21, vhid, 0, 7, 0, 1, 0, 0], new Uint8Array(28).fill(0x5a));
  const packet = ipv4(112, message, { source: addressBytes(source), destination: addressBytes(VRRP_GROUP) });
  return toHex(concat([0x01, 0, 0x5e, 0, 0, 0x12], macBytes(mac), [0x08, 0x00], packet));
}
