import assert from "node:assert/strict";
import { test } from "node:test";
import { fold, wordSum } from "../../src/wire/checksum.ts";
import { decodeFrame } from "../../src/wire/decode.ts";
import type { Decoded } from "../../src/wire/decoded.ts";
import { LinkType } from "../../src/wire/frame.ts";
import { addressBytes, concat, ipv4, makeFrame } from "../helpers/packets.ts";

const mac = [2, 0, 0, 0, 0, 1];
const linkHeader = (type: number[]): number[] => [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, ...mac, ...type];

function arp(operation: number, sender: string, target: string, senderMac = mac): Decoded {
  const message = concat([0, 1, 8, 0, 6, 4, 0, operation], senderMac, addressBytes(sender), new Uint8Array(6), addressBytes(target));
  return decodeFrame(makeFrame(concat(linkHeader([8, 6]), message)));
}

const arpCases: readonly [string, Decoded, string][] = [
  ["a question says where the one who asks is", arp(1, "192.0.2.1", "192.0.2.9"), "192.0.2.1 arp_request"],
  ["an answer", arp(2, "192.0.2.1", "192.0.2.9"), "192.0.2.1 arp_reply"],
  ["a question for oneself", arp(1, "192.0.2.1", "192.0.2.1"), "192.0.2.1 gratuitous_arp"],
  ["an answer to oneself", arp(2, "192.0.2.1", "192.0.2.1"), "192.0.2.1 gratuitous_arp"],
  ["a probe claims nothing", arp(1, "0.0.0.0", "192.0.2.1"), "other"],
  ["a group is nobody's address", arp(1, "224.0.0.18", "192.0.2.1"), "other"],
  ["no address is at a group's MAC", arp(2, "192.0.2.1", "192.0.2.9", [1, 0, 0x5e, 0, 0, 1]), "other"],
  ["no address is at no MAC", arp(2, "192.0.2.1", "192.0.2.9", [0, 0, 0, 0, 0, 0]), "other"],
  ["reverse ARP claims nothing", arp(3, "192.0.2.1", "192.0.2.9"), "other"],
];
for (const [name, decoded, want] of arpCases) {
  test(`ARP: ${name}`, () => assert.equal(decoded.kind === "claim" ? `${decoded.claim.address} ${decoded.claim.how}` : decoded.kind, want));
}

test("the MAC that is claimed and the one that the frame comes from are told apart", () => {
  const decoded = arp(2, "192.0.2.1", "192.0.2.9", [2, 0, 0, 0, 0, 7]);
  assert.equal(decoded.kind, "claim");
  assert.deepEqual(decoded.kind === "claim" && [decoded.claim.mac, decoded.claim.linkSource], ["02:00:00:00:00:07", "02:00:00:00:00:01"]);
});

interface Icmpv6 {
  readonly hopLimit?: number;
  readonly source?: string;
  readonly damage?: boolean;
  readonly hopByHop?: boolean;
}

function icmpv6(message: number[], { hopLimit = 255, source = "fe80::1", damage = false, hopByHop = false }: Icmpv6 = {}): Decoded {
  const bytes = Uint8Array.from(message);
  const from = addressBytes(source);
  const to = addressBytes("ff02::16");
  const sum = fold(wordSum(bytes, 0, bytes.length) + wordSum(from, 0, 16) + wordSum(to, 0, 16) + 58 + bytes.length);
  bytes.set([(~sum >> 8) & 0xff, ~sum & 0xff], 2);
  if (damage) bytes[2] = (bytes[2] ?? 0) ^ 1;
  const payload = concat(hopByHop ? [58, 0, 5, 2, 0, 0, 1, 0] : [], bytes);
  const header = [0x60, 0, 0, 0, payload.length >> 8, payload.length & 0xff, hopByHop ? 0 : 58, hopLimit];
  return decodeFrame(makeFrame(concat(linkHeader([0x86, 0xdd]), header, from, to, payload)));
}

const target = [...addressBytes("2001:db8::100")];
const option = [2, 1, ...mac];
const advertisement = (flags: number, options: number[]): number[] => [136, 0, 0, 0, flags, 0, 0, 0, ...target, ...options];
const kindOf = (decoded: Decoded): string => (decoded.kind === "claim" ? decoded.claim.how : decoded.kind);

