import { plainText } from "./address-text.ts";
import { u8, u16 } from "./bytes.ts";
import { fold, wordSum } from "./checksum.ts";
import type { Decoded, RejectReason } from "./decoded.ts";
import type { Frame } from "./frame.ts";
import { readHmacTrailer } from "./hmac.ts";
import { decodeIpv6 } from "./ip6.ts";
import { readLink } from "./link.ts";
import { addressSize, EtherType, newPacket, Protocol, resetPacket } from "./packet.ts";

const fixedPart = 8;
const authLength = 8;
const checksumOffset = 6;
const shortestIpv4 = 20;
const shortestAh = 12;
/** Header, "authentication length" and counter of a CARP packet; its digest comes behind. */
const carpDigest = 16;

/**
 * Finds what has to be zeroed in a frame before it is kept: the authentication data of VRRPv2 (RFC 3768 §5.3.10), where
 * `auth_type PASS` puts its password in clear text. Where the checksum vouches for the layout that is exactly this field;
 * in everything else (a damaged, cut or fragmented packet, a length that does not fit the count) it is all that may hold a
 * part of it, up to the end of the frame: padding, too.
 *
 * The frame is only read. The result is in the fields, until the next `find`; one object serves all frames without allocating
 * for those that anybody sends a thousand times a second.
 */
export class PasswordScrub {
  /** Bytes [from, to) are to be zero; equal where there is nothing to do. */
  from = 0;
  to = 0;
  /** Where `checksum` is to be written, or -1. */
  checksumAt = -1;
  /**
   * The VRRP checksum for the zeroed message, updated incrementally (RFC 1624 §3): a right one stays right, and a wrong one is
   * wrong by the same difference.
   */
  checksum = 0;
  readonly #packet = newPacket(plainText, null);

  find(frame: Frame, decoded: Decoded): void {
    this.from = 0;
    this.to = 0;
    this.checksumAt = -1;
    switch (decoded.kind) {
      case "advert":
        if (decoded.advert.version === 2 && this.#locate(frame)) this.#exact();
        return;
      case "rejected":
        this.#rejected(frame, decoded.reason, decoded.partial.addresses !== undefined);
        return;
      case "carp":
        // A VRRPv2 message whose damaged count makes it look like CARP would have its password in the digest.
        if (this.#locate(frame)) this.#zero(this.#packet.payload, this.#packet.payload + carpDigest);
        return;
      default:
    }
  }

  /** Finds the message of a packet whose headers are sound. */
  #locate(frame: Frame): boolean {
    const p = this.#packet;
    resetPacket(p, frame);
    if (!readLink(p, frame)) return false;
    const b = p.bytes;
    if (p.etherType === EtherType.ipv6) {
      decodeIpv6(p);
      return true;
    }
    p.family = "ipv4";
    p.payload = p.network + (u8(b, p.network) & 0x0f) * 4;
    p.payloadEnd = p.network + u16(b, p.network + 2);
    if (u8(b, p.network + 9) === Protocol.ah) p.payload += ahLength(b, p.payload);
    return true;
  }

  /** The layout is known: the authentication data, and what follows the message but for an HMAC trailer, which is no secret. */
  #exact(): void {
    const p = this.#packet;
    const auth = p.payload + fixedPart + u8(p.bytes, p.payload + 3) * addressSize(p);
    const end = p.family === "ipv4" ? auth + authLength : auth;
    this.#zero(p.payload, auth, readHmacTrailer(p.bytes, end, p.payloadEnd) === undefined ? p.bytes.length : end);
  }

  #rejected(frame: Frame, reason: RejectReason, checksumFits: boolean): void {
    const p = this.#packet;
    if (!this.#locate(frame)) return;
    if (checksumFits) {
      if (versionOf(p.bytes, p.payload) === 2) this.#exact();
      return;
    }
    if (p.etherType === EtherType.ipv6) this.#doubtfulIpv6(reason);
    else this.#doubtfulIpv4(reason);
  }

  #doubtfulIpv4(reason: RejectReason): void {
    const p = this.#packet;
    const b = p.bytes;
    const at = p.network;
    const header = (u8(b, at) & 0x0f) * 4;
    const ah = u8(b, at + 9) === Protocol.ah;
    if (reason === "ip_header" || reason === "ip_checksum") {
      // Its own length is not to be trusted: a message can begin right behind the shortest header.
      this.#zero(header === shortestIpv4 && !ah ? at + header : -1, at + shortestIpv4 + fixedPart);
    } else if ((u16(b, at + 6) & 0x1fff) !== 0) this.#zero(-1, at + header);
    else if (ah && (reason === "ah_header" || reason === "fragment" || reason === "truncated_capture" || reason === "length")) {
      this.#zero(-1, at + header + shortestAh + fixedPart);
    } else this.#doubtfulMessage(reason);
  }

  #doubtfulIpv6(reason: RejectReason): void {
    const p = this.#packet;
    if (reason === "fragment") this.#zero(-1, p.payload + (u8(p.bytes, p.payload) === Protocol.vrrp ? 8 : 16));
    else if (reason === "ip_header" || reason === "ah_header") this.#zero(-1, p.network + 40 + fixedPart);
    else this.#doubtfulMessage(reason);
  }

  /** Of version 3, which has no passwords, only what its own count leaves over: a damaged first digit makes it of version 2. */
  #doubtfulMessage(reason: RejectReason): void {
    const p = this.#packet;
    const length = Math.min(p.payloadEnd, p.bytes.length) - p.payload;
    const declared = fixedPart + u8(p.bytes, p.payload + 3) * addressSize(p);
    const sound = versionOf(p.bytes, p.payload) === 3 && reason !== "fragment" && length >= declared;
    this.#zero(p.payload, p.payload + (sound ? declared : fixedPart));
  }

  /** @param message where the checksum's message begins; -1 where that is not known, or its end is in another fragment */
  #zero(message: number, from: number, to = this.#packet.bytes.length): void {
    const p = this.#packet;
    if (from >= to) return;
    this.from = from;
    this.to = to;
    const covered = Math.min(to, p.payloadEnd);
    if (message < 0 || from >= covered) return;
    this.checksumAt = message + checksumOffset;
    this.checksum = fold(u16(p.bytes, this.checksumAt) + wordSum(p.bytes, from, covered));
  }
}

const versionOf = (b: Uint8Array, at: number): number => u8(b, at) >> 4;
const ahLength = (b: Uint8Array, at: number): number => (u8(b, at + 1) + 2) * 4;
