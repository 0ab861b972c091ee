import assert from "node:assert/strict";
import test, { after, before, describe, type TestContext } from "node:test";
import { eventTime } from "./framework/changes.ts";
import {
  assertClearedInTime,
  assertInTime,
  assertRaised,
  assertRaisedInTime,
  assertShown,
  causeNow,
  now,
  raisedSince,
  SCHEDULING,
  untilCause,
  untilCleared,
  untilQuiet,
  untilRaised,
} from "./framework/conditions.ts";
import { dropAdverts, passAdverts } from "./framework/firewall.ts";
import type { Instance } from "./framework/keepalived.ts";
import type { Watched } from "./framework/pair.ts";
import { labSkip } from "./framework/requirements.ts";
import { advertsOf, createTrio, firstAdvertOf, routerOf, type Trio } from "./framework/trio.ts";
import { waitFor } from "./framework/wait.ts";

const skip = labSkip("keepalived", "nft", "tcpdump");
const one = (vrid: number, interval: number): Omit<Instance, "priority"> & { vip: string } => ({
  name: `V${vrid}`,
  vrid,
  version: 3,
  interval,
  addresses: [`192.0.2.${vrid}/24`],
  vip: `192.0.2.${vrid}`,
});
const inputSlow = one(101, 1);
const inputFast = one(102, 0.1);
const outputSlow = one(103, 1);
const outputFast = one(104, 0.1);
const bothWays = one(105, 0.5);
const bothNodes = one(106, 0.5);
const loneMaster = one(107, 0.5);
const instances = [inputSlow, inputFast, outputSlow, outputFast, bothWays, bothNodes, loneMaster];
/** What nobody on the wire may say of a split: the cause is on another host, or there is another one. */
const OF_A_HOST = ["local_receive_blocked", "local_send_blocked"];

