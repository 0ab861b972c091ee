import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeFrame } from "../../src/wire/decode.ts";
import type { Advert, Decoded, PartialAdvert, RejectReason } from "../../src/wire/decoded.ts";
import { type Frame, LinkType } from "../../src/wire/frame.ts";
import { type AdvertPacket, addressBytes, advertFrame, advertIp, concat, ipv4, makeFrame, toHex } from "../helpers/packets.ts";

const decodeAdvert = (spec: AdvertPacket, frame: Partial<Frame> = {}): Decoded => decodeFrame(makeFrame(advertFrame(spec), frame));

function advertOf(decoded: Decoded): Advert {
  assert.equal(decoded.kind, "advert", JSON.stringify(decoded));
  return (decoded as Extract<Decoded, { kind: "advert" }>).advert;
}

function partialOf(decoded: Decoded, reason: RejectReason): PartialAdvert {
  assert.equal(decoded.kind, "rejected", JSON.stringify(decoded));
  const rejected = decoded as Extract<Decoded, { kind: "rejected" }>;
  assert.equal(rejected.reason, reason);
  return rejected.partial;
}

const tagged = (...tags: readonly [number, number][]): AdvertPacket => ({ tags: tags.map(([tpid, tci]) => ({ tpid, tci })) });

const tagCases: readonly [string, AdvertPacket, number | undefined, { vlan?: number; innerVlan?: number; priority: boolean }][] = [
  ["no tag is no VLAN", {}, undefined, { priority: false }],
  ["a tag in the bytes", tagged([0x8100, 100]), undefined, { vlan: 100, priority: false }],
  ["the priority bits of a tag are no part of the VLAN id", tagged([0x8100, 0xe064]), undefined, { vlan: 100, priority: false }],
  ["802.1ad outer tag", tagged([0x88a8, 300], [0x8100, 100]), undefined, { vlan: 300, innerVlan: 100, priority: false }],
  ["the older QinQ outer tag", tagged([0x9100, 300], [0x8100, 100]), undefined, { vlan: 300, innerVlan: 100, priority: false }],
  ["a tag that the kernel stripped", {}, 100, { vlan: 100, priority: false }],
  ["a stripped tag is the outer one", tagged([0x8100, 100]), 300, { vlan: 300, innerVlan: 100, priority: false }],
  ["VID 0 is untagged", tagged([0x8100, 0xe000]), undefined, { priority: true }],
  ["a stripped VID 0 is untagged", {}, 0x6000, { priority: true }],
  ["VID 0 outside leaves the inner tag", tagged([0x8100, 0], [0x8100, 7]), undefined, { vlan: 7, priority: true }],
];
for (const [name, spec, tci, want] of tagCases) {
  test(`VLAN tags: ${name}`, () => {
    const { vlan, innerVlan, flags } = advertOf(decodeAdvert(spec, tci === undefined ? {} : { vlanTci: tci }));
    assert.deepEqual({ vlan, innerVlan, priority: flags.includes("priority_tagged") }, { vlan: undefined, innerVlan: undefined, ...want });
  });
}

test("a frame with three tags belongs to no virtual router that we could name", () => {
  assert.equal(decodeAdvert(tagged([0x8100, 1], [0x8100, 2], [0x8100, 3])).kind, "other");
  assert.equal(decodeAdvert(tagged([0x8100, 1], [0x8100, 2]), { vlanTci: 3 }).kind, "other");
});

