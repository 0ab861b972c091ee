import type { Duration } from "../lib/time.ts";

export type Family = "ipv4" | "ipv6";
export type AuthMode = "none" | "simple" | "ah" | "hmac";
/** v2: message only, the VRRPv2 rule. Of v3 over IPv4 both readings are in the field (protocol facts in docs/protocol.md). */
export type ChecksumMode = "v2" | "pseudo_header" | "message_only";

/** Why a packet of IP protocol 112 or 51 is no advert that a router may believe. Closed list: a metric label, a summary key. */
export const rejectReasons = [
  "truncated_capture",
  "ip_header",
  "ip_checksum",
  "fragment",
  "length",
  "ah_header",
  "ttl",
  "version",
  "type",
  "vrid_zero",
  "count_zero",
  "interval_zero",
  "auth_type",
  "checksum",
] as const;
export type RejectReason = (typeof rejectReasons)[number];

/** What is odd about a packet without making it invalid. */
export type AdvertFlag =
  | "unicast"
  | "virtual_mac"
  | "virtual_mac_mismatch"
  | "link_destination_unusual"
  | "reserved_nonzero"
  | "ip_options"
  | "ipv6_extension_header"
  | "trailing_bytes"
  | "duplicate_address"
  | "odd_address"
  | "first_address_not_link_local"
  | "source_not_link_local"
  | "source_is_address"
  | "priority_tagged"
  | "old_unicast_checksum"
  | "v2_over_ipv6";

/** Where on the wire: 0 is never a VLAN id here (a priority tag is untagged). */
export interface VlanTags {
  readonly vlan?: number;
  readonly innerVlan?: number;
}

/**
 * A valid VRRP advert. Immutable and shared: equal packets of one sender give the same object.
 * Passwords are not part of it. Addresses are canonical text (RFC 5952), MACs lower case with colons.
 */
export interface Advert extends VlanTags {
  readonly family: Family;
  readonly version: 2 | 3;
  readonly vrid: number;
  readonly priority: number;
  /** Advertisement interval (v2, seconds on the wire) or Max Advertise Interval (v3, centiseconds). Never 0. */
  readonly interval: Duration;
  readonly addresses: readonly string[];
  readonly auth: AuthMode;
  /**
   * Of `simple` adverts over IPv4: a keyed digest of the password. Equal passwords have equal tags, different ones different tags
   * but for 1 in 2^32. It is for comparison only, with adverts of the same decoder: no output may show it.
   */
  readonly passwordTag?: number;
  readonly checksum: ChecksumMode;
  readonly source: string;
  readonly destination: string;
  /** Source MAC; null on link layers without one. */
  readonly mac: string | null;
  readonly ttl: number;
  readonly flags: readonly AdvertFlag[];
  /** Trailer of keepalived >= 2.4 `auth_hmac`: readable without the key. Absent without a trailer. */
  readonly hmac?: { readonly keyId: number; readonly clock: number };
}

/** What could be read of a packet that was rejected; the wire's own numbers, unchecked. */
export type PartialAdvert = VlanTags & {
  readonly family?: Family;
  readonly version?: number;
  readonly vrid?: number;
  readonly priority?: number;
  readonly interval?: Duration;
  readonly addresses?: readonly string[];
  readonly auth?: AuthMode;
  readonly source?: string;
  readonly destination?: string;
  readonly mac?: string | null;
  readonly ttl?: number;
  readonly flags?: readonly AdvertFlag[];
};

/** An ARP or ND message in which somebody says "this address is at this MAC". */
export interface AddressClaim extends VlanTags {
  readonly family: Family;
  readonly address: string;
  /** The MAC that is claimed for the address. */
  readonly mac: string;
  /** Source MAC of the frame; differs from `mac` with a proxy or a forger. */
  readonly linkSource: string | null;
  readonly how: "arp_request" | "arp_reply" | "gratuitous_arp" | "neighbor_advertisement" | "unsolicited_neighbor_advertisement";
}

/** An IGMP or MLD report for a VRRP group: the only sign of life of a backup. */
export interface GroupJoin extends VlanTags {
  readonly family: Family;
  readonly group: string;
  readonly source: string;
  readonly mac: string | null;
}

export interface CarpAdvert extends VlanTags {
  readonly family: Family;
  readonly vhid: number;
  readonly source: string;
  readonly mac: string | null;
}

/** Every frame decodes to exactly one of these; nothing throws. */
export type Decoded =
  | { readonly kind: "advert"; readonly advert: Advert /** IPv4 identification; null on IPv6. */; readonly ipId: number | null }
  | { readonly kind: "rejected"; readonly reason: RejectReason; readonly partial: PartialAdvert }
  | { readonly kind: "carp"; readonly carp: CarpAdvert }
  | { readonly kind: "claim"; readonly claim: AddressClaim }
  | { readonly kind: "join"; readonly join: GroupJoin }
  | { readonly kind: "other" };
