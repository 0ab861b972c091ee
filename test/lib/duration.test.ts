import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { formatDuration, longestDuration, parseDuration } from "../../src/lib/duration.ts";
import { micros } from "../../src/lib/time.ts";

const read: ReadonlyArray<readonly [string, number]> = [
  ["0s", 0],
  ["1us", 1],
  ["500ms", 500_000],
  ["1s", 1_000_000],
  ["1.5s", 1_500_000],
  ["0.000001s", 1],
  ["5m", 300_000_000],
  ["4h", 14_400_000_000],
  ["2d", 172_800_000_000],
];

for (const [text, length] of read) {
  test(`${text} is ${length} microseconds`, () => assert.deepEqual(parseDuration(text), { ok: true, value: length }));
}

test("what is no duration is refused with an example", () => {
  for (const text of ["", "s", "5", "1 s", "-1s", "+1s", "1S", "1s ", "1e3s", ".5s", "5.s", "1h30m", "9999999999999999s", "4000d", "∞s"]) {
    const result = parseDuration(text);
    assert.ok(!result.ok && result.error.length > 10, text);
  }
});

test("every duration survives the way to text and back", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: longestDuration }), (length) => {
      // A number of microseconds has up to fifteen digits; the parser reads twelve, which no configuration needs more than.
      const text = formatDuration(micros(length));
      if (/^\d{1,12}\D/.test(text)) assert.deepEqual(parseDuration(text), { ok: true, value: length });
    }),
  );
});