const ip = advertIp();
const ip6 = advertIp({ source: "fe80::1" });
const sll = (type: number[]): number[] => [0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, ...type];
const sll2 = (type: number[]): number[] => [...type, 0, 0, 0, 0, 0, 2, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0];
const linkCases: readonly [string, number, Uint8Array, { family: string; mac: string | null; vlan?: number }][] = [
  ["Linux cooked", LinkType.linuxSll, concat(sll([8, 0]), ip), { family: "ipv4", mac: "02:00:00:00:00:01" }],
  [
    "Linux cooked with a tag",
    LinkType.linuxSll,
    concat(sll([0x81, 0]), [0, 9, 8, 0], ip),
    { family: "ipv4", mac: "02:00:00:00:00:01", vlan: 9 },
  ],
  ["Linux cooked version 2", LinkType.linuxSll2, concat(sll2([0x86, 0xdd]), ip6), { family: "ipv6", mac: "02:00:00:00:00:01" }],
  ["raw IP, version 4", LinkType.raw, ip, { family: "ipv4", mac: null }],
  ["raw IP, version 6", LinkType.raw, ip6, { family: "ipv6", mac: null }],
  ["raw IPv4", LinkType.rawIpv4, ip, { family: "ipv4", mac: null }],
  ["raw IPv6", LinkType.rawIpv6, ip6, { family: "ipv6", mac: null }],
  ["BSD loopback of a little-endian host", LinkType.null, concat([2, 0, 0, 0], ip), { family: "ipv4", mac: null }],
  ["BSD loopback of a big-endian host", LinkType.null, concat([0, 0, 0, 2], ip), { family: "ipv4", mac: null }],
  ["BSD loopback with the IPv6 family of macOS", LinkType.null, concat([30, 0, 0, 0], ip6), { family: "ipv6", mac: null }],
  ["OpenBSD loopback", LinkType.loop, concat([0, 0, 0, 24], ip6), { family: "ipv6", mac: null }],
];
for (const [name, linkType, bytes, want] of linkCases) {
  test(`an advert is read from ${name}`, () => {
    const { family, mac, vlan } = advertOf(decodeFrame(makeFrame(bytes, { linkType })));
    assert.deepEqual({ family, mac, vlan }, { vlan: undefined, ...want });
  });
}

test("a link type that we do not know is other traffic", () => assert.equal(decodeFrame(makeFrame(ip, { linkType: 9_999 })).kind, "other"));

test("padding behind the IP packet is not looked at", () => {
  const padded = concat(advertFrame(), new Uint8Array(14).fill(0xee));
  assert.deepEqual(advertOf(decodeFrame(makeFrame(padded))).flags, []);
});

test("VRRPv3 with the checksum of RFC 9568, over the message only", () => {
  assert.equal(advertOf(decodeAdvert({ checksum: "message_only" })).checksum, "message_only");
});

test("over IPv6 a checksum without the pseudo-header is wrong", () => {
  partialOf(decodeAdvert({ source: "fe80::1", checksum: "message_only" }), "checksum");
});

test("the checksum of old unicast versions is taken for unicast only", () => {
  const spec: AdvertPacket = { destination: "192.0.2.2", checksum: "group_pseudo_header", linkDestination: "02:00:00:00:00:02" };
  assert.deepEqual(advertOf(decodeAdvert(spec)).flags, ["unicast", "old_unicast_checksum"]);
  partialOf(decodeAdvert({ ...spec, destination: "224.0.0.55" }), "checksum");
});

test("a multicast advert needs TTL 255, a unicast one does not", () => {
  partialOf(decodeAdvert({ ttl: 254 }), "ttl");
  assert.equal(advertOf(decodeAdvert({ ttl: 3, destination: "192.0.2.2", linkDestination: "02:00:00:00:00:02" })).ttl, 3);
});

test("a broadcast destination is no unicast", () => {
  partialOf(decodeAdvert({ ttl: 64, destination: "255.255.255.255", linkDestination: "ff:ff:ff:ff:ff:ff" }), "ttl");
});

const trailer = Uint8Array.from([1, 9, 0, 0, 0x6a, 0, 0, 1, ...new Array(20).fill(7)]);
test("keepalived's HMAC trailer is read over IPv4, outside the checksum", () => {
  for (const version of [2, 3]) {
    const advert = advertOf(decodeAdvert({ version, trailer }));
    assert.deepEqual([advert.auth, advert.hmac, advert.flags], ["hmac", { keyId: 9, clock: 0x6a000001 }, []]);
  }
});

test("keepalived's HMAC trailer is read over IPv6, inside the checksum", () => {
  const advert = advertOf(decodeAdvert({ source: "fe80::1", trailing: trailer }));
  assert.deepEqual([advert.auth, advert.hmac], ["hmac", { keyId: 9, clock: 0x6a000001 }]);
});

