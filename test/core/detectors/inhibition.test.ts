import assert from "node:assert/strict";
import { test } from "node:test";
import type { ConditionName } from "../../../src/core/events.ts";
import { added, configured, ended, held, host, instance, notify, VIP } from "../host/facts.ts";
import { Timeline } from "./case.ts";

const A = "192.0.2.7";
const B = "192.0.2.8";
const ours = "192.0.2.1";
const own = { direction: "out" } as const;

/** What is raised at the end, each with whose consequence it is. */
const standing = (t: Timeline): Record<string, string | null> =>
  Object.fromEntries(
    (t.engine.snapshot().host.routers.find(({ id }) => id.vrid === 51)?.conditions.active ?? []).map(({ condition, inhibitedBy }) => [
      condition,
      inhibitedBy,
    ]),
  );

const stories: readonly {
  readonly name: string;
  readonly run: (t: Timeline) => unknown;
  readonly expected: Partial<Record<ConditionName, ConditionName | null>>;
}[] = [
  {
    name: "a mismatch that explains a split brain is its cause, not a second story",
    run: (t) => {
      t.adverts(0, 8_000, A, 150).advert(8_025, B, 100, { addresses: [VIP, "192.0.2.101"] });
      t.adverts(9_025, 12_025, A, 150);
    },
    expected: { split_brain: null, address_mismatch: "split_brain" },
  },
  {
    name: "two clusters under one number are why their adverts come late",
    run: (t) => {
      t.adverts(0, 8_000, A, 150)
        .advert(10_600, A, 150)
        .advert(10_700, B, 100, { addresses: ["192.0.2.200"] });
    },
    expected: { slow_adverts: "vrid_conflict", vrid_conflict: null },
  },
  {
    name: "a filter on this host explains what its keepalived and the wire contradict each other about",
    run: (t) => {
      host(t)
        .fact(100, added(held(2, VIP)))
        .fact(101, notify("master", 100));
      t.adverts(102, 2_102, ours, 100, own).adverts(5_700, 20_700, B, 90);
    },
    expected: { split_brain: null, local_send_blocked: "split_brain", state_inconsistent: "split_brain" },
  },
  {
    name: "a missing address comes before the contradiction that it makes",
    run: (t) => host(t).adverts(0, 1_000, A, 150).fact(1_500, notify("master", 100)).adverts(2_000, 4_000, A, 150),
    expected: { master_without_vip: null },
  },
  {
    name: "a keepalived that is down has left its address, and both are stories of their own",
    run: (t) =>
      host(t)
        .fact(100, added(held(2, VIP)))
        .fact(101, notify("master", 100))
        .fact(1_000, ended(-10_000))
        .idle(20_000),
    expected: { backup_with_vip: null, keepalived_down: null },
  },
  {
    name: "a listener that does not hear what keepalived hears misses no master",
    run: (t) => host(t).fact(50, notify("backup", 100)).adverts(100, 4_100, A, 150).idle(60_000),
    expected: { capture_blind: null, no_master: "capture_blind" },
  },
];

for (const { name, run, expected } of stories)
  test(name, () => {
    const t = new Timeline();
    run(t);
    assert.deepEqual(standing(t), expected);
  });

test("a consequence is a story of its own once its cause is gone", () => {
  const t = new Timeline().adverts(0, 8_000, A, 150).advert(8_025, B, 100, { addresses: [VIP, "192.0.2.101"] });
  t.adverts(9_025, 12_025, A, 150).advert(12_500, B, 0, { addresses: [VIP, "192.0.2.101"] });
  assert.deepEqual(standing(t), { address_mismatch: null });
});

test("a keepalived that is down takes the story of its sync group along", () => {
  const inner = instance({ name: "VI_2", interface: "eth1", vrid: 52 });
  const t = host(new Timeline()).fact(10, configured([instance(), inner], { syncGroups: [{ name: "G", members: ["VI_1", "VI_2"] }] }));
  t.fact(100, notify("master", 100))
    .fact(101, notify("backup", 100, { name: "VI_2" }))
    .idle(8_000)
    .fact(9_000, ended(-10_000))
    .idle(20_000);
  assert.deepEqual(standing(t), { keepalived_down: null });
});
