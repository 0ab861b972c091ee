import assert from "node:assert/strict";
import { test } from "node:test";
import { ConditionBoard } from "../../../src/core/conditions/board.ts";
import { Scenario } from "../../helpers/scenario.ts";

function board(scenario: Scenario): ConditionBoard {
  const conditions = scenario.engine.snapshot().host.routers[0]?.conditions;
  assert.ok(conditions instanceof ConditionBoard);
  return conditions;
}

test("a virtual router of which nothing is wrong is not judged again by time alone", () => {
  const scenario = new Scenario().adverts(0, 5_000, "192.0.2.11", 150);
  assert.equal(board(scenario).deadline, undefined);
});

test("a backup that resigned and agrees with the master needs no time either", () => {
  const scenario = new Scenario()
    .adverts(0, 5_000, "192.0.2.11", 150)
    .advert(5_100, "192.0.2.12", 0)
    .adverts(6_000, 9_000, "192.0.2.11", 150);
  assert.equal(board(scenario).deadline, undefined);
});

test("who differs from the master and falls silent is compared for ten minutes, and the condition ends then", () => {
  const scenario = new Scenario()
    .adverts(0, 3_000, "192.0.2.11", 150)
    .advert(3_500, "192.0.2.12", 0, { auth: "simple", version: 2 })
    .adverts(4_000, 700_000, "192.0.2.11", 150);
  const lines = scenario.trace().filter((line) => line.endsWith("version_mismatch"));
  assert.deepEqual(lines, ["3500 condition_raised version_mismatch", "603500 condition_cleared version_mismatch"]);
  assert.equal(board(scenario).deadline, undefined);
});

test("two routers of one priority are compared for ten minutes, and the condition ends then", () => {
  const scenario = new Scenario()
    .adverts(0, 3_000, "192.0.2.12", 100)
    .advert(3_010, "192.0.2.11", 100)
    .adverts(4_000, 700_000, "192.0.2.12", 100);
  const lines = scenario.trace().filter((line) => line.endsWith("equal_priority"));
  assert.deepEqual(lines, ["3010 condition_raised equal_priority", "603010 condition_cleared equal_priority"]);
});
