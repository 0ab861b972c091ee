import assert from "node:assert/strict";
import test, { after, before, describe } from "node:test";
import { assertShown, causeNow, now, raisedSince, untilCleared, untilRaised } from "./framework/conditions.ts";
import type { Instance, Keepalived } from "./framework/keepalived.ts";
import type { PairInstance } from "./framework/pair.ts";
import { labSkip } from "./framework/requirements.ts";
import { createTrio, routerOf, type Trio, untilSettled } from "./framework/trio.ts";

const skip = labSkip("keepalived", "tcpdump");
const interval = 0.5;
const outer: PairInstance = { name: "V171", vrid: 171, version: 3, interval, addresses: ["192.0.2.171/24"] };
const inner: PairInstance = { name: "V172", vrid: 172, version: 3, interval, addresses: ["192.0.2.172/24"] };
const instances = [outer, inner];
const routers = instances.map(routerOf);
const group = "vrrp_sync_group VG {\n    group {\n        V171\n        V172\n    }\n}";

/** The file of a group is on the disk of both nodes, and not loaded: each node is master of one of its members. */
describe("a sync group whose members are on different nodes", { skip }, () => {
  let trio: Trio;
  before(async () => {
    trio = await createTrio(instances);
  });
  after(() => trio?.lab.close());

  const of = (priorities: readonly [number, number]): Instance[] =>
    instances.map((instance, i) => ({ ...instance, priority: priorities[i] ?? 0 }));
  const write = (node: Keepalived, priorities: readonly [number, number]): void =>
    node.writeConfig(of(priorities), { globals: `vrrp_notify_fifo ${node.notifyFifo}\nvrrp_notify_priority_changes true`, blocks: group });

  test("is told by both nodes for each member, by nobody else, and over once the group is loaded", async () => {
    const { first, second, onA, onB, onM } = trio;
    first.reload(of([150, 100]));
    second.reload(of([100, 150]));
    await second.untilState("V172", "MASTER", 10_000);
    await first.untilState("V172", "BACKUP", 10_000);

    const written = now();
    write(first, [150, 150]);
    write(second, [100, 100]);
    for (const agent of [onA, onB])
      for (const router of routers) {
        const raised = await untilRaised(agent, "sync_group_split", router, written, 15_000);
        assert.equal(raised.cause, "members_differ");
        const here = agent === onA ? ["master", "backup"] : ["backup", "master"];
        assert.deepEqual(raised.evidence, { group: "VG", states: { V171: here[0], V172: here[1] } });
        await assertShown(agent, "sync_group_split", router, written);
      }

    const loaded = now();
    first.reload();
    second.reload();
    for (const agent of [onA, onB]) for (const router of routers) await untilCleared(agent, "sync_group_split", router, loaded, 30_000);
    await untilSettled(trio, instances);
    for (const router of routers) {
      for (const agent of [onA, onB]) assert.equal(await causeNow(agent, "sync_group_split", router), undefined);
      assert.ok(!(await raisedSince(onM, router, written)).includes("sync_group_split"));
    }
  });
});
