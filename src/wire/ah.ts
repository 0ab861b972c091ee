import { u8 } from "./bytes.ts";
import type { Decoded } from "./decoded.ts";
import { other, type Packet, Protocol } from "./packet.ts";
import { reject } from "./reject.ts";
import { decodeVrrp } from "./vrrp.ts";

const fixedPart = 12;

/**
 * An authentication header (RFC 4302 §2) around VRRP, as keepalived's `auth_type AH` sends it. Its integrity value needs the
 * password, which nobody gives us: it is not checked. Around anything else it is ordinary IPsec.
 */
export function decodeAh(p: Packet): Decoded {
  const b = p.bytes;
  const length = p.payloadEnd - p.payload;
  if (length < 2) return reject(p, "ah_header");
  const next = u8(b, p.payload);
  if (next === Protocol.ah) return reject(p, "ah_header");
  if (next !== Protocol.vrrp) return other;
  p.ah = true;
  const header = (u8(b, p.payload + 1) + 2) * 4;
  if (header < fixedPart || header > length) return reject(p, "ah_header");
  p.payload += header;
  return decodeVrrp(p);
}
