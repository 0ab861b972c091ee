import { u8 } from "./bytes.ts";
import type { Decoded } from "./decoded.ts";
import { addressOf, macOf, type Packet, withTags } from "./packet.ts";

const carpLength = 36;
/** "Authentication length" in 32-bit words, where VRRP counts addresses: seven addresses would need 44 bytes. */
const authLength = 7;

/** CARP shares protocol 112, the group and the first byte with VRRPv2 (OpenBSD `ip_carp.h`). */
export const isCarp = (p: Packet): boolean =>
  p.payloadEnd - p.payload === carpLength &&
  p.bytes.length >= p.payload + 4 &&
  u8(p.bytes, p.payload) === 0x21 &&
  u8(p.bytes, p.payload + 3) === authLength;

export function decodeCarp(p: Packet): Decoded {
  return {
    kind: "carp",
    carp: withTags(p, { family: p.family, vhid: u8(p.bytes, p.payload + 1), source: addressOf(p, p.source), mac: macOf(p) }),
  };
}
