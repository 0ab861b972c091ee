import assert from "node:assert/strict";
import { test } from "node:test";
import { instant, seconds, type WallTime, wallPlus } from "../../src/lib/time.ts";
import { MAX_SILENCES, silenceState } from "../../src/silences/silence.ts";
import { SilenceTable } from "../../src/silences/table.ts";
import { sampleSilence } from "../helpers/silences.ts";
import { noon } from "../metrics/sample.ts";

/** A table with one silence of an hour, and both clocks. */
function hour(endsBy: "length" | "time") {
  const table = new SilenceTable([]);
  table.add(sampleSilence("00000001", noon, { endsBy }), noon);
  let stepped = 0;
  const wallAt = (passed: number): WallTime => wallPlus(noon, seconds(passed + stepped));
  return {
    table,
    step: (by: number) => {
      stepped += by;
    },
    look: (passed: number) => table.look(wallAt(passed), instant(passed * 1e6)),
    state: (passed: number) => {
      table.look(wallAt(passed), instant(passed * 1e6));
      return table.stored().map((silence) => silenceState(silence, wallAt(passed)))[0];
    },
  };
}

for (const by of [3_600, -3_600, 86_400 * 365, -86_400 * 365]) {
  test(`an hour stays an hour when the clock is stepped by ${by} s in it`, () => {
    const { state, step } = hour("length");
    assert.equal(state(0), "active");
    step(by);
    assert.equal(state(1), "active");
    assert.equal(state(3_599), "active");
    assert.equal(state(3_601), "over");
  });
}

test("an end by the clock stays at its time of day, and holds again when a wrong clock is corrected", () => {
  const { state, step } = hour("time");
  assert.equal(state(0), "active");
  step(7_200);
  assert.equal(state(10), "over");
  step(-7_200);
  assert.equal(state(20), "active");
  assert.equal(state(3_601), "over");
});

test("a silence that began at once does not wait for its beginning when the clock is set back", () => {
  const { state, step } = hour("time");
  assert.equal(state(0), "active");
  step(-3_600);
  assert.equal(state(10), "active");
});

test("a clock that is slewed moves nothing", () => {
  const { look, step } = hour("length");
  look(0);
  step(0.9);
  assert.deepEqual(look(1), { step: 0, changed: false });
  step(0.9);
  assert.deepEqual(look(2), { step: 0, changed: false });
});

test("one that is over is shown for a day of running time, whatever the wall clock does meanwhile", () => {
  const { table, look, step } = hour("time");
  look(3_601);
  step(86_400 * 30);
  look(3_602);
  assert.equal(table.stored().length, 1);
  step(-86_400 * 30);
  assert.deepEqual(look(3_601 + 86_399), { step: seconds(-86_400 * 30), changed: false });
  assert.equal(look(3_601 + 86_400).changed, true);
  assert.equal(table.stored().length, 0);
});

test("a full table makes room by the one that has been over for longest, and refuses where none is", () => {
  const table = new SilenceTable([]);
  const later = wallPlus(noon, seconds(3_000));
  for (let n = 0; n < MAX_SILENCES; n++) {
    const endsAt = wallPlus(noon, seconds(n === 700 ? 1_000 : n === 500 ? 2_000 : 90_000));
    assert.ok(table.add(sampleSilence(n.toString(16).padStart(8, "0"), noon, { endsAt }), noon));
  }
  assert.ok(!table.add(sampleSilence("ffffffff", noon), noon));
  assert.ok(table.add(sampleSilence("fffffff0", noon), later));
  assert.ok(!table.has((700).toString(16).padStart(8, "0")));
  assert.ok(table.has((500).toString(16).padStart(8, "0")));
  assert.ok(table.add(sampleSilence("fffffff1", noon), later));
  assert.ok(!table.add(sampleSilence("fffffff2", noon), later));
  assert.equal(table.stored().length, MAX_SILENCES);
});

test("those of the configuration come first, are not stored, and cannot be removed", () => {
  const table = new SilenceTable([sampleSilence("config-0", noon, { source: "config" })]);
  table.add(sampleSilence("00000001", noon), noon);
  assert.deepEqual(
    table.all().map(({ id }) => id),
    ["config-0", "00000001"],
  );
  assert.deepEqual(
    table.stored().map(({ id }) => id),
    ["00000001"],
  );
  assert.ok(!table.remove("config-0"));
  assert.ok(table.isConfigured("config-0") && !table.isConfigured("00000001"));
});