/** Each scenario has a virtual router of its own and a firewall rule for that one only, so that all of them run at once. */
describe("nodes whose firewall drops adverts", { skip, concurrency: true }, () => {
  let trio: Trio;
  before(async () => {
    trio = await createTrio(instances);
  });
  after(() => trio?.lab.close());

  /** Waits until keepalived says that b is master beside a, and both hold the address. */
  async function untilBothHold({ name, vip, interval }: typeof inputSlow): Promise<void> {
    await trio.second.untilState(name, "MASTER", interval * 4_000 + 3_000);
    await waitFor("both to hold the address", async () => (await trio.b.holds(vip)) && (await trio.a.holds(vip)), { within: 3_000 });
    assert.equal(trio.first.stateOf(name), "MASTER");
  }

  /** The split is over within 2 intervals of the first advert of the better one that the other could hear. `healed`: when the rule was gone. */
  async function assertHealed(t: TestContext, router: Watched, since: number, healed: number, interval: number): Promise<void> {
    const heard = await firstAdvertOf(trio, "a", router.vrid, healed);
    t.diagnostic(`heard ${((heard.at - healed) / 1e6 / interval).toFixed(2)} intervals after the rule was gone`);
    await assertClearedInTime(t, trio.agents, "split_brain", router, since, { from: heard.at, interval, intervals: 2, slack: 20_000 });
  }

  for (const instance of [inputSlow, inputFast]) {
    const { vrid, interval } = instance;
    const router = routerOf(instance);

    test(`input dropped on the backup is a split brain for all three, at an interval of ${interval} s, and b knows why`, async (t) => {
      const since = now();
      await dropAdverts(trio.b, "input", vrid);
      await untilBothHold(instance);
      const first = await firstAdvertOf(trio, "b", vrid, since);
      const limit = { from: first.at, interval, intervals: 3.5, slack: 20_000 };
      await assertRaisedInTime(t, trio.agents, "split_brain", router, since, limit);
      for (const agent of trio.agents) await assertShown(agent, "split_brain", router, first.at);
      await untilRaised(trio.onB, "local_receive_blocked", router, since);
      await trio.recorder.more(Math.ceil(4 / interval), 15_000);
      const causes = await Promise.all(trio.agents.map((agent) => causeNow(agent, "split_brain", router)));
      t.diagnostic(`causes now: a ${causes[0]}, b ${causes[1]}, m ${causes[2]}`);
      assert.equal(causes[1], "local_receive_blocked");
      for (const cause of [causes[0], causes[2]]) assert.ok(!OF_A_HOST.includes(cause ?? ""), `${cause} is b's affair`);
      const healed = await passAdverts(trio.b, "input", vrid);
      await assertHealed(t, router, since, healed, interval);
      await trio.second.untilState(instance.name, "BACKUP", 2_000);
      await untilQuiet(trio.agents, router, 12_000);
      await assertRaised(trio.onA, router, since, ["split_brain"]);
      await assertRaised(trio.onB, router, since, ["split_brain", "local_receive_blocked"], ["state_inconsistent"]);
      await assertRaised(trio.onM, router, since, ["split_brain"]);
    });
  }

  for (const instance of [outputSlow, outputFast]) {
    const { vrid, interval } = instance;
    const router = routerOf(instance);

    test(`output dropped on the master is known on that node, at an interval of ${interval} s, and the others say nothing false`, async (t) => {
      const since = now();
      await dropAdverts(trio.a, "output", vrid);
      await untilBothHold(instance);
      assert.deepEqual(
        advertsOf(trio, "a", vrid, since + interval * 1.5e6).map(({ at }) => at),
        [],
        "nothing of a leaves",
      );
      const first = await firstAdvertOf(trio, "b", vrid, since);
      const limit = { from: first.at, interval, intervals: 3.5, slack: SCHEDULING };
      for (const condition of ["local_send_blocked", "split_brain"])
        await assertRaisedInTime(t, [trio.onA], condition, router, since, limit);
      await trio.recorder.more(Math.ceil(4 / interval), 15_000);
      await assertShown(trio.onA, "local_send_blocked", router, since);
      await untilCause(trio.onA, "split_brain", router, "local_send_blocked");
      await passAdverts(trio.a, "output", vrid);
      await trio.second.untilState(instance.name, "BACKUP", 5_000);
      await untilCleared(trio.onA, "local_send_blocked", router, since);
      await untilQuiet(trio.agents, router, 15_000);
      await assertRaised(trio.onA, router, since, ["local_send_blocked", "split_brain"], ["state_inconsistent", "vip_arp_stale"]);
      // a's announcements pass its own firewall, so that its second claim is on the wire: true, where an agent says so.
      for (const agent of [trio.onB, trio.onM]) await assertRaised(agent, router, since, [], ["vip_arp_stale", "split_brain"]);
      for (const agent of [trio.onB, trio.onM]) t.diagnostic(`${agent.host.name} raised: ${await raisedSince(agent, router, since)}`);
    });
  }

  test("input and output dropped on the master is known on that node, and the others see a takeover", async (t) => {
    const [{ vrid }, router, since] = [bothWays, routerOf(bothWays), now()];
    await Promise.all([dropAdverts(trio.a, "output", vrid), dropAdverts(trio.a, "input", vrid)]);
    await untilBothHold(bothWays);
    await untilRaised(trio.onA, "local_send_blocked", router, since);
    await trio.recorder.more(8, 15_000);
    t.diagnostic(`a: split_brain cause ${await causeNow(trio.onA, "split_brain", router)}`);
    await Promise.all([passAdverts(trio.a, "output", vrid), passAdverts(trio.a, "input", vrid)]);
    await trio.second.untilState(bothWays.name, "BACKUP", 5_000);
    await untilQuiet(trio.agents, router, 15_000);
    await assertRaised(trio.onA, router, since, ["local_send_blocked"], ["split_brain", "state_inconsistent", "vip_arp_stale"]);
    for (const agent of [trio.onB, trio.onM]) await assertRaised(agent, router, since, [], ["vip_arp_stale"]);
  });

  test("input dropped on both nodes is a split brain for all three, and b knows its own part", async (t) => {
    const [{ vrid, interval }, router, since] = [bothNodes, routerOf(bothNodes), now()];
    await Promise.all([dropAdverts(trio.a, "input", vrid), dropAdverts(trio.b, "input", vrid)]);
    await untilBothHold(bothNodes);
    const first = await firstAdvertOf(trio, "b", vrid, since);
    const limit = { from: first.at, interval, intervals: 3.5, slack: 20_000 };
    await assertRaisedInTime(t, trio.agents, "split_brain", router, since, limit);
    await trio.recorder.more(8, 15_000);
    await untilCause(trio.onB, "split_brain", router, "local_receive_blocked");
    const healed = Math.max(...(await Promise.all([passAdverts(trio.a, "input", vrid), passAdverts(trio.b, "input", vrid)])));
    await assertHealed(t, router, since, healed, interval);
    await untilQuiet(trio.agents, router, 12_000);
    // a outranks b, so that a's silence about b's adverts is no contradiction; its missing answers may be.
    await assertRaised(trio.onA, router, since, ["split_brain"], ["local_receive_blocked"]);
    await assertRaised(trio.onB, router, since, ["split_brain", "local_receive_blocked"], ["state_inconsistent"]);
    await assertRaised(trio.onM, router, since, ["split_brain"]);
  });

  test("one of two masters falling silent for good ends the split at the master-down time of priority 1", async (t) => {
    const [{ vrid, interval, name }, router, since] = [loneMaster, routerOf(loneMaster), now()];
    await dropAdverts(trio.b, "input", vrid);
    await untilBothHold(loneMaster);
    for (const agent of trio.agents) await untilRaised(agent, "split_brain", router, since);
    // Nothing of a leaves any more: for everybody else that is its death.
    const silenced = now();
    await dropAdverts(trio.a, "output", vrid);
    const cleared = await Promise.all([trio.onB, trio.onM].map((agent) => untilCleared(agent, "split_brain", router, silenced)));
    const last = advertsOf(trio, "a", vrid, since).at(-1);
    assert.ok(last !== undefined);
    for (const event of cleared) {
      assertInTime(t, "split_brain cleared after the last advert", event, {
        from: last.at,
        interval,
        intervals: 3 + 255 / 256,
        slack: 25_000,
      });
      assert.ok(eventTime(event) - last.at >= 2.5 * interval * 1e6, "not before a could be missed");
    }
    await passAdverts(trio.b, "input", vrid);
    await passAdverts(trio.a, "output", vrid);
    await trio.second.untilState(name, "BACKUP", 5_000);
    await untilQuiet(trio.agents, router, 12_000);
  });
});
