import { u8 } from "./bytes.ts";
import type { Decoded, PartialAdvert, RejectReason } from "./decoded.ts";
import { addressOf, macOf, type Packet, Protocol, withTags } from "./packet.ts";

/** A packet that is none of a router's business to believe, with what its link and IP headers said. */
export function reject(p: Packet, reason: RejectReason): Decoded {
  return { kind: "rejected", reason, partial: p.destination === 0 ? withoutIp(p) : withIp(p) };
}

/** The same, with more of the VRRP message. Property by property: two spreads in one literal cost microseconds, and floods come here. */
export function rejectMessage(p: Packet, reason: RejectReason, message: PartialAdvert): Decoded {
  const partial = withIp(p);
  if (message.version !== undefined) partial.version = message.version;
  if (message.vrid !== undefined) partial.vrid = message.vrid;
  if (message.priority !== undefined) partial.priority = message.priority;
  if (message.interval !== undefined) partial.interval = message.interval;
  if (message.addresses !== undefined) partial.addresses = message.addresses;
  if (message.auth !== undefined) partial.auth = message.auth;
  return { kind: "rejected", reason, partial };
}

export type Writable<T> = { -readonly [K in keyof T]: T[K] };

const withoutIp = (p: Packet): PartialAdvert => withTags(p, { family: p.family, mac: macOf(p) });

function withIp(p: Packet): Writable<PartialAdvert> {
  const partial: Writable<PartialAdvert> = withTags(p, {
    family: p.family,
    source: addressOf(p, p.source),
    destination: addressOf(p, p.destination),
    mac: macOf(p),
    ttl: p.ttl,
  });
  if (p.ah) partial.auth = "ah";
  return partial;
}

/** A packet whose end is missing: its first bytes may still say which virtual router it was about. */
export function rejectCut(p: Packet, protocol: number, reason: RejectReason): Decoded {
  const b = p.bytes;
  const at = p.payload;
  if (protocol !== Protocol.vrrp || Math.min(b.length, p.payloadEnd) < at + 8) return reject(p, reason);
  return rejectMessage(p, reason, { version: u8(b, at) >> 4, vrid: u8(b, at + 1), priority: u8(b, at + 2) });
}

/** 224.0.0.0/4 with the limited broadcast, or ff00::/8: only one hop away is such a sender believed. */
export const toGroup = (p: Packet): boolean => u8(p.bytes, p.destination) >= (p.family === "ipv4" ? 224 : 255);
