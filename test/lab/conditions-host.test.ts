import assert from "node:assert/strict";
import test, { after, before, describe } from "node:test";
import {
  assertClearedInTime,
  assertRaised,
  assertRaisedInTime,
  assertShown,
  causeNow,
  now,
  SCHEDULING,
  untilCleared,
  untilQuiet,
  untilRaised,
} from "./framework/conditions.ts";
import { dropAdverts, passAdverts } from "./framework/firewall.ts";
import type { PairInstance } from "./framework/pair.ts";
import { labSkip } from "./framework/requirements.ts";
import { advertsOf, createTrio, firstAdvertOf, routerOf, type Trio, untilSettled, untilStates } from "./framework/trio.ts";
import { waitFor } from "./framework/wait.ts";

const skip = labSkip("keepalived", "nft", "tcpdump");
const interval = 0.5;
const V4 = "192.0.2.111";
const ipv4: PairInstance = { name: "V111", vrid: 111, version: 3, interval, addresses: [`${V4}/24`] };
const ipv6: PairInstance = { name: "V112", vrid: 112, version: 3, interval, addresses: ["fe80::112/64", "2001:db8:1::112/64"] };
const instances = [ipv4, ipv6];
const routers = instances.map(routerOf);
const router = routerOf(ipv4);
/** The graces of what waits for an administrator are short here; and the master changes more often than in any five minutes of a real pair. */
const config = 'conditions: {config_drift: {grace: "1s"}, keepalived_down: {grace: "1s"}, flapping: {changes: 100}}';
/** Intervals until nobody can still be master: the master-down time of priority 1. */
const MASTER_DOWN_OF_ONE = 3 + 255 / 256;

