import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseRfc3339 } from "../../src/lib/rfc3339.ts";
import { rfc3339, wallTime } from "../../src/lib/time.ts";

for (const [text, utc] of [
  ["2026-11-21T22:00:00Z", "2026-11-21T22:00:00.000000Z"],
  ["2026-11-21t22:00:00z", "2026-11-21T22:00:00.000000Z"],
  ["2026-11-21T22:00:00+01:00", "2026-11-21T21:00:00.000000Z"],
  ["2026-11-21T22:00:00-05:30", "2026-11-22T03:30:00.000000Z"],
  ["2026-11-21T22:00:00.5Z", "2026-11-21T22:00:00.500000Z"],
  ["2026-11-21T22:00:00.123456789Z", "2026-11-21T22:00:00.123456Z"],
  ["2028-02-29T00:00:00Z", "2028-02-29T00:00:00.000000Z"],
] as const) {
  test(`${text} is ${utc}`, () => {
    const parsed = parseRfc3339(text);
    assert.ok(parsed.ok);
    assert.equal(rfc3339(parsed.value), utc);
  });
}

for (const [text, problem] of [
  ["", /not a time: write 2026/],
  ["tomorrow", /not a time/],
  ["2026-11-21", /needs date, seconds and an offset from UTC/],
  ["2026-11-21 22:00", /needs date, seconds and an offset/],
  ["2026-11-21T22:00:00", /needs date, seconds and an offset/],
  ["2026-02-30T00:00:00Z", /no such date or time/],
  ["2026-13-01T00:00:00Z", /no such date or time/],
  ["2026-11-21T24:00:00Z", /no such date or time/],
  ["2026-11-21T23:60:00Z", /no such date or time/],
  ["2026-11-21T22:00:00+24:00", /no such offset/],
  ["2026-11-21T22:00:00+01:60", /no such offset/],
  ["1795240800", /not a time/],
] as const) {
  test(`"${text}" is refused`, () => {
    const parsed = parseRfc3339(text);
    assert.ok(!parsed.ok);
    assert.match(parsed.error, problem);
  });
}

test("what rfc3339 writes is read back to the microsecond", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_000_000_000_000_000 }), (us) => {
      assert.deepEqual(parseRfc3339(rfc3339(wallTime(us))), { ok: true, value: us });
    }),
  );
});
