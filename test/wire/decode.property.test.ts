import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createDecoder, decodeFrame } from "../../src/wire/decode.ts";
import type { Decoded } from "../../src/wire/decoded.ts";
import { rejectReasons } from "../../src/wire/decoded.ts";
import { type Frame, LinkType } from "../../src/wire/frame.ts";
import { framesOf } from "../helpers/captures.ts";
import { advertFrame, hex, makeFrame, toHex } from "../helpers/packets.ts";
import { recordedAdverts } from "./recorded.ts";
import { regressions } from "./regressions.ts";

const real: readonly Uint8Array[] = [
  ...recordedAdverts.map((r) => hex(r.hex)),
  ...framesOf("28m-malformed/malformed.pcap").map((f) => f.bytes),
  ...framesOf("27-vlan-trunk/monitor.pcap")
    .slice(0, 40)
    .map((f) => f.bytes),
].filter((bytes) => bytes.length <= 300);

const tagKey = { k0: 1, k1: 2 };

const linkType = fc.constantFrom(LinkType.ethernet, LinkType.ethernet, ...Object.values(LinkType), 147);
const tci = fc.option(fc.integer({ min: 0, max: 0xffff }), { nil: undefined });

type Mutation = { readonly at: number; readonly to: number };
const mutations = fc.array(fc.record({ at: fc.nat(300), to: fc.nat(255) }), { maxLength: 6 });

/** A real frame with some bytes changed and perhaps its end cut off. */
const mutated = fc
  .record({ base: fc.constantFrom(...real), mutations, keep: fc.double({ min: 0.2, max: 1.4, noNaN: true }) })
  .map(({ base, mutations: changes, keep }) => mutate(base, changes).slice(0, Math.ceil(base.length * Math.min(1, keep))));

function mutate(base: Uint8Array, changes: readonly Mutation[]): Uint8Array {
  const bytes = Uint8Array.from(base);
  for (const { at, to } of changes) if (at < bytes.length) bytes[at] = to;
  return bytes;
}

const frame = fc
  .record({
    bytes: fc.oneof(fc.uint8Array({ maxLength: 200 }), mutated, mutated),
    linkType,
    tci,
    missing: fc.constantFrom(0, 0, 0, 1, 500),
  })
  .map(({ bytes, linkType: type, tci: tag, missing }) =>
    makeFrame(bytes, { linkType: type, length: bytes.length + missing, ...(tag === undefined ? {} : { vlanTci: tag }) }),
  );

/** The bounds that everything behind the decoder relies on. */
function assertSane(decoded: Decoded): void {
  switch (decoded.kind) {
    case "advert": {
      const { advert } = decoded;
      assert.ok(advert.vrid >= 1 && advert.vrid <= 255);
      assert.ok(advert.priority >= 0 && advert.priority <= 255);
      assert.ok(advert.interval > 0 && advert.interval <= 255_000_000);
      assert.ok(advert.addresses.length <= 255);
      assert.ok(advert.vlan === undefined || (advert.vlan >= 1 && advert.vlan <= 4_095));
      assert.ok(advert.innerVlan === undefined || advert.vlan !== undefined);
      assert.equal(decoded.ipId === null, advert.family === "ipv6");
      break;
    }
    case "rejected":
      assert.ok(rejectReasons.includes(decoded.reason));
      assert.ok((decoded.partial.addresses ?? []).length <= 255);
      break;
    case "carp":
    case "claim":
    case "join":
    case "other":
      break;
  }
}

test("no frame makes the decoder throw or leave its bounds", () => {
  fc.assert(
    fc.property(frame, (f) => assertSane(decodeFrame(f))),
    { numRuns: 4_000 },
  );
});

test("no byte outside the frame has any influence", () => {
  fc.assert(
    fc.property(frame, fc.uint8Array({ minLength: 1, maxLength: 600 }), (f, around) => {
      const buffer = new Uint8Array(around.length * 2 + f.bytes.length);
      buffer.set(around, 0);
      buffer.set(f.bytes, around.length);
      buffer.set(around, around.length + f.bytes.length);
      const inside: Frame = { ...f, bytes: buffer.subarray(around.length, around.length + f.bytes.length) };
      assert.deepEqual(decodeFrame(inside, tagKey), decodeFrame(f, tagKey));
    }),
    { numRuns: 2_000 },
  );
});

