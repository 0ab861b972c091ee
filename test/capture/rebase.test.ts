import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { StampRebase } from "../../src/capture/rebase.ts";

const second = 1_000_000;
const hour = 3_600 * second;
const epoch = 1_795_000_000 * second;

test("a stamp becomes the instant at which it was made", () => {
  const rebase = new StampRebase(100 * second, epoch);
  rebase.advance(101 * second, epoch);
  assert.equal(rebase.instantOf(epoch + 100.5 * second), 100.5 * second);
});

for (const [name, step] of [
  ["an hour forwards", hour],
  ["an hour backwards", -hour],
  ["half a second forwards", second / 2],
  ["half a second backwards", -second / 2],
] as const) {
  test(`frames from before and after a step of the clock by ${name} keep their distance`, () => {
    const rebase = new StampRebase(100 * second, epoch);
    rebase.advance(101 * second, epoch);
    const now = 101.02 * second;
    rebase.advance(now, epoch + step);
    // Stamped 10 ms before now with the clock of before the step, and 5 ms before now with the one after it.
    assert.equal(rebase.instantOf(epoch + now - 10_000), now - 10_000);
    assert.equal(rebase.instantOf(epoch + step + now - 5_000), now - 5_000);
  });
}

test("a frame that lay in an open block over the drain that noticed the step is placed right in the next", () => {
  const rebase = new StampRebase(100 * second, epoch);
  rebase.advance(101 * second, epoch + hour);
  rebase.advance(101 * second + 4_000, epoch + hour);
  assert.equal(rebase.instantOf(epoch + 101 * second - 1_000), 101 * second - 1_000);
});

test("a stamp that fits no clock counts as just arrived", () => {
  const rebase = new StampRebase(100 * second, epoch);
  rebase.advance(101 * second, epoch);
  assert.equal(rebase.instantOf(epoch + 500 * second), 101 * second);
  rebase.advance(101 * second, epoch + hour);
  assert.equal(rebase.instantOf(epoch - 500 * second), 101 * second);
});

test("frames that waited while the loop was blocked keep their instants over any number of reads", () => {
  const rebase = new StampRebase(100 * second, epoch);
  rebase.drained(100 * second);
  for (let read = 1; read <= 5; read++) {
    rebase.advance(101.2 * second + read * 10_000, epoch);
    for (const at of [100.1, 100.5, 101.1]) assert.equal(rebase.instantOf(epoch + at * second), at * second);
  }
});

test("frames that waited over a step of the clock keep their instants over any number of reads", () => {
  const rebase = new StampRebase(100 * second, epoch);
  rebase.drained(100 * second);
  for (let read = 1; read <= 9; read++) {
    rebase.advance(101.2 * second + read * 10_000, epoch + hour);
    for (const at of [100.1, 100.5, 101.1]) {
      assert.equal(rebase.instantOf(epoch + at * second), at * second);
      assert.equal(rebase.instantOf(epoch + hour + at * second), at * second);
    }
  }
});

test("a step is over once the ring has been empty some time after it", () => {
  const rebase = new StampRebase(100 * second, epoch);
  rebase.advance(101 * second, epoch + second);
  rebase.drained(101.1 * second);
  rebase.advance(103 * second, epoch + second);
  assert.equal(rebase.instantOf(epoch + second + 101 * second), 101 * second);
});

test("a slewed clock never looks like a step", () => {
  const rebase = new StampRebase(0, epoch);
  let offset = epoch;
  for (let now = second; now < 600 * second; now += second) {
    offset += 500; // 500 parts in a million: the most that a time daemon slews
    rebase.advance(now, offset);
    assert.equal(rebase.instantOf(offset + now - 100_000), now - 100_000);
  }
});

test("whatever the clock does, an instant is never later than now, and right to the microsecond while it does nothing", () => {
  const moves = fc.array(
    fc.record({
      pause: fc.integer({ min: 0, max: 2 * second }),
      step: fc.oneof(fc.constant(0), fc.integer({ min: -hour, max: hour })),
      age: fc.integer({ min: 0, max: hour }),
      empty: fc.boolean(),
    }),
  );
  fc.assert(
    fc.property(moves, (all) => {
      let now = 0;
      let offset = epoch;
      let stepped = false;
      let empty = 0;
      const rebase = new StampRebase(now, offset);
      for (const { pause, step, age, empty: isEmpty } of all) {
        now += pause;
        offset += step;
        const steps = Math.abs(step) > 2_000;
        stepped ||= steps;
        rebase.advance(now, offset);
        const at = rebase.instantOf(offset + now - age);
        assert.ok(at <= now);
        if (!stepped) assert.equal(at, now - age);
        else if (steps) assert.ok(at >= empty - 50_000);
        if (isEmpty) {
          rebase.drained(now);
          empty = now;
        }
      }
    }),
  );
});
