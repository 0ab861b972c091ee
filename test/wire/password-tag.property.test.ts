import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createDecoder, decodeFrame } from "../../src/wire/decode.ts";
import type { Decoded } from "../../src/wire/decoded.ts";
import type { Frame } from "../../src/wire/frame.ts";
import { type AdvertPacket, advertFrame, concat, makeFrame } from "../helpers/packets.ts";

const key = { k0: 0x9e3779b9, k1: 0x7f4a7c15 };
const otherKey = { k0: 0x9e3779b9, k1: 0x7f4a7c16 };
const password = fc.uint8Array({ minLength: 8, maxLength: 8 }).map((bytes) => String.fromCharCode(...bytes));

const spec = (text: string, rest: AdvertPacket = {}): AdvertPacket => ({ version: 2, authType: 1, password: text, ...rest });
const frameOf = (text: string, rest: AdvertPacket = {}): Frame => makeFrame(advertFrame(spec(text, rest)));
const tagOf = (decoded: Decoded): number | undefined => (decoded.kind === "advert" ? decoded.advert.passwordTag : undefined);

// A fixed seed, because one pair in 2^32 is allowed to collide.
const runs = { numRuns: 2_000, seed: 7 };

test("equal passwords have equal tags, whoever sends them and whatever else the advert says", () => {
  fc.assert(
    fc.property(password, fc.integer({ min: 1, max: 255 }), fc.integer({ min: 1, max: 254 }), (text, vrid, host) => {
      const one = tagOf(decodeFrame(frameOf(text), key));
      assert.equal(typeof one, "number");
      assert.equal(tagOf(decodeFrame(frameOf(text, { vrid, source: `192.0.2.${host}`, addresses: ["192.0.2.9", "192.0.2.8"] }), key)), one);
    }),
    runs,
  );
});

test("different passwords have different tags, and so has one password under two keys", () => {
  fc.assert(
    fc.property(password, password, (a, b) => {
      const tag = tagOf(decodeFrame(frameOf(a), key));
      assert.equal(tagOf(decodeFrame(frameOf(b), key)) === tag, a === b);
      assert.notEqual(tagOf(decodeFrame(frameOf(a), otherKey)), tag);
    }),
    runs,
  );
});

test("no tag without a key, without a password, in an authentication header's or HMAC's mode, or where no password is on the wire", () => {
  const trailer = Uint8Array.from({ length: 28 }, (_, i) => (i === 0 ? 1 : i));
  const cases: readonly (readonly [AdvertPacket, string])[] = [
    [spec("s3cr3t", { authType: 0 }), "none"],
    [spec("s3cr3t", { authType: 2 }), "ah"],
    [spec("s3cr3t", { trailer }), "hmac"],
    [spec("", { source: "fe80::1" }), "simple"],
    [{ version: 3 }, "none"],
  ];
  for (const [packet, auth] of cases) {
    const decoded = decodeFrame(makeFrame(advertFrame(packet)), key);
    assert.ok(decoded.kind === "advert" && decoded.advert.auth === auth, auth);
    assert.equal("passwordTag" in decoded.advert, false, auth);
  }
  const keyless = decodeFrame(frameOf("s3cr3t"));
  assert.ok(keyless.kind === "advert" && !("passwordTag" in keyless.advert));
});

/** Passwords whose 16-bit words are the same in another order: the checksum cannot tell them apart. */
const equalSums = ["abcdefgh", "cdabefgh", "ghefcdab", "efghabcd"];

test("the memory of the decoder never takes one password for another, nor a damaged one for a whole one", () => {
  let remembered = 0;
  // With one or two addresses the password lies among the bytes that choose the slot, with more it does not.
  const addresses = fc.constantFrom(["192.0.2.100"], ["192.0.2.100", "192.0.2.101", "192.0.2.102"]);
  const packet = fc
    .record({ text: fc.constantFrom(...equalSums), ipId: fc.nat(0xffff), addresses, damage: fc.constantFrom(0, 0, 0, 1) })
    .map(({ text, ipId, addresses: list, damage }) => {
      const bytes = advertFrame(spec(text, { ipId, addresses: list }));
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ damage;
      return makeFrame(bytes);
    });
  fc.assert(
    fc.property(fc.array(packet, { minLength: 2, maxLength: 20 }), fc.constantFrom(key, null), (stream, tagKey) => {
      const decoder = createDecoder(tagKey);
      const known = new Set<object>();
      for (const frame of stream) {
        const decoded = decoder.decode(frame);
        assert.deepEqual(decoded, decodeFrame(frame, tagKey));
        if (decoded.kind !== "advert") continue;
        if (known.has(decoded.advert)) remembered++;
        known.add(decoded.advert);
      }
    }),
    { numRuns: 500 },
  );
  assert.ok(remembered > 500, `the memory was hardly asked: ${remembered}`);
});

test("what lies behind the packet, and a packet that was cut, change no tag", () => {
  const around = fc.uint8Array({ minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(password, around, fc.nat(60), (text, behind, kept) => {
      const whole = advertFrame(spec(text));
      const tag = tagOf(decodeFrame(makeFrame(whole), key));
      const decoder = createDecoder(key);
      for (const decode of [(f: Frame) => decoder.decode(f), (f: Frame) => decodeFrame(f, key)]) {
        assert.equal(tagOf(decode(makeFrame(concat(whole, behind)))), tag);
        const buffer = concat(behind, whole, behind);
        const inside = buffer.subarray(behind.length, behind.length + Math.min(kept, whole.length));
        assert.equal(tagOf(decode(makeFrame(inside, { length: whole.length }))), kept < whole.length ? undefined : tag);
      }
    }),
    runs,
  );
});
