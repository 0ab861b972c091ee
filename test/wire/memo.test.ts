import assert from "node:assert/strict";
import { test } from "node:test";
import { createDecoder } from "../../src/wire/decode.ts";
import type { Advert, Decoded } from "../../src/wire/decoded.ts";
import type { Frame } from "../../src/wire/frame.ts";
import { type AdvertPacket, advertFrame, concat, makeFrame } from "../helpers/packets.ts";

function advertsOf(...frames: Frame[]): (Advert | string)[] {
  const decoder = createDecoder({ k0: 1, k1: 2 });
  return frames.map((frame) => {
    const decoded: Decoded = decoder.decode(frame);
    return decoded.kind === "advert" ? decoded.advert : decoded.kind === "rejected" ? decoded.reason : decoded.kind;
  });
}
const frameOf = (spec: AdvertPacket, rest: Partial<Frame> = {}): Frame => makeFrame(advertFrame(spec), rest);

test("equal adverts of a sender are one object, with the IPv4 identification of each packet", () => {
  const decoder = createDecoder();
  const [first, second] = [decoder.decode(frameOf({ ipId: 1 })), decoder.decode(frameOf({ ipId: 0xfffe }))];
  assert.ok(first.kind === "advert" && second.kind === "advert");
  assert.equal(second.advert, first.advert);
  assert.deepEqual([first.ipId, second.ipId], [1, 0xfffe]);
});

test("the flow label of IPv6 makes no difference", () => {
  const [first, second] = advertsOf(frameOf({ source: "fe80::1", flowLabel: 1 }), frameOf({ source: "fe80::1", flowLabel: 0xfffff }));
  assert.equal(second, first);
});

test("padding makes no difference", () => {
  const [first, second] = advertsOf(frameOf({}), makeFrame(concat(advertFrame(), new Uint8Array(14).fill(9))));
  assert.equal(second, first);
});

test("a wrong IPv4 header checksum is seen in a repeated advert too", () => {
  const broken = advertFrame();
  broken[24] = (broken[24] ?? 0) ^ 1;
  assert.equal(advertsOf(frameOf({}), makeFrame(broken))[1], "ip_checksum");
});

test("a repeated advert that the capture cut is not taken for the whole one", () => {
  const whole = advertFrame();
  assert.equal(advertsOf(frameOf({}), makeFrame(whole.slice(0, -1), { length: whole.length }))[1], "truncated_capture");
});

test("the same bytes with another stripped tag are another advert", () => {
  const adverts = advertsOf(frameOf({}), frameOf({}, { vlanTci: 5 }), frameOf({}, { vlanTci: 6 }), frameOf({}));
  assert.deepEqual(
    adverts.map((a) => (typeof a === "string" ? a : a.vlan)),
    [undefined, 5, 6, undefined],
  );
});

test("an advert with a simple password is remembered without it, and a password that breaks the checksum is seen", () => {
  const spec: AdvertPacket = { version: 2, authType: 1, password: "s3cr3t", addresses: ["192.0.2.100", "192.0.2.101", "192.0.2.102"] };
  const wrong = advertFrame(spec);
  wrong[54] = (wrong[54] ?? 0) ^ 1;
  const [first, second, third] = advertsOf(frameOf(spec), frameOf({ ...spec, ipId: 2 }), makeFrame(wrong));
  assert.equal(second, first);
  assert.equal(third, "checksum");
});

test("another password of an equal sum is another advert", () => {
  // With fewer addresses the password lies among the bytes that choose the slot.
  const spec: AdvertPacket = { version: 2, authType: 1, addresses: ["192.0.2.100", "192.0.2.101", "192.0.2.102"] };
  const [first, second] = advertsOf(frameOf({ ...spec, password: "abcdefgh" }), frameOf({ ...spec, password: "cdabefgh" }));
  assert.ok(typeof first === "object" && typeof second === "object");
  assert.notEqual(second.passwordTag, first.passwordTag);
});

test("of 510 virtual routers in turn hardly one pushes out what is known of another", () => {
  const round = Array.from({ length: 510 }, (_, i) => {
    const vrid = (i >> 1) + 1;
    return frameOf(i % 2 === 0 ? { vrid, addresses: [`198.51.100.${vrid}`] } : { vrid, source: "fe80::1", addresses: [`fe80::${vrid}`] });
  });
  const adverts = advertsOf(...round, ...round);
  const forgotten = round.filter((_, i) => adverts[i] !== adverts[i + round.length]);
  assert.ok(forgotten.length <= 5, `${forgotten.length} were decoded anew`);
});

test("a flood of senders is decoded like any other stream", () => {
  const decoder = createDecoder();
  const flood = Array.from({ length: 20_000 }, (_, i) =>
    frameOf({ source: `10.${i >> 14}.${(i >> 7) & 127}.${i & 127}`, vrid: 1 + (i % 255) }),
  );
  for (const frame of flood) assert.equal(decoder.decode(frame).kind, "advert");
});
