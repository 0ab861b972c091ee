import { intact, pseudoHeaderSum, wordSum } from "./checksum.ts";
import type { ChecksumMode } from "./decoded.ts";
import { readHmacTrailer } from "./hmac.ts";
import { addressSize, type Packet, Protocol } from "./packet.ts";
import { toGroup } from "./reject.ts";

/** The reading of the standards that makes a checksum right. */
export interface Fit {
  readonly mode: ChecksumMode;
  /** A unicast packet summed up as if it went to the group: keepalived <= 1.3.6 and its `old_unicast_checksum`. */
  readonly oldUnicast: boolean;
}

const v2: Fit = { mode: "v2", oldUnicast: false };
const pseudoHeader: Fit = { mode: "pseudo_header", oldUnicast: false };
const messageOnly: Fit = { mode: "message_only", oldUnicast: false };
const oldUnicast: Fit = { mode: "pseudo_header", oldUnicast: true };

/** Words of 224.0.0.18. */
const groupSum = 0xe000 + 0x0012;

/**
 * Which convention makes the checksum right; null for none.
 *
 * - v2 over IPv4: the message only (RFC 3768 §5.3.8).
 * - v3 over IPv4: RFC 5798 §5.2.8 was read as with a pseudo-header (keepalived, FRR) and as without; RFC 9568 §5.2.8 says without.
 * - IPv6, any version: with the pseudo-header over the whole payload (the kernel does it, RFC 8200 §8.1).
 *
 * Over IPv4 the sum covers all bytes of the payload, but for keepalived's HMAC trailer. `declared` is the length of the message
 * by its own count and does not exceed the payload.
 */
export function checksumFit(p: Packet, version: number, declared: number): Fit | null {
  const b = p.bytes;
  const size = addressSize(p);
  const whole = p.payloadEnd - p.payload;
  if (p.family === "ipv6") {
    const sum = pseudoHeaderSum(b, p.source, p.destination, size, Protocol.vrrp, whole) + wordSum(b, p.payload, p.payloadEnd);
    return intact(sum) ? pseudoHeader : null;
  }
  if (readHmacTrailer(b, p.payload + declared, p.payloadEnd) !== undefined) {
    const fit = ipv4Fit(p, version, declared);
    if (fit !== null) return fit;
  }
  return ipv4Fit(p, version, whole);
}

function ipv4Fit(p: Packet, version: number, length: number): Fit | null {
  const b = p.bytes;
  const message = wordSum(b, p.payload, p.payload + length);
  if (version === 2) return intact(message) ? v2 : null;
  if (intact(message + pseudoHeaderSum(b, p.source, p.destination, 4, Protocol.vrrp, length))) return pseudoHeader;
  if (intact(message)) return messageOnly;
  const asToGroup = message + wordSum(b, p.source, p.source + 4) + groupSum + Protocol.vrrp + length;
  return !toGroup(p) && intact(asToGroup) ? oldUnicast : null;
}
