import assert from "node:assert/strict";
import test, { after, before, describe, type TestContext } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { Agent } from "./framework/agent.ts";
import { assertRaised, now } from "./framework/conditions.ts";
import type { Instance } from "./framework/keepalived.ts";
import type { PairInstance } from "./framework/pair.ts";
import { Recorder } from "./framework/recorder.ts";
import { labSkip } from "./framework/requirements.ts";
import { ip } from "./framework/shell.ts";
import { createTrio, routerOf, type Trio, untilSettled, untilStates } from "./framework/trio.ts";

const skip = labSkip("keepalived", "tcpdump");
/** Its adverts come every 100 ms: no stall of a process goes by between two of them. */
const quickest = { vrid: 154, interval: 0.1 };
/** Intervals from which on an advert is late: a bit less than for the agents. */
const LATE = 1.4;
const instances: readonly PairInstance[] = [
  { name: "V151", vrid: 151, version: 3, interval: 0.5, addresses: ["192.0.2.151/24"] },
  { name: "V152", vrid: 152, version: 3, interval: 0.5, addresses: ["fe80::152/64", "2001:db8:1::152/64"] },
  { name: "V153", vrid: 153, version: 2, interval: 1, addresses: ["192.0.2.153/24"] },
  { name: "V154", ...quickest, version: 3, addresses: ["192.0.2.154/24"] },
];
const routers = instances.map(routerOf);

/** Everyday events, of which none may look like a failure. */
describe("what is no failure", { skip }, () => {
  let trio: Trio;
  /** At the sender: it hears on while the listener is deaf. */
  let witness: Recorder;
  before(async () => {
    trio = await createTrio(instances, {
      prepare: async ({ lab, a }) => {
        witness = await Recorder.start(lab, a, "sender");
      },
    });
  });
  after(() => trio?.lab.close());

  /** Nothing was raised but what is tolerated, also after the wire has gone on for a while. Late is what the witness saw late. */
  async function assertNothing(since: number, agents: readonly Agent[] = trio.agents, tolerated: readonly string[] = []): Promise<void> {
    await untilSettled(trio, instances);
    await trio.recorder.more(60, 15_000);
    const late = disturbances(since).length > 0 ? ["slow_adverts"] : [];
    for (const agent of agents) for (const router of routers) await assertRaised(agent, router, since, [], [...tolerated, ...late]);
  }

  /**
   * The same after an event that leaves keepalived alone. Where the machine itself stood still, adverts were late and a backup may have taken
   * over, of which the agents are right to speak: the witness has it, and the event is tried again.
   */
  async function assertNothingAfter(
    t: TestContext,
    event: () => Promise<readonly Agent[]>,
    tolerated: readonly string[] = [],
  ): Promise<void> {
    for (let attempt = 1; attempt <= 3; attempt++) {
      const since = now();
      const agents = await event();
      try {
        return await assertNothing(since, agents, tolerated);
      } catch (error) {
        const disturbed = disturbances(since);
        if (disturbed.length === 0) throw error;
        t.diagnostic(`attempt ${attempt}, the machine stood still: ${disturbed.join(", ")}\n${error}`);
      }
    }
    assert.fail("the machine stood still in each of three attempts");
  }

  /** Where the quickest virtual router's adverts did not come as they should from a, or came from b: what any stall of a process shows in. */
  function disturbances(since: number): string[] {
    const found: string[] = [];
    let last = since === 0 ? undefined : since;
    for (const { at, vrid, source } of witness.adverts()) {
      if (vrid !== quickest.vrid || at < since) continue;
      const seconds = ((at - since) / 1e6).toFixed(3);
      if (source !== trio.a.ipv4) found.push(`VRID ${vrid} from ${source} at ${seconds}`);
      if (last !== undefined && at - last > LATE * quickest.interval * 1e6)
        found.push(`VRID ${vrid} silent for ${(at - last) / 1e3} ms until ${seconds}`);
      last = at;
    }
    return found;
  }

  test("the start of both nodes under running agents", () => assertNothing(0));

  test("a graceful stop and a preempting return", async () => {
    const since = now();
    await trio.first.stop();
    await untilStates(trio.second, instances, "MASTER");
    await trio.first.start();
    await assertNothing(since, [trio.onB, trio.onM]);
    await assertNothing(since, [trio.onA], ["keepalived_down"]);
  });

  test("a reload of both at once", async (t) => {
    await assertNothingAfter(t, async () => {
      for (const node of [trio.first, trio.second]) node.reload();
      return trio.agents;
    });
  });

  test("an agent that is stopped for 2 s and goes on", async (t) => {
    const event = async (): Promise<readonly Agent[]> => {
      for (const agent of trio.agents) process.kill(agent.process.pid, "SIGSTOP");
      await delay(2_000);
      for (const agent of trio.agents) process.kill(agent.process.pid, "SIGCONT");
      return trio.agents;
    };
    await assertNothingAfter(t, event, ["capture_blind"]);
  });

  test("an agent that starts in mid-stream", async (t) => {
    let late: Agent | undefined;
    await assertNothingAfter(t, async () => {
      await late?.stop();
      late = await Agent.start(trio.lab, trio.listener, { name: "late" });
      return [late];
    });
    await late?.stop();
  });

  test("a listener whose interface goes down and comes back", async (t) => {
    const event = async (): Promise<readonly Agent[]> => {
      await trio.listener.linkDown();
      await delay(3_000);
      await trio.listener.linkUp();
      await ip("-n", trio.listener.namespace, "addr", "replace", `${trio.listener.linkLocal}/64`, "dev", "eth0", "nodad");
      return trio.agents;
    };
    await assertNothingAfter(t, event, ["capture_blind"]);
  });

  test("a listener whose cable is pulled and plugged in again", async (t) => {
    const event = async (): Promise<readonly Agent[]> => {
      await trio.listener.cable("out");
      await delay(3_000);
      await trio.listener.cable("in");
      return trio.agents;
    };
    await assertNothingAfter(t, event, ["capture_blind"]);
  });
});

describe("unicast peers", { skip }, () => {
  let trio: Trio;
  const unicast: PairInstance = { name: "V160", vrid: 160, version: 3, interval: 0.5, addresses: ["192.0.2.160/24"] };
  before(async () => {
    trio = await createUnicast();
  });
  after(() => trio?.lab.close());

  /** Each peer names the other one; the listener hears nobody, as on a switch that knows its ports. */
  async function createUnicast(): Promise<Trio> {
    return await createTrio([unicast], {
      listens: false,
      prepare: async ({ first, second, a, b }) => {
        const towards = (peer: string, priority: number): Instance[] => [
          { ...unicast, priority, extra: `unicast_peer {\n        ${peer}\n    }` },
        ];
        first.writeConfig(towards(b.ipv4, 150));
        second.writeConfig(towards(a.ipv4, 100));
      },
    });
  }

  test("fail over and come back without a word of split, absence or flapping", async () => {
    const router = routerOf(unicast);
    await trio.first.stop();
    await trio.second.untilState(unicast.name, "MASTER", 8_000);
    await trio.first.start();
    await trio.first.untilState(unicast.name, "MASTER", 8_000);
    await trio.second.untilState(unicast.name, "BACKUP", 8_000);
    await trio.first.crash();
    await trio.second.untilState(unicast.name, "MASTER", 8_000);
    await trio.first.start();
    await untilSettled(trio, [unicast]);
    await assertRaised(trio.onA, router, 0, [], ["keepalived_down", "backup_with_vip"]);
    for (const agent of [trio.onB, trio.onM]) await assertRaised(agent, router, 0, []);
  });
});
