import assert from "node:assert/strict";
import test, { after, before, describe } from "node:test";
import { mountSkip } from "../alerts/kill/disks.ts";
import { faults } from "../soak/list.ts";
import { overAll, play } from "../soak/run.ts";
import { Station } from "../soak/station.ts";
import { labSkip } from "./framework/requirements.ts";

/** The faults of `npm run soak` in their short form: what has to hold, and no judgement of what was measured. Its loads take too long here. */
describe("an agent under faults", { skip: labSkip("keepalived", "cc", "prlimit", "nsenter") || mountSkip() }, () => {
  let station: Station;
  before(async () => {
    station = await Station.create();
  });
  after(() => station?.close());

  for (const scenario of faults)
    test(`${scenario.name}: ${scenario.holds}`, async (t) => {
      const { facts, failure } = await play(scenario, station, "short");
      for (const { what, value } of facts) t.diagnostic(`${what}: ${value}`);
      assert.equal(failure, undefined);
    });

  test("ends with the process that it began with", (t) => {
    for (const { what, value } of overAll(station)) t.diagnostic(`${what}: ${value}`);
    station.isAlive();
  });
});
