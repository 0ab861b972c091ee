import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type HalfSipKey, halfSipHash } from "../../src/lib/half-siphash.ts";

/** `vectors_hsip32` of https://github.com/veorq/SipHash: key 00 to 07, message 00, 01, … of 0, 1, … bytes, the digest little-endian. */
const published =
  "a9359f5b 27475ab8 fa62a603 8afee704 2a6e4689 c5fab669 5863fc23 8bcf63c5 d0b8848f f806e779 94b07934 08083050 57f0872f 77e663ff d6fff87c 74fe2b97";
const key: HalfSipKey = { k0: 0x03020100, k1: 0x07060504 };

test("the digests of the published vectors come out", () => {
  const message = Uint8Array.from({ length: 64 }, (_, i) => i);
  published.split(" ").forEach((expected, length) => {
    const digest = new DataView(new ArrayBuffer(4));
    digest.setUint32(0, halfSipHash(key, message, 0, length), true);
    assert.equal(digest.getUint32(0).toString(16).padStart(8, "0"), expected, `${length} bytes`);
  });
});

test("only the bytes of the range and the key decide", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 40 }),
      fc.uint8Array({ maxLength: 20 }),
      fc.uint8Array({ maxLength: 20 }),
      (message, before, after) => {
        const whole = Uint8Array.from([...before, ...message, ...after]);
        const digest = halfSipHash(key, whole, before.length, before.length + message.length);
        assert.equal(digest, halfSipHash(key, message, 0, message.length));
        assert.ok(Number.isInteger(digest) && digest >= 0 && digest < 2 ** 32);
        assert.notEqual(digest, halfSipHash({ k0: key.k0, k1: key.k1 + 1 }, message, 0, message.length));
      },
    ),
    { seed: 1 },
  );
});
