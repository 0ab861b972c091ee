import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { seconds, wallPlus } from "../../src/lib/time.ts";
import { parseStored, storedJson } from "../../src/silences/json.ts";
import { parseSilenceRequest } from "../../src/silences/request.ts";
import { sampleSilence } from "../helpers/silences.ts";
import { noon } from "../metrics/sample.ts";

test("a length counts from now, and moves along with the clock", () => {
  assert.deepEqual(parseSilenceRequest({ vrid: 51, for: "2h" }, noon), {
    ok: true,
    value: {
      matchers: { vrid: 51 },
      beginsAt: null,
      endsAt: wallPlus(noon, seconds(7_200)),
      endsBy: "length",
      comment: null,
      createdBy: null,
    },
  });
});

test("everything that may be given is taken", () => {
  const all = {
    segment: "dc1-front",
    interface: "eth0",
    vlan: 10,
    inner_vlan: 20,
    family: "ipv6",
    vrid: 51,
    begins_at: "2026-11-21T07:00:00.25Z",
    for: "1h",
    comment: "ärger ☂",
    created_by: "ann",
  };
  const parsed = parseSilenceRequest(all, noon);
  assert.ok(parsed.ok);
  assert.deepEqual(parsed.value.matchers, { segment: "dc1-front", interface: "eth0", vlan: 10, innerVlan: 20, family: "ipv6", vrid: 51 });
  assert.equal(parsed.value.endsAt, wallPlus(noon, seconds(7_200)));
  assert.equal(parsed.value.endsBy, "time", "its beginning is a time of day, so its end is one");
});

const bad: readonly (readonly [name: string, body: unknown, key: string | null, message: RegExp])[] = [
  ["nothing", null, null, /must be an object/],
  ["a list", [{ vrid: 1 }], null, /must be an object/],
  ["text", "vrid", null, /must be an object/],
  ["an unknown key", { vrid: 1, for: "1h", vird: 1 }, null, /unknown key "vird"; there are segment/],
  ["a key that would be a prototype", JSON.parse('{"vrid":1,"for":"1h","__proto__":{}}'), null, /unknown key "__proto__"/],
  ["a key made to disturb", { "\u001b[2J\u202e": 1 }, null, /unknown key "\?\[2J\?"/],
  ["neither VRID nor segment", { interface: "eth0", for: "1h" }, "vrid", /unless segment/],
  ["a VRID in quotes", { vrid: "51", for: "1h" }, "vrid", /whole number from 1 to 255/],
  ["VRID 0", { vrid: 0, for: "1h" }, "vrid", /from 1 to 255/],
  ["VRID 256", { vrid: 256, for: "1h" }, "vrid", /from 1 to 255/],
  ["half a VRID", { vrid: 1.5, for: "1h" }, "vrid", /whole/],
  ["no VRID but null", { vrid: null, for: "1h" }, "vrid", /whole/],
  ["VLAN 4095", { vrid: 1, vlan: 4_095, for: "1h" }, "vlan", /0 to 4094/],
  ["an inner VLAN alone", { vrid: 1, inner_vlan: 5, for: "1h" }, "inner_vlan", /needs vlan/],
  ["a family in capitals", { vrid: 1, family: "IPv4", for: "1h" }, "family", /ipv4 or ipv6/],
  ["an interface with a slash", { vrid: 1, interface: "a/b", for: "1h" }, "interface", /no spaces, slashes/],
  ["an empty segment", { segment: "", for: "1h" }, "segment", /1 to 100 characters/],
  ["a comment with NUL", { vrid: 1, for: "1h", comment: "a\0b" }, "comment", /without control characters/],
  ["a comment with half a character", { vrid: 1, for: "1h", comment: "\ud800" }, "comment", /without control characters/],
  ["a comment that is too long", { vrid: 1, for: "1h", comment: "x".repeat(501) }, "comment", /1 to 500/],
  ["no end", { vrid: 1 }, "until", /every silence has an end/],
  ["two ends", { vrid: 1, for: "1h", until: "2026-11-21T07:00:00Z" }, "for", /excludes until/],
  ["a length without unit", { vrid: 1, for: "90" }, "for", /needs a unit/],
  ["a length as a number", { vrid: 1, for: 3_600 }, "for", /in quotes/],
  ["no length at all", { vrid: 1, for: "0s" }, "for", /longer than nothing/],
  ["more than 30 days", { vrid: 1, for: "721h" }, "for", /at most 30 days/],
  ["an end that has passed", { vrid: 1, until: "2026-11-21T05:59:00Z" }, "until", /has passed/],
  [
    "an end before its beginning",
    { vrid: 1, begins_at: "2026-11-22T00:00:00Z", until: "2026-11-21T23:00:00Z" },
    "until",
    /after begins_at/,
  ],
  ["an end in two months", { vrid: 1, until: "2027-01-21T05:59:00Z" }, "until", /at most 30 days/],
  ["a time without offset", { vrid: 1, until: "2026-11-21T23:00:00" }, "until", /offset from UTC/],
  ["a beginning in two years", { vrid: 1, begins_at: "2028-11-22T00:00:00Z", for: "1h" }, "begins_at", /within a year/],
];
for (const [name, body, key, message] of bad) {
  test(`refused: ${name}`, () => {
    const parsed = parseSilenceRequest(body, noon);
    assert.ok(!parsed.ok);
    assert.equal(parsed.error.key, key);
    assert.match(parsed.error.message, message);
  });
}

test("thirty days exactly are allowed, also where it begins later", () => {
  assert.ok(parseSilenceRequest({ vrid: 1, for: "30d" }, noon).ok);
  assert.ok(parseSilenceRequest({ vrid: 1, begins_at: "2027-06-01T00:00:00Z", for: "30d" }, noon).ok);
});

test("whatever is sent or stored, it is read or refused, and never thrown upon", () => {
  fc.assert(
    fc.property(fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true }), (value) => {
      parseSilenceRequest(value, noon);
      parseStored(value);
    }),
  );
});

test("what is stored is read back as it was", () => {
  const matchers = { segment: "a", interface: "eth0", vlan: 0, innerVlan: 7, family: "ipv4" as const, vrid: 255 };
  for (const fields of [
    {},
    { matchers, beginsAt: noon, endsBy: "length" as const, comment: '"\\', createdBy: "ann" },
    { createdAt: null },
  ]) {
    const silence = sampleSilence("3f9a12bc", noon, fields);
    assert.deepEqual(parseStored(JSON.parse(JSON.stringify(storedJson(silence)))), { ok: true, value: silence });
  }
});

test("a stored entry without id or end is refused", () => {
  const whole = storedJson(sampleSilence("3f9a12bc", noon));
  for (const key of ["id", "ends_at", "ends_by"]) {
    const { [key]: _, ...rest } = whole;
    assert.ok(!parseStored(rest).ok, key);
  }
  assert.ok(!parseStored({ ...whole, id: "../../etc" }).ok);
});
