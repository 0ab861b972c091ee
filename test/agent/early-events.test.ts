import assert from "node:assert/strict";
import { test } from "node:test";
import { EarlyEvents } from "../../src/agent/early-events.ts";
import type { Event } from "../../src/core/events.ts";
import { instant } from "../../src/lib/time.ts";
import { noon } from "../metrics/sample.ts";

const common = { at: instant(0), wall: noon, router: { interface: "eth0", family: "ipv4", vrid: 51 } } as const;

const change = (to: string): Event => ({
  ...common,
  kind: "master_changed",
  from: null,
  to,
  reason: "preempted",
  gap: null,
  inevitable: null,
});

test("what happens early is kept in its order, and what finds no room is counted, and told of once", () => {
  let full = 0;
  const early = new EarlyEvents(2, () => {
    full += 1;
  });
  const events = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"].map(change);
  for (const event of events) early.add(event);
  assert.deepEqual(early.kept, events.slice(0, 2));
  assert.deepEqual([early.lost, full], [2, 1]);
  early.clear();
  assert.deepEqual([early.kept, early.lost], [[], 2]);
});

test("what is nobody's business takes no room", () => {
  const early = new EarlyEvents(1, () => assert.fail("it is full"));
  for (let priority = 1; priority < 10; priority += 1)
    early.add({ ...common, kind: "priority_changed", sender: "192.0.2.1", from: priority, to: priority + 1 });
  early.add(change("192.0.2.1"));
  assert.equal(early.kept.length, 1);
  assert.equal(early.lost, 0);
});
