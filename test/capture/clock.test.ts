import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClocks } from "../../src/capture/clock.ts";
import { loadNative } from "../../src/capture/native.ts";

const epoch = 1_795_000_000_000_000;

test("the offset of a clock that counts milliseconds comes to rest near the truth and stays there", () => {
  let now = 123;
  const clocks = systemClocks(
    () => Math.floor((epoch + now) / 1_000),
    () => now,
  );
  for (let i = 0; i < 200; i++) {
    now += 7_013;
    clocks.realtimeOffset();
  }
  const settled = clocks.realtimeOffset();
  assert.ok(Math.abs(settled - epoch) < 200, `off by ${settled - epoch} us`);
  now += 50_000;
  assert.ok(Math.abs(clocks.realtimeOffset() - settled) < 200);
});

test("a stepped clock moves the offset at once", () => {
  let now = 0;
  let step = 0;
  const clocks = systemClocks(
    () => Math.floor((epoch + now + step) / 1_000),
    () => now,
  );
  clocks.realtimeOffset();
  step = 3_600_000_000;
  now = 1_000_000;
  assert.ok(Math.abs(clocks.realtimeOffset() - epoch - step) <= 1_000);
});

test("the addon's clocks agree with Node's", { skip: process.platform !== "linux" && "needs Linux" }, () => {
  const native = loadNative();
  const before = Number(process.hrtime.bigint() / 1_000n);
  const between = native.monotonicMicros();
  assert.ok(before <= between && between <= Number(process.hrtime.bigint() / 1_000n));
  const wall = Date.now() * 1_000;
  const ours = native.monotonicMicros() + native.realtimeOffset();
  assert.ok(ours >= wall && ours <= (Date.now() + 1) * 1_000);
});
