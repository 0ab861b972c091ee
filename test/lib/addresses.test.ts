import assert from "node:assert/strict";
import { isIP } from "node:net";
import { test } from "node:test";
import fc from "fast-check";
import { canonicalAddress, compareAddresses, connectedSubnet, formatIpv6, parseAddress } from "../../src/lib/addresses.ts";

const canonical: ReadonlyArray<readonly [string, string]> = [
  ["192.0.2.1", "192.0.2.1"],
  ["0.0.0.0", "0.0.0.0"],
  ["::", "::"],
  ["::1", "::1"],
  ["FE80::0001", "fe80::1"],
  ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"], // equal runs: the first (RFC 5952 §4.2.3)
  ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"], // a single zero group stays (§4.2.2)
  ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"], // the longest run
  ["1::", "1::"],
  ["::ffff:192.0.2.1", "::ffff:192.0.2.1"],
  ["::FFFF:C000:201", "::ffff:192.0.2.1"],
  ["::192.0.2.1", "::c000:201"],
  ["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
  ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
];

for (const [spelling, text] of canonical) {
  test(`${spelling} is ${text} in canonical text`, () => assert.equal(canonicalAddress(spelling), text));
}

test("what is no address is refused", () => {
  const texts = [
    "",
    "x",
    "1.2.3",
    "1.2.3.4.5",
    "256.1.1.1",
    "01.2.3.4",
    "1.2.3.4 ",
    "1:2",
    ":::",
    "::1::",
    "1:2:3:4:5:6:7:8:9",
    "12345::",
    "g::",
    "fe80::1%eth0",
    "1::2:3:4:5:6:7:8",
    "::1.2.3.4:5",
    "1.2.3.4::",
    "192.0.2.1/24",
    ":1",
    "1:",
    "-1.2.3.4",
    "١.2.3.4",
  ];
  for (const text of texts) assert.equal(parseAddress(text), null, text);
});

const bytes = fc.oneof(
  fc.uint8Array({ minLength: 16, maxLength: 16 }),
  fc.array(fc.constantFrom(0, 0, 0, 1, 255), { minLength: 16, maxLength: 16 }).map((a) => Uint8Array.from(a)),
);

test("every IPv6 address survives the way to text and back", () => {
  fc.assert(fc.property(bytes, (b) => assert.deepEqual(parseAddress(formatIpv6(b))?.bytes, b)));
});

test("the canonical text of an IPv6 address is the one that the URL standard writes", () => {
  fc.assert(
    fc.property(bytes, (b) => {
      const text = formatIpv6(b);
      if (!text.includes(".")) assert.equal(`[${text}]`, new URL(`http://[${text}]/`).hostname);
    }),
  );
});

test("a text is an address here exactly when it is one to Node, zones apart", () => {
  const part = fc.constantFrom("1", "0", "ffff", ":", "::", ".", "255", "256", "00", "a");
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
      const text = parts.join("");
      assert.equal(parseAddress(text) !== null, isIP(text) !== 0, text);
    }),
    { numRuns: 2_000 },
  );
});

test("addresses compare as numbers, not as texts", () => {
  assert.ok(compareAddresses("192.0.2.9", "192.0.2.10") < 0);
  assert.ok(compareAddresses("fe80::a", "fe80::9") > 0);
  assert.ok(compareAddresses("fe80::ffff", "fe80::1:0") < 0);
  assert.equal(compareAddresses("fe80::1", "FE80:0::1"), 0);
  assert.ok(compareAddresses("192.0.2.1", "::1") < 0);
  assert.ok(compareAddresses("no address", "192.0.2.1") < 0);
});

test("the connected subnet has the host bits cleared", () => {
  assert.equal(connectedSubnet("192.0.2.129", 25), "192.0.2.128/25");
  assert.equal(connectedSubnet("192.0.2.129", 0), "0.0.0.0/0");
  assert.equal(connectedSubnet("192.0.2.129", 32), "192.0.2.129/32");
  assert.equal(connectedSubnet("2001:db8:ffff::1", 35), "2001:db8:e000::/35");
  assert.equal(connectedSubnet("fe80::1", 64), "fe80::/64");
  for (const prefix of [-1, 33, 1.5, Number.NaN]) assert.equal(connectedSubnet("192.0.2.1", prefix), null);
  assert.equal(connectedSubnet("x", 8), null);
});