test("other bytes behind the message count as trailing bytes if the checksum covers them", () => {
  assert.deepEqual(advertOf(decodeAdvert({ trailing: Uint8Array.of(1, 2, 3) })).flags, ["trailing_bytes"]);
  partialOf(decodeAdvert({ trailer: Uint8Array.of(0xde, 0xad, 0xbe, 0xef) }), "checksum");
});

test("a cut frame is a fault of the capture, and says what is left of it", () => {
  const whole = advertFrame({ vrid: 7, addresses: ["192.0.2.1", "192.0.2.2"] });
  const { vrid, priority, addresses } = partialOf(
    decodeFrame(makeFrame(whole.slice(0, 44), { length: whole.length })),
    "truncated_capture",
  );
  assert.deepEqual({ vrid, priority, addresses }, { vrid: 7, priority: 100, addresses: undefined });
});

test("a frame that ends early without the capture's doing is too short", () => {
  partialOf(decodeFrame(makeFrame(advertFrame().slice(0, 44))), "length");
});

test("no cut frame is ever taken for a bad advert", () => {
  for (const spec of [{}, { version: 2 }, { source: "fe80::1" }, tagged([0x8100, 5])] satisfies AdvertPacket[]) {
    const whole = advertFrame(spec);
    for (let length = 0; length < whole.length; length++) {
      const decoded = decodeFrame(makeFrame(whole.slice(0, length), { length: whole.length }));
      if (decoded.kind !== "other") partialOf(decoded, "truncated_capture");
    }
  }
});

test("fragments are refused, the first and the later ones", () => {
  const header = { source: addressBytes("192.0.2.1"), destination: addressBytes("224.0.0.18") };
  const linkHeader = advertFrame().slice(0, 14);
  const message = advertIp().slice(20);
  for (const fragment of [0x2000, 0x0003, 0x2003])
    partialOf(decodeFrame(makeFrame(concat(linkHeader, ipv4(112, message, { ...header, fragment })))), "fragment");
});

test("an IPv6 fragment of an advert is refused", () => {
  const whole = advertFrame({ source: "fe80::1" });
  const fragment = concat(whole.slice(0, 18), [0, 8 + 24, 44, 255], whole.slice(22, 54), [112, 0, 0, 1, 0, 0, 0, 1], whole.slice(54));
  partialOf(decodeFrame(makeFrame(fragment)), "fragment");
});

function authenticated(next: number, destination: string, payload: Uint8Array): Frame {
  const ah = concat([next, 4, 0, 0, 192, 0, 2, 1, 0, 0, 0, 1], new Uint8Array(12), payload);
  const packet = ipv4(51, ah, { source: addressBytes("192.0.2.1"), destination: addressBytes(destination) });
  return makeFrame(packet, { linkType: LinkType.rawIpv4 });
}
const messageV2 = advertIp({ version: 2, authType: 2 }).slice(20);

test("an advert in an authentication header is read, multicast and unicast", () => {
  for (const destination of ["224.0.0.18", "192.0.2.2"])
    assert.equal(advertOf(decodeFrame(authenticated(112, destination, messageV2))).auth, "ah");
});

test("an authentication header around anything else is ordinary IPsec", () => {
  assert.equal(decodeFrame(authenticated(17, "224.0.0.18", messageV2)).kind, "other");
  assert.equal(decodeFrame(authenticated(50, "192.0.2.2", messageV2)).kind, "other");
  assert.equal(decodeFrame(authenticated(51, "192.0.2.2", messageV2)).kind, "other");
});

test("an authentication header in another, sent to the group, is refused", () => {
  partialOf(decodeFrame(authenticated(51, "224.0.0.18", messageV2)), "ah_header");
});

