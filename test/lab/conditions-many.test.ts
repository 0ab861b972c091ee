import assert from "node:assert/strict";
import test, { after, before, describe } from "node:test";
import { type Agent, samples } from "./framework/agent.ts";
import type { PairInstance } from "./framework/pair.ts";
import { labSkip } from "./framework/requirements.ts";
import { createTrio, type Trio, untilMasterOfAll, untilStates } from "./framework/trio.ts";
import { waitFor } from "./framework/wait.ts";

const skip = labSkip("keepalived", "tcpdump");
const VIRTUAL_ROUTERS = 255;
const instances: PairInstance[] = Array.from({ length: VIRTUAL_ROUTERS }, (_, index) => ({
  name: `V${index + 1}`,
  vrid: index + 1,
  version: 3,
  interval: 1,
  addresses: [`203.0.113.${index + 1}/32`],
}));
/** What a failover of a whole node must not look like to anybody. */
const FALSE_HERE = ["split_brain", "no_master", "flapping", "slow_adverts", "vip_conflict", "vip_arp_stale"];

describe(`${VIRTUAL_ROUTERS} virtual routers that fail over at once`, { skip }, () => {
  let trio: Trio;
  before(async () => {
    trio = await createTrio(instances);
    await trio.first.crash();
    await untilStates(trio.second, instances, "MASTER", 20_000);
    await Promise.all(trio.agents.map((agent) => untilMasterOfAll(agent, trio.b, instances)));
  });
  after(() => trio?.lab.close());

  /** How often each condition was raised so far, over all virtual routers: the log of events holds the latest ones only. */
  async function raised(agent: Agent): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const { labels, value } of samples(await agent.metrics(), "vrrp_condition_transitions_total")) {
      const { condition = "" } = labels;
      if (value > 0) counts[condition] = (counts[condition] ?? 0) + value;
    }
    return counts;
  }

  test("raise nothing for who only listens, nor for the node that took over", async () => {
    // Long enough for another master-down time.
    await trio.recorder.more(5 * VIRTUAL_ROUTERS, 15_000);
    for (const agent of [trio.onB, trio.onM]) assert.deepEqual(await raised(agent), {}, agent.host.name);
  });

  test("have keepalived down and its addresses left on the node that died, and nothing else there", async () => {
    const active = async (): Promise<number[]> =>
      await Promise.all(
        ["keepalived_down", "backup_with_vip"].map(
          async (condition) => (await trio.onA.metric("vrrp_condition_active", { condition })).filter((value) => value === 1).length,
        ),
      );
    await waitFor("both of all", async () => (await active()).every((count) => count === VIRTUAL_ROUTERS), {
      within: 15_000,
      every: 500,
      state: () => raised(trio.onA),
    });
    assert.deepEqual(await raised(trio.onA), { keepalived_down: VIRTUAL_ROUTERS, backup_with_vip: VIRTUAL_ROUTERS });
  });

  test("are all quiet again after the return", async () => {
    await trio.first.start();
    await Promise.all(trio.agents.map((agent) => untilMasterOfAll(agent, trio.a, instances)));
    for (const agent of trio.agents) {
      const left = async (): Promise<unknown[]> => ((await agent.getJson("/api/v1/conditions")) as { conditions: unknown[] }).conditions;
      await waitFor(`nothing to be raised on ${agent.host.name}`, async () => (await left()).length === 0, {
        within: 20_000,
        every: 500,
        state: left,
      });
      const counts = await raised(agent);
      for (const condition of FALSE_HERE) assert.equal(counts[condition], undefined, `${condition} on ${agent.host.name}`);
    }
  });
});
