import { u8, u16, u32 } from "./bytes.ts";
import type { AddressClaim, Decoded } from "./decoded.ts";
import { macOf, other, type Packet, withTags } from "./packet.ts";

const arpLength = 28;

/**
 * An ARP message for IPv4 over Ethernet (RFC 826) as a claim of its sender. A probe (sender address 0.0.0.0, RFC 5227 §2.1.1)
 * claims nothing.
 */
export function decodeArp(p: Packet): Decoded {
  const b = p.bytes;
  const at = p.network;
  if (b.length < at + arpLength || u16(b, at) !== 1 || u16(b, at + 2) !== 0x0800 || u16(b, at + 4) !== 0x0604) return other;
  const operation = u16(b, at + 6);
  if (operation !== 1 && operation !== 2) return other;
  const senderMac = at + 8;
  const sender = at + 14;
  if (u32(b, sender) === 0 || u8(b, sender) >= 224 || !isHostMac(b, senderMac)) return other;
  let how: AddressClaim["how"] = operation === 1 ? "arp_request" : "arp_reply";
  if (u32(b, sender) === u32(b, at + 24)) how = "gratuitous_arp";
  return {
    kind: "claim",
    claim: withTags(p, {
      family: "ipv4",
      address: p.text.ipv4(b, sender),
      mac: p.text.mac(b, senderMac),
      linkSource: macOf(p),
      how,
    }),
  };
}

/** Neither a group nor all zeros: no address is at such a MAC. */
export const isHostMac = (b: Uint8Array, at: number): boolean => (u8(b, at) & 1) === 0 && (u16(b, at) !== 0 || u32(b, at + 2) !== 0);