test("an advert that an ICMP error quotes is not one", () => {
  const quoted = concat([3, 2, 0xff, 0xff, 0, 0, 0, 0], advertIp({ destination: "192.0.2.2" }));
  const packet = ipv4(1, quoted, { source: addressBytes("192.0.2.2"), destination: addressBytes("192.0.2.1") });
  assert.equal(decodeFrame(makeFrame(packet, { linkType: LinkType.rawIpv4 })).kind, "other");
});

test("CARP is told apart, also where the capture cut it", () => {
  const carp = concat([0x21, 37, 100, 7, 0, 1, 0x12, 0x34], new Uint8Array(28));
  const packet = ipv4(112, carp, { source: addressBytes("192.0.2.1"), destination: addressBytes("224.0.0.18") });
  for (const length of [packet.length, 24]) {
    assert.deepEqual(decodeFrame(makeFrame(packet.slice(0, length), { linkType: LinkType.rawIpv4, length: packet.length })), {
      kind: "carp",
      carp: { family: "ipv4", vhid: 37, source: "192.0.2.1", mac: null },
    });
  }
});

test("a password is in nothing that the decoder gives, whatever is wrong with the packet", () => {
  const password = "\u00ab\u00cd\u0001\u00effoo!";
  const whole = advertFrame({ version: 2, authType: 1, password });
  for (let at = 14; at < whole.length; at++) {
    for (let bit = 0; bit < 8; bit++) {
      const damaged = Uint8Array.from(whole);
      damaged[at] = (damaged[at] ?? 0) ^ (1 << bit);
      const text = JSON.stringify(decodeFrame(makeFrame(damaged)));
      for (const form of ["171.205.1.239", "102.111.111.33", "foo!", "abcd"]) assert.ok(!text.includes(form), `${toHex(damaged)}: ${text}`);
    }
  }
});

test("a count that reaches into the password shows none of it: bytes left over behind a message with a password are refused", () => {
  const spec: AdvertPacket = { version: 2, authType: 1, password: "s3cr3tpw", trailing: new TextEncoder().encode("s3cr3tpw") };
  for (const count of [0, 1, 2]) {
    const partial = partialOf(decodeAdvert({ ...spec, count }), "length");
    assert.deepEqual([partial.addresses, partial.auth], [undefined, "simple"]);
  }
});

test("without a password, bytes left over are no fault", () => {
  const { flags, addresses } = advertOf(decodeAdvert({ version: 2, trailing: new Uint8Array(4) }));
  assert.deepEqual([flags.includes("trailing_bytes"), addresses], [true, ["192.0.2.100"]]);
});

test("a keepalived HMAC trailer may follow a message with a password", () => {
  const trailer = Uint8Array.from({ length: 28 }, (_, i) => (i === 0 ? 1 : i));
  assert.equal(advertOf(decodeAdvert({ version: 2, authType: 1, password: "s3cr3t", trailer })).auth, "hmac");
});

test("the virtual MAC of the VRID, of another, and of the other family", () => {
  const flagsFor = (mac: string): readonly string[] => advertOf(decodeAdvert({ mac })).flags;
  assert.deepEqual(flagsFor("00:00:5e:00:01:33"), ["virtual_mac"]);
  assert.deepEqual(flagsFor("00:00:5e:00:01:34"), ["virtual_mac_mismatch"]);
  assert.deepEqual(flagsFor("00:00:5e:00:02:33"), ["virtual_mac_mismatch"]);
});

test("VRRPv3 without addresses is refused, VRRPv2 is not", () => {
  partialOf(decodeAdvert({ addresses: [] }), "count_zero");
  assert.deepEqual(advertOf(decodeAdvert({ version: 2, addresses: [] })).addresses, []);
});

test("a long chain of IPv6 extension headers is given up", () => {
  const whole = advertFrame({ source: "fe80::1" });
  const chain = Array.from({ length: 40 }, (_, i) => [i === 39 ? 112 : 60, 0, 1, 4, 0, 0, 0, 0]).flat();
  const length = whole.length - 54 + chain.length;
  const frame = concat(whole.slice(0, 18), [length >> 8, length & 0xff, 60], whole.slice(21, 54), chain, whole.slice(54));
  assert.equal(decodeFrame(makeFrame(frame)).kind, "other");
});
