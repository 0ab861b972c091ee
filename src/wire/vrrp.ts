import { type Duration, micros } from "../lib/time.ts";
import { u8, u16 } from "./bytes.ts";
import type { Advert, AuthMode, Decoded, PartialAdvert, RejectReason } from "./decoded.ts";
import { advertFlags } from "./flags.ts";
import { readHmacTrailer } from "./hmac.ts";
import { addressOf, addressSize, macOf, type Packet, withTags } from "./packet.ts";
import { authLength, passwordTag, simplePassword } from "./password.ts";
import { reject, rejectMessage, toGroup, type Writable } from "./reject.ts";
import { checksumFit, type Fit } from "./vrrp-checksum.ts";

const fixedPart = 8;
const advertisement = 1;

/**
 * A VRRP message (RFC 3768 §5, RFC 9568 §5) at `p.payload`. Beyond the RFCs it takes what keepalived sends: VRRPv2 over IPv6,
 * VRRPv2 without addresses, unicast with any TTL, the checksum of either reading of RFC 5798.
 */
export function decodeVrrp(p: Packet): Decoded {
  const b = p.bytes;
  const at = p.payload;
  const length = p.payloadEnd - at;
  if (length < fixedPart) return reject(p, "length");
  const version = u8(b, at) >> 4;
  const count = u8(b, at + 3);
  const declared = fixedPart + count * addressSize(p) + (version === 2 && p.family === "ipv4" ? authLength : 0);
  const reason = headerFault(p, version, length, declared);
  const known = version === 2 || version === 3;
  const fit = known && length >= declared && !hidesPassword(p, version, length, declared) ? checksumFit(p, version, declared) : null;
  if (reason !== null || fit === null || !known) return rejectMessage(p, reason ?? "checksum", partial(p, version, count, fit));

  const addresses = readAddresses(p, count);
  const hmac = readHmacTrailer(b, at + declared, p.payloadEnd);
  const auth = hmac === undefined ? authOf(p, version) : "hmac";
  const advert: Writable<Advert> = withTags(p, {
    family: p.family,
    version,
    vrid: u8(b, at + 1),
    priority: u8(b, at + 2),
    interval: intervalOf(p, version),
    addresses,
    auth,
    checksum: fit.mode,
    source: addressOf(p, p.source),
    destination: addressOf(p, p.destination),
    mac: macOf(p),
    ttl: p.ttl,
    flags: advertFlags(p, version, addresses, fit, hmac === undefined && length > declared),
  });
  if (auth === "simple" && p.family === "ipv4") {
    const tag = passwordTag(p, at + declared - authLength);
    if (tag !== undefined) advert.passwordTag = tag;
  }
  return { kind: "advert", advert: hmac === undefined ? advert : { ...advert, hmac }, ipId: p.ipId };
}

/** The first rule that the fixed part breaks, in the order of `rejectReasons`; the checksum comes after all of them. */
function headerFault(p: Packet, version: number, length: number, declared: number): RejectReason | null {
  const b = p.bytes;
  const at = p.payload;
  if (p.ttl !== 255 && toGroup(p)) return "ttl";
  if (version !== 2 && version !== 3) return "version";
  if ((u8(b, at) & 0x0f) !== advertisement) return "type";
  if (version === 3 && u8(b, at + 3) === 0) return "count_zero";
  if (length < declared || hidesPassword(p, version, length, declared)) return "length";
  if (u8(b, at + 1) === 0) return "vrid_zero";
  if (intervalOf(p, version) === 0) return "interval_zero";
  if (version === 2 && u8(b, at + 4) > 2) return "auth_type";
  return null;
}

/**
 * Whether a password may lie elsewhere than behind the addresses that the message counts: with bytes left over its count is not
 * to be trusted, and a password must not turn up as an address. No router believes such a message either.
 */
function hidesPassword(p: Packet, version: number, length: number, declared: number): boolean {
  if (version !== 2 || p.family !== "ipv4" || length <= declared || u8(p.bytes, p.payload + 4) !== simplePassword) return false;
  return readHmacTrailer(p.bytes, p.payload + declared, p.payloadEnd) === undefined;
}

/** Seconds in version 2 (RFC 3768 §5.3.7), centiseconds in the low 12 bits in version 3 (RFC 9568 §5.2.7). */
function intervalOf(p: Packet, version: number): Duration {
  if (version === 2) return micros(u8(p.bytes, p.payload + 5) * 1_000_000);
  return micros((u16(p.bytes, p.payload + 4) & 0x0fff) * 10_000);
}

function authOf(p: Packet, version: number): AuthMode {
  const type = version === 2 ? u8(p.bytes, p.payload + 4) : 0;
  if (p.ah || type === 2) return "ah";
  return type === simplePassword ? "simple" : "none";
}

function readAddresses(p: Packet, count: number): string[] {
  const size = addressSize(p);
  const addresses: string[] = [];
  for (let i = 0; i < count; i++) addresses.push(addressOf(p, p.payload + fixedPart + i * size));
  return addresses;
}

/**
 * What a rejected message says. Its addresses only where the checksum fits: with a damaged count they could reach into the
 * authentication data, and a password must not turn up as an address.
 */
function partial(p: Packet, version: number, count: number, fit: Fit | null): PartialAdvert {
  const vrid = u8(p.bytes, p.payload + 1);
  const priority = u8(p.bytes, p.payload + 2);
  if (version !== 2 && version !== 3) return { version, vrid, priority };
  const interval = intervalOf(p, version);
  const auth = authOf(p, version);
  return fit === null
    ? { version, vrid, priority, interval, auth }
    : { version, vrid, priority, interval, auth, addresses: readAddresses(p, count) };
}
