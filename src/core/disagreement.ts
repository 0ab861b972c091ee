import { sameList } from "../lib/same-list.ts";
import type { Advert } from "../wire/decoded.ts";

/** What two senders of one virtual router may disagree about. */
export const disagreementFields = ["version", "interval", "auth", "address", "checksum"] as const;
export type DisagreementField = (typeof disagreementFields)[number];

/** What of an advert is compared. */
export type Terms = Pick<Advert, "family" | "version" | "interval" | "addresses" | "auth" | "passwordTag" | "checksum"> & {
  readonly omitted?: OmittedAddresses;
};

/** Addresses of an advert beyond the bound: how many there are in all, and a sum over all of them that does not hang on their order. */
export interface OmittedAddresses {
  readonly count: number;
  readonly sum: number;
}

/** An advert as it is remembered: with no more addresses than the bound. */
export type RetainedAdvert = Advert & { readonly omitted?: OmittedAddresses };

/** The same for the same set of addresses in any order, and for another one hardly ever. */
export function sumOfAddresses(addresses: readonly string[]): number {
  let sum = 0;
  for (const address of addresses) {
    let hash = 0x811c9dc5;
    for (let i = 0; i < address.length; i++) hash = Math.imul(hash ^ address.charCodeAt(i), 0x01000193);
    sum = (sum + (hash ^ (hash >>> 13))) >>> 0;
  }
  return sum;
}

/** The list of a configuration is never cut, that of an advert may be. */
const wholeList = ({ addresses, omitted }: Terms): OmittedAddresses =>
  omitted ?? { count: addresses.length, sum: sumOfAddresses(addresses) };

/** keepalived compares count and membership, never the order (vrrp.c, vrrp_check_packet). */
export function sameAddresses(a: Terms, b: Terms): boolean {
  if (a.addresses === b.addresses) return true;
  if (a.omitted !== undefined || b.omitted !== undefined) {
    const [x, y] = [wholeList(a), wholeList(b)];
    return x.count === y.count && x.sum === y.sum;
  }
  return a.addresses.length === b.addresses.length && a.addresses.every((address) => b.addresses.includes(address));
}

/** Whether the lists have certainly nothing in common. An empty one says nothing. */
export function disjointAddresses(a: Terms, b: Terms): boolean {
  if (a.addresses.length === 0 || b.addresses.length === 0) return false;
  if (a.omitted !== undefined || b.omitted !== undefined) return false;
  return a.addresses.every((address) => !b.addresses.includes(address));
}

/** Whether two adverts of one sender in one virtual router say the same: those that are equal are one object as a rule, not always. */
export function saysTheSame(a: RetainedAdvert, b: RetainedAdvert): boolean {
  if (a === b) return true;
  return (
    a.priority === b.priority &&
    a.version === b.version &&
    a.interval === b.interval &&
    a.auth === b.auth &&
    a.passwordTag === b.passwordTag &&
    a.checksum === b.checksum &&
    a.destination === b.destination &&
    a.mac === b.mac &&
    a.ttl === b.ttl &&
    a.hmac?.keyId === b.hmac?.keyId &&
    sameList(a.flags, b.flags) &&
    sameList(a.addresses, b.addresses) &&
    a.omitted?.sum === b.omitted?.sum
  );
}

const differs: Readonly<Record<DisagreementField, (a: Terms, b: Terms) => boolean>> = {
  version: (a, b) => a.version !== b.version,
  // Of different versions it is counted in other units.
  interval: (a, b) => a.version === b.version && a.interval !== b.interval,
  auth: (a, b) =>
    a.version === b.version &&
    (a.auth !== b.auth || (a.passwordTag !== undefined && b.passwordTag !== undefined && a.passwordTag !== b.passwordTag)),
  address: (a, b) => !sameAddresses(a, b),
  checksum: (a, b) => a.version === 3 && b.version === 3 && a.family === "ipv4" && a.checksum !== b.checksum,
};

export const disagreesOn = (field: DisagreementField, a: Terms, b: Terms): boolean => differs[field](a, b);

/**
 * What makes a router that advertises `a` refuse an advert like `b`; null where nothing does that can be seen. In VRRPv3 another interval is
 * learned, not refused (RFC 9568 §6.4.2).
 */
export function refusedFor(a: Terms, b: Terms): DisagreementField | null {
  if (a === b) return null;
  for (const field of disagreementFields) {
    if (field === "interval" && a.version === 3) continue;
    if (differs[field](a, b)) return field;
  }
  return null;
}
