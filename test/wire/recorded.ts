import { millis } from "../../src/lib/time.ts";
import type { Advert } from "../../src/wire/decoded.ts";

/** A whole Ethernet frame that real software sent, and how its advert differs from the plain one of the table. */
export interface Recorded {
  readonly name: string;
  readonly hex: string;
  readonly differs: Partial<Advert> & { readonly ipId?: number };
}

/** keepalived 2.2.7 and FRR 8.4.4 as tcpdump saw them on the sender; the fields are those that tshark 4.0.17 shows. */
export const recordedAdverts: readonly Recorded[] = [
  {
    name: "keepalived VRRPv2 without authentication",
    hex: "01005e000012020000000001080045c0002800010000ff701891c0000201e0000012213364010001b865c00002640000000000000000",
    differs: { version: 2, checksum: "v2" },
  },
  {
    name: "keepalived VRRPv2 with a simple password",
    hex: "01005e000012020000000001080045c0002800010000ff701891c0000201e0000012213364010101ad4bc00002647333637233740000",
    differs: { version: 2, checksum: "v2", auth: "simple" },
  },
  {
    name: "keepalived VRRPv2 inside an authentication header",
    hex: "01005e000012020000000001080045c0004000010000ff3318b6c0000201e000001270040000c000020100000001208f95bbcf49f1f92b963723213364010201b665c00002640000000000000000",
    differs: { version: 2, checksum: "v2", auth: "ah" },
  },
  {
    name: "keepalived VRRPv3 every half second",
    hex: "01005e000012020000000001080045c0002000010000ff701899c0000201e000001231336401003205a4c0000264",
    differs: { interval: millis(500) },
  },
  {
    name: "keepalived VRRPv3 over IPv6 with three addresses",
    hex: "33330000001202000000000186dd6c06d1fb003870fffe80000000000000000000fffe000001ff0200000000000000000000000000123133640300641032fe80000000000000000000000000010020010db800000000000000000000010020010db8000000000000000000000101",
    differs: { family: "ipv6", addresses: ["fe80::100", "2001:db8::100", "2001:db8::101"] },
  },
  {
    name: "keepalived resigning",
    hex: "01005e000012020000000001080045c0002000030000ff701897c0000201e00000123133000100646972c0000264",
    differs: { priority: 0, ipId: 3 },
  },
  {
    name: "keepalived VRRPv3 with three addresses",
    hex: "01005e000012020000000001080045c0002800010000ff701891c0000201e0000012313364030064809bc0000264c0000265c0000266",
    differs: { addresses: ["192.0.2.100", "192.0.2.101", "192.0.2.102"] },
  },
  {
    name: "keepalived unicast VRRPv3",
    hex: "020000000002020000000001080045c0002000010000ff7036a9c0000201c00002023133640100642382c0000264",
    differs: { destination: "192.0.2.2", flags: ["unicast"] },
  },
  {
    name: "keepalived unicast VRRPv3 with the checksum of old versions",
    hex: "020000000002020000000001080045c0002000010000ff7036a9c0000201c00002023133640100640572c0000264",
    differs: { destination: "192.0.2.2", flags: ["unicast", "old_unicast_checksum"] },
  },
  {
    name: "keepalived unicast VRRPv2 with TTL 3",
    hex: "020000000002020000000001080045c0002800010000037032a2c0000201c0000202213364010001b865c00002640000000000000000",
    differs: { version: 2, checksum: "v2", destination: "192.0.2.2", ttl: 3, flags: ["unicast"] },
  },
  {
    name: "keepalived unicast VRRPv3 over IPv6 with hop limit 64",
    hex: "02000000000202000000000186dd6c05a1f30018704020010db800000000000000000000000120010db8000000000000000000000002313364010064dfb020010db8000000000000000000000100",
    differs: {
      family: "ipv6",
      source: "2001:db8::1",
      destination: "2001:db8::2",
      ttl: 64,
      addresses: ["2001:db8::100"],
      flags: ["unicast", "first_address_not_link_local"],
    },
  },
  {
    name: "keepalived with the virtual MAC",
    hex: "01005e00001200005e000133080045c0002800010000ff701891c0000201e0000012213364010001b865c00002640000000000000000",
    differs: { version: 2, checksum: "v2", mac: "00:00:5e:00:01:33", flags: ["virtual_mac"] },
  },
  {
    name: "keepalived over IPv6 with the virtual MAC",
    hex: "33330000001200005e00023386dd6c06d1fb003870fffe80000000000000000000fffe000001ff0200000000000000000000000000123133640300641032fe80000000000000000000000000010020010db800000000000000000000010020010db8000000000000000000000101",
    differs: {
      family: "ipv6",
      addresses: ["fe80::100", "2001:db8::100", "2001:db8::101"],
      mac: "00:00:5e:00:02:33",
      flags: ["virtual_mac"],
    },
  },
  {
    name: "keepalived VRRPv2 over IPv6",
    hex: "33330000001202000000000186dd6c06d1fb003870fffe80000000000000000000fffe000001ff0200000000000000000000000000122133640300012095fe80000000000000000000000000010020010db800000000000000000000010020010db8000000000000000000000101",
    differs: { version: 2, family: "ipv6", addresses: ["fe80::100", "2001:db8::100", "2001:db8::101"], flags: ["v2_over_ipv6"] },
  },
  {
    name: "keepalived VRRPv2 without addresses",
    hex: "01005e000012020000000001080045c0002400010000ff701895c0000201e00000122133640000017acb0000000000000000",
    differs: { version: 2, checksum: "v2", addresses: [] },
  },
  {
    name: "keepalived to a group of its own",
    hex: "01005e000037020000000001080045c0002800010000ff70186cc0000201e0000037213364010001b865c00002640000000000000000",
    differs: { version: 2, checksum: "v2", destination: "224.0.0.55" },
  },
  {
    name: "FRR VRRPv3",
    hex: "01005e00001200005e000133080045c0002061324000ff707767c0000201e000001231336e010064fb71c0000264",
    differs: { priority: 110, mac: "00:00:5e:00:01:33", flags: ["virtual_mac"], ipId: 24882 },
  },
  {
    name: "FRR VRRPv3 over IPv6",
    hex: "33330000001200005e00023386dd6c07f81b001870fffe8000000000000002005efffe000233ff02000000000000000000000000001231336e010064d25c20010db8000000000000000000000100",
    differs: {
      family: "ipv6",
      priority: 110,
      source: "fe80::200:5eff:fe00:233",
      addresses: ["2001:db8::100"],
      mac: "00:00:5e:00:02:33",
      flags: ["virtual_mac", "first_address_not_link_local"],
    },
  },
];

export const keepalivedGratuitousArp = "ffffffffffff02000000000108060001080006040001020000000001c0000264ffffffffffffc0000264";

export const keepalivedNeighborAdvertisement =
  "33330000000102000000000186dd6000000000203afffe800000000000000000000000000100ff0200000000000000000000000000018800559d20000000fe8000000000000000000000000001000201020000000001";
