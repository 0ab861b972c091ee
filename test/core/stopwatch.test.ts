import assert from "node:assert/strict";
import { test } from "node:test";
import { Stopwatch } from "../../src/core/stopwatch.ts";
import { instant } from "../../src/lib/time.ts";

test("what was told is not taken back where it turns out to have ended before, and not added either", () => {
  const watch = new Stopwatch();
  watch.set(true, instant(1_000));
  assert.equal(watch.total(instant(2_500)), 1_500);
  watch.set(false, instant(2_000));
  assert.equal(watch.total(instant(2_600)), 1_500);
  watch.set(true, instant(3_000));
  assert.equal(watch.total(instant(3_100)), 1_500);
  assert.equal(watch.total(instant(4_000)), 2_000);
});