const ndCases: readonly [string, Decoded, string][] = [
  ["an answer", icmpv6(advertisement(0x60, option)), "neighbor_advertisement"],
  ["an announcement", icmpv6(advertisement(0x20, option)), "unsolicited_neighbor_advertisement"],
  ["the option may come second", icmpv6(advertisement(0x20, [14, 1, 0, 0, 0, 0, 0, 0, ...option])), "unsolicited_neighbor_advertisement"],
  ["without the option no MAC is claimed", icmpv6(advertisement(0x60, [])), "other"],
  ["an option of length 0 spoils it", icmpv6(advertisement(0x60, [14, 0, 0, 0, 0, 0, 0, 0, ...option])), "other"],
  ["from beyond a router", icmpv6(advertisement(0x60, option), { hopLimit: 64 }), "other"],
  ["a wrong checksum", icmpv6(advertisement(0x60, option), { damage: true }), "other"],
  ["a solicitation claims nothing", icmpv6([135, 0, 0, 0, 0, 0, 0, 0, ...target, 1, 1, ...mac]), "other"],
];
for (const [name, decoded, want] of ndCases) test(`neighbor discovery: ${name}`, () => assert.equal(kindOf(decoded), want));

const group6 = [...addressBytes("ff02::12")];
const foreign6 = [...addressBytes("ff02::fb")];
const record6 = (type: number, group: number[], sources: number[] = []): number[] => [
  type,
  0,
  0,
  sources.length / 16,
  ...group,
  ...sources,
];
const report6 = (...records: number[][]): number[] => [143, 0, 0, 0, 0, 0, 0, records.length, ...records.flat()];
const mldCases: readonly [string, number[], boolean][] = [
  ["a version 1 report", [131, 0, 0, 0, 0, 0, 0, 0, ...group6], true],
  ["a version 1 report for another group", [131, 0, 0, 0, 0, 0, 0, 0, ...foreign6], false],
  ["a version 2 report", report6(record6(4, group6)), true],
  ["a version 2 report, second record", report6(record6(4, foreign6), record6(2, group6)), true],
  ["leaving by version 2", report6(record6(3, group6)), false],
  ["from some sources only", report6(record6(3, group6, target)), true],
  ["a count beyond the packet", [143, 0, 0, 0, 0, 0, 0xff, 0xff, ...record6(4, foreign6)], false],
  ["leaving by version 1", [132, 0, 0, 0, 0, 0, 0, 0, ...group6], false],
];
for (const [name, message, joins] of mldCases) {
  test(`MLD: ${name} ${joins ? "joins" : "does not join"} the VRRP group`, () => {
    const decoded = icmpv6(message, { hopLimit: 1, hopByHop: true });
    assert.deepEqual(
      decoded,
      joins
        ? { kind: "join", join: { family: "ipv6", group: "ff02::12", source: "fe80::1", mac: "02:00:00:00:00:01" } }
        : { kind: "other" },
    );
  });
}

function igmp(message: number[]): Decoded {
  const bytes = Uint8Array.from(message);
  const sum = ~fold(wordSum(bytes, 0, bytes.length)) & 0xffff;
  bytes.set([sum >> 8, sum & 0xff], 2);
  const packet = ipv4(2, bytes, { ttl: 1, source: addressBytes("192.0.2.1"), destination: addressBytes("224.0.0.22") });
  return decodeFrame(makeFrame(packet, { linkType: LinkType.rawIpv4 }));
}
const group4 = [224, 0, 0, 18];
const igmpCases: readonly [string, number[], boolean][] = [
  ["a version 1 report", [0x12, 0, 0, 0, ...group4], true],
  ["a version 2 report", [0x16, 0, 0, 0, ...group4], true],
  ["a version 2 report for another group", [0x16, 0, 0, 0, 224, 0, 0, 251], false],
  ["leaving by version 2", [0x17, 0, 0, 0, ...group4], false],
  ["a version 3 report", [0x22, 0, 0, 0, 0, 0, 0, 1, 4, 0, 0, 0, ...group4], true],
  ["leaving by version 3", [0x22, 0, 0, 0, 0, 0, 0, 1, 3, 0, 0, 0, ...group4], false],
  ["blocking a source", [0x22, 0, 0, 0, 0, 0, 0, 1, 6, 0, 0, 1, ...group4, 192, 0, 2, 9], false],
  ["a query", [0x11, 0, 0, 0, ...group4], false],
];
for (const [name, message, joins] of igmpCases) {
  test(`IGMP: ${name} ${joins ? "joins" : "does not join"} the VRRP group`, () => {
    assert.deepEqual(
      igmp(message),
      joins ? { kind: "join", join: { family: "ipv4", group: "224.0.0.18", source: "192.0.2.1", mac: null } } : { kind: "other" },
    );
  });
}