/** Streams in which the same few packets come again and again, each time a little different. */
const stream = fc
  .record({
    bases: fc.array(fc.constantFrom(...real), { minLength: 1, maxLength: 3 }),
    packets: fc.array(
      fc.record({
        base: fc.nat(2),
        changes: fc.oneof(fc.constant([]), mutations),
        id: fc.nat(0xffff),
        cut: fc.constantFrom(0, 0, 0, 1, 9),
        tci,
      }),
      { minLength: 2, maxLength: 25 },
    ),
  })
  .map(({ bases, packets }) =>
    packets.map(({ base, changes, id, cut, tci: tag }) => {
      const bytes = mutate(withIpId(bases[base % bases.length] ?? real[0] ?? new Uint8Array(0), id), changes);
      const kept = bytes.slice(0, Math.max(0, bytes.length - cut));
      return makeFrame(kept, { length: bytes.length, ...(tag === undefined || tag % 3 !== 0 ? {} : { vlanTci: tag % 5 }) });
    }),
  );

/** Another identification in an untagged IPv4 frame, and the header checksum that belongs to it. */
function withIpId(frameBytes: Uint8Array, id: number): Uint8Array {
  const bytes = Uint8Array.from(frameBytes);
  if (bytes[12] !== 8 || bytes[13] !== 0 || bytes.length < 34) return bytes;
  const word = (at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  let sum = word(24) + word(18) + (~id & 0xffff); // RFC 1624, equation 3, with m and m' the identifications
  sum = (sum & 0xffff) + (sum >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  bytes.set([id >> 8, id & 0xff], 18);
  bytes.set([sum >> 8, sum & 0xff], 24);
  return bytes;
}

test("the memory of the decoder never changes an answer", () => {
  let remembered = 0;
  fc.assert(
    fc.property(stream, (frames) => {
      const decoder = createDecoder(tagKey);
      const known = new Set<object>();
      for (const f of frames) {
        const decoded = decoder.decode(f);
        assert.deepEqual(decoded, decodeFrame(f, tagKey), toHex(f.bytes));
        if (decoded.kind !== "advert") continue;
        if (known.has(decoded.advert)) remembered++;
        known.add(decoded.advert);
      }
    }),
    { numRuns: 1_500 },
  );
  assert.ok(remembered > 1_000, `the memory was hardly asked: ${remembered}`);
});

test("the memory of the decoder never changes an answer about a whole capture", () => {
  for (const name of [
    "28m-malformed/malformed.pcap",
    "02-v2-pass/monitor.pcap",
    "06-v3-dual-3nodes/monitor.pcap",
    "22-use-vmac/a.any.pcap",
  ]) {
    const decoder = createDecoder(tagKey);
    const frames = framesOf(name);
    for (const f of [...frames, ...frames]) assert.deepEqual(decoder.decode(f), decodeFrame(f, tagKey));
  }
});

test("an advert is read back as it was written", () => {
  const address = fc.tuple(fc.integer({ min: 1, max: 126 }), fc.nat(255), fc.nat(255), fc.nat(255)).map((parts) => parts.join("."));
  fc.assert(
    fc.property(
      fc.record({
        version: fc.constantFrom(2, 3),
        vrid: fc.integer({ min: 1, max: 255 }),
        priority: fc.nat(255),
        interval: fc.integer({ min: 1, max: 255 }),
        addresses: fc.array(address, { minLength: 1, maxLength: 30 }),
        source: address,
        ipId: fc.nat(0xffff),
      }),
      (spec) => {
        const decoded = decodeFrame(makeFrame(advertFrame(spec)));
        assert.equal(decoded.kind, "advert");
        if (decoded.kind !== "advert") return;
        const { version, vrid, priority, interval, addresses, source } = decoded.advert;
        const unit = version === 2 ? 1_000_000 : 10_000;
        assert.deepEqual(
          { version, vrid, priority, interval: interval / unit, addresses: [...addresses], source, ipId: decoded.ipId },
          { ...spec },
        );
      },
    ),
    { numRuns: 500 },
  );
});

for (const { name, hex: bytes, linkType: type = LinkType.ethernet, kind } of regressions)
  test(`regression: ${name}`, () => assert.equal(decodeFrame(makeFrame(hex(bytes), { linkType: type })).kind, kind));
