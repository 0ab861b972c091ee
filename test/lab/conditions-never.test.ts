import test, { after, before, describe } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { Agent } from "./framework/agent.ts";
import { assertRaised, now } from "./framework/conditions.ts";
import type { Instance } from "./framework/keepalived.ts";
import type { PairInstance } from "./framework/pair.ts";
import { labSkip } from "./framework/requirements.ts";
import { ip } from "./framework/shell.ts";
import { createTrio, routerOf, type Trio, untilSettled, untilStates } from "./framework/trio.ts";

const skip = labSkip("keepalived", "tcpdump");
const instances: readonly PairInstance[] = [
  { name: "V151", vrid: 151, version: 3, interval: 0.5, addresses: ["192.0.2.151/24"] },
  { name: "V152", vrid: 152, version: 3, interval: 0.5, addresses: ["fe80::152/64", "2001:db8:1::152/64"] },
  { name: "V153", vrid: 153, version: 2, interval: 1, addresses: ["192.0.2.153/24"] },
  { name: "V154", vrid: 154, version: 3, interval: 0.1, addresses: ["192.0.2.154/24"] },
];
const routers = instances.map(routerOf);

/** Everyday events, of which none may look like a failure. */
describe("what is no failure", { skip }, () => {
  let trio: Trio;
  before(async () => {
    trio = await createTrio(instances);
  });
  after(() => trio?.lab.close());

  /** Nothing was raised but what is tolerated, also after the wire has gone on for a while. */
  async function assertNothing(since: number, agents: readonly Agent[] = trio.agents, tolerated: readonly string[] = []): Promise<void> {
    await untilSettled(trio, instances);
    await trio.recorder.more(60, 15_000);
    for (const agent of agents) for (const router of routers) await assertRaised(agent, router, since, [], tolerated);
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

  test("a reload of both at once", async () => {
    const since = now();
    for (const node of [trio.first, trio.second]) node.reload();
    await assertNothing(since);
  });

  test("an agent that is stopped for 2 s and goes on", async () => {
    const since = now();
    for (const agent of trio.agents) process.kill(agent.process.pid, "SIGSTOP");
    await delay(2_000);
    for (const agent of trio.agents) process.kill(agent.process.pid, "SIGCONT");
    await assertNothing(since, trio.agents, ["capture_blind"]);
  });

  test("an agent that starts in mid-stream", async () => {
    const since = now();
    const late = await Agent.start(trio.lab, trio.listener, { name: "late" });
    await assertNothing(since, [late]);
    await late.stop();
  });

  test("a listener whose interface goes down and comes back", async () => {
    const since = now();
    await trio.listener.linkDown();
    await delay(3_000);
    await trio.listener.linkUp();
    await ip("-n", trio.listener.namespace, "addr", "replace", `${trio.listener.linkLocal}/64`, "dev", "eth0", "nodad");
    await assertNothing(since, trio.agents, ["capture_blind"]);
  });

  test("a listener whose cable is pulled and plugged in again", async () => {
    const since = now();
    await trio.listener.cable("out");
    await delay(3_000);
    await trio.listener.cable("in");
    await assertNothing(since, trio.agents, ["capture_blind"]);
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
