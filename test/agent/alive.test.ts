import assert from "node:assert/strict";
import { test } from "node:test";
import { isAlive, type Vitals, wantedInterfaces } from "../../src/agent/alive.ts";
import { instant } from "../../src/lib/time.ts";

const vitals: Vitals = { now: instant(10_000_000), judgedUntil: instant(9_900_000), captured: ["eth0", "eth1"], wanted: new Set(["eth1"]) };

for (const [what, more, alive] of [
  ["captures where a virtual router is", {}, true],
  ["captures one of several interfaces with virtual routers", { wanted: new Set(["eth1", "eth2"]) }, true],
  ["captures only where none is", { captured: ["eth0"] }, false],
  ["captures nothing", { captured: [] }, false],
  ["captures anything while no virtual router is known", { wanted: new Set<string>() }, true],
  ["captures nothing while no virtual router is known", { captured: [], wanted: new Set<string>() }, false],
  ["judged 5 s ago", { judgedUntil: instant(5_000_000) }, true],
  ["judged longer ago than that", { judgedUntil: instant(4_999_999) }, false],
  ["has never judged", { judgedUntil: instant(Number.NEGATIVE_INFINITY) }, false],
] as const)
  test(`an agent that ${what} is ${alive ? "alive" : "not alive"}`, () => assert.equal(isAlive({ ...vitals, ...more }), alive));

test("virtual routers are where they were heard, and where either configuration expects them", () => {
  const wanted = wantedInterfaces({
    routers: [{ id: { interface: "eth0" } }, { id: { interface: null } }, { id: { interface: "eth0" } }],
    expected: [{ interface: "eth1" }, {}],
    instances: [{ interface: "eth2" }],
  });
  assert.deepEqual([...wanted], ["eth0", "eth1", "eth2"]);
});