/** What befalls a whole host, one thing after the other. */
describe("two nodes, their switch and their processes", { skip }, () => {
  let trio: Trio;
  before(async () => {
    trio = await createTrio(instances, { config });
  });
  after(() => trio?.lab.close());

  const untilAllQuiet = async (): Promise<void> => {
    await untilSettled(trio, instances);
    for (const each of routers) await untilQuiet(trio.agents, each, 15_000);
  };
  async function untilBothHold(): Promise<void> {
    await untilStates(trio.second, instances, "MASTER");
    await waitFor("both to hold the address", async () => (await trio.a.holds(V4)) && (await trio.b.holds(V4)), { within: 3_000 });
    for (const { name } of instances) assert.equal(trio.first.stateOf(name), "MASTER");
  }
  /** b hears nobody of the IPv4 virtual router, and becomes master beside a. */
  async function split(): Promise<number> {
    const since = now();
    await dropAdverts(trio.b, "input", ipv4.vrid);
    await trio.second.untilState(ipv4.name, "MASTER", 8_000);
    for (const agent of trio.agents) await untilRaised(agent, "split_brain", router, since);
    return since;
  }

  test("a switch that keeps the nodes apart is a split brain for who hears both, and for nobody else", async (t) => {
    const since = now();
    await Promise.all([trio.a.isolate(true), trio.b.isolate(true)]);
    await untilBothHold();
    const first = await firstAdvertOf(trio, "b", ipv4.vrid, since);
    const limit = { from: first.at, interval, intervals: 3.5, slack: 20_000 };
    for (const each of routers) await assertRaisedInTime(t, [trio.onM], "split_brain", each, since, limit);
    await assertShown(trio.onM, "split_brain", router, since);
    await trio.recorder.more(16, 15_000);
    const cause = await causeNow(trio.onM, "split_brain", router);
    assert.ok(cause === "partition" || cause === "unknown", `cause ${cause}`);
    await Promise.all([trio.a.isolate(false), trio.b.isolate(false)]);
    const healed = now();
    const end = { from: healed, interval, intervals: 2, slack: SCHEDULING };
    for (const each of routers) await assertClearedInTime(t, [trio.onM], "split_brain", each, since, end);
    await untilAllQuiet();
    for (const each of routers) {
      // b announces itself beside a, which is the same story.
      await assertRaised(trio.onM, each, since, ["split_brain"], ["vip_arp_stale"]);
      // At its end b may announce itself once more after a has answered it.
      for (const agent of [trio.onA, trio.onB]) await assertRaised(agent, each, since, [], ["vip_arp_stale"]);
    }
  });

  test("a partition that puts a node on a switch of its own is no split brain for anybody, also not at its end", async () => {
    const since = now();
    await trio.lab.addSwitch("br1");
    await trio.b.plugInto("br1");
    await untilBothHold();
    await trio.recorder.more(8, 15_000);
    for (const agent of trio.agents) for (const each of routers) await assertRaised(agent, each, since, []);
    await trio.b.plugInto("br0");
    await untilAllQuiet();
    await trio.recorder.more(8, 15_000);
    for (const agent of trio.agents) for (const each of routers) await assertRaised(agent, each, since, [], ["vip_arp_stale"]);
  });

  test("the death of the better of two masters ends the split at the master-down time of priority 1, and its host has the address left", async (t) => {
    const since = await split();
    const killed = now();
    await trio.first.crash();
    const heard = [trio.onB, trio.onM];
    for (const agent of trio.agents) await untilCleared(agent, "split_brain", router, killed);
    const last = advertsOf(trio, "a", ipv4.vrid, since).at(-1);
    assert.ok(last !== undefined);
    const limit = { from: last.at, interval, intervals: MASTER_DOWN_OF_ONE, slack: 25_000 };
    await assertClearedInTime(t, heard, "split_brain", router, killed, limit);
    for (const each of routers) {
      for (const condition of ["keepalived_down", "backup_with_vip"]) {
        const raised = await untilRaised(trio.onA, condition, each, killed);
        t.diagnostic(`${condition} of VRID ${each.vrid} after ${raised.at}, ${raised.cause}`);
        await assertShown(trio.onA, condition, each, killed);
      }
    }
    assert.ok(await trio.a.holds(V4));
    await passAdverts(trio.b, "input", ipv4.vrid);
    await trio.first.start();
    for (const each of routers)
      for (const condition of ["keepalived_down", "backup_with_vip"]) await untilCleared(trio.onA, condition, each, killed);
    await untilAllQuiet();
    for (const each of routers) {
      await assertRaised(trio.onA, each, killed, ["keepalived_down", "backup_with_vip"], ["vip_arp_stale"]);
      for (const agent of heard) await assertRaised(agent, each, killed, []);
    }
  });

  test("so does the death of the lesser one", async (t) => {
    const since = await split();
    const killed = now();
    await trio.second.crash();
    for (const agent of [trio.onA, trio.onM]) await untilCleared(agent, "split_brain", router, killed);
    const last = advertsOf(trio, "b", ipv4.vrid, since).at(-1);
    assert.ok(last !== undefined);
    const limit = { from: last.at, interval, intervals: MASTER_DOWN_OF_ONE, slack: 25_000 };
    await assertClearedInTime(t, [trio.onA, trio.onM], "split_brain", router, killed, limit);
    await untilRaised(trio.onB, "keepalived_down", router, killed);
    await untilRaised(trio.onB, "backup_with_vip", router, killed);
    await passAdverts(trio.b, "input", ipv4.vrid);
    await trio.second.start();
    await untilAllQuiet();
    for (const agent of [trio.onA, trio.onM]) await assertRaised(agent, router, killed, [], ["vip_arp_stale"]);
    await assertRaised(trio.onB, router, killed, ["keepalived_down", "backup_with_vip"], ["vip_arp_stale"]);
  });

  test("an administrator who stops keepalived has it down on that node, until it is started", async (t) => {
    const since = now();
    await trio.first.stop();
    for (const each of routers) await untilRaised(trio.onA, "keepalived_down", each, since);
    await assertShown(trio.onA, "keepalived_down", router, since);
    t.diagnostic(`cause ${await causeNow(trio.onA, "keepalived_down", router)}`);
    await untilStates(trio.second, instances, "MASTER");
    await trio.first.start();
    for (const each of routers) await untilCleared(trio.onA, "keepalived_down", each, since);
    await untilAllQuiet();
    for (const each of routers) {
      await assertRaised(trio.onA, each, since, ["keepalived_down"]);
      for (const agent of [trio.onB, trio.onM]) await assertRaised(agent, each, since, []);
    }
  });

  test("a configuration that was edited and not loaded is told on that node, until the reload", async () => {
    const since = now();
    const edited = instances.map((one) => ({ ...one, priority: 151 }));
    trio.first.writeConfig(edited);
    await untilRaised(trio.onA, "config_drift", router, since);
    await assertShown(trio.onA, "config_drift", router, since);
    trio.first.reload(edited);
    await untilCleared(trio.onA, "config_drift", router, since);
    await untilAllQuiet();
    await assertRaised(trio.onA, router, since, ["config_drift"]);
    for (const agent of [trio.onB, trio.onM]) await assertRaised(agent, router, since, []);
  });
});
