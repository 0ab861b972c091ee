import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { Agent, type AgentOptions, projectFile } from "../../lab/framework/agent.ts";
import { run } from "../../lab/framework/shell.ts";
import { waitFor } from "../../lab/framework/wait.ts";
import { untilState } from "../../lab/framework/watch.ts";
import { type ReceivedWebhook, WebhookReceiver } from "../../lab/framework/webhooks.ts";
import { Contest } from "../contest.ts";
import { defineScenario, fact } from "../scenario.ts";
import { HOOK, routers, type Station } from "../station.ts";
import { untilMasters } from "../view.ts";

const AWAY = HOOK + 1;

/** Milliseconds from the start of the process until it says the right thing about everything it watches. */
async function untilRight(agent: Agent, station: Station): Promise<number> {
  await agent.ready(30_000);
  await untilMasters(agent, station.pair.a, routers, 30_000, 20);
  for (const { family, vrid } of routers) await untilState(agent, family, vrid, "backup", 30_000);
  return performance.now() - agent.startedAt;
}

const isFiring =
  (contest: Contest) =>
  async (agent: Agent): Promise<boolean> =>
    (await agent.metric("vrrp_condition_active", { interface: "eth0", vrid: String(contest.vrid), condition: "split_brain" }))[0] === 1;

const silence = (agent: Agent, vrid: number): Promise<string> =>
  run(process.execPath, [
    projectFile("dist/main.js"),
    ...["silence", "add", "--vrid", String(vrid), "--interface", "eth0", "--for", "2h", "--comment", "soak"],
    ...["--config", path.join(agent.folder, "config.yaml")],
  ]);

/** Notifications that a contest fires, each once however often it came; one that has the other news, too, repeats what is known of the segment. */
function ids({ received }: WebhookReceiver, at: string, about: Contest, without?: Contest): Set<string | null> {
  const tells = ({ body }: ReceivedWebhook, { isSplit }: Contest): boolean =>
    body.alerts.some((alert) => isSplit(alert) && alert.status === "firing");
  const fitting = received.filter(
    (webhook) => webhook.path === at && tells(webhook, about) && (without === undefined || !tells(webhook, without)),
  );
  return new Set(fitting.map(({ id }) => id));
}

/** Whether the state directory says that both receivers have been told or will be: killed before, an agent tells once more (docs/alerts.md). */
function isStored(agent: Agent): boolean {
  try {
    const state = JSON.parse(readFileSync(path.join(agent.folder, "state/alerts/state.json"), "utf8")) as {
      readonly conversations: readonly { readonly told: readonly unknown[] }[];
    };
    return state.conversations.filter(({ told }) => told.length > 0).length >= 2;
  } catch {
    return false;
  }
}

export const kill = defineScenario({
  name: "kill",
  done: "the agent killed by SIGKILL and started again by a supervisor, again and again, while one split fires, another is silenced, and one of two receivers is away",
  holds:
    "after each start the state is right; what fires is not told twice; the silence holds; what waited for the receiver that was away is delivered from the disk, once; the ends are told",
  short: { times: 2 },
  full: { times: 20 },
  run: async (station, { times }) => {
    const { pair, rogue, receiver, contest } = station;
    const [silenced, fresh] = [new Contest(rogue, 78), new Contest(rogue, 79)];
    const options: AgentOptions = {
      name: "supervised",
      keepalived: pair.second,
      config: `alerts: {group_wait: 100ms, group_interval: 500ms, receivers: [{name: kept, url: "${receiver.url}/kept"}, {name: away, url: "http://${pair.listener.ipv4}:${AWAY}/away"}]}`,
    };
    let agent = await Agent.start(pair.lab, pair.b, options);
    const starts: number[] = [];
    try {
      await untilRight(agent, station);
      await silence(agent, silenced.vrid);
      for (const other of [silenced, fresh]) other.begin();
      contest.split();
      silenced.split();
      const [firing, alsoFiring, freshFiring] = [isFiring(contest), isFiring(silenced), isFiring(fresh)];
      await waitFor("both to fire", async () => (await firing(agent)) && (await alsoFiring(agent)), { within: 30_000 });
      await waitFor("the one to be told", () => contest.told(receiver, "/kept").firing === 1, {
        within: 30_000,
        state: () => receiver.received.slice(-5),
      });
      await waitFor(
        "it to wait for the other receiver",
        async () => ((await agent.metric("vrrpwatch_webhook_queue_length", { receiver: "away" }))[0] ?? 0) > 0,
        { within: 30_000 },
      );
      await waitFor("this to be stored", () => isStored(agent), { within: 30_000 });
      let away: WebhookReceiver | undefined;
      for (let n = 0; n < times; n++) {
        await agent.process.stop("SIGKILL");
        if (n === times - 1) away = await WebhookReceiver.start(pair.lab, pair.listener, AWAY);
        agent = Agent.launch(pair.lab, pair.b, options);
        starts.push(await untilRight(agent, station));
        await waitFor("both to fire again", async () => (await firing(agent)) && (await alsoFiring(agent)), { within: 30_000 });
      }
      // One more that is new: when it has been told, what was to be told before it has been, too.
      fresh.split();
      await waitFor("a new one to fire", () => freshFiring(agent), { within: 30_000 });
      await waitFor("a new one to be told", () => fresh.told(receiver, "/kept").firing === 1, { within: 30_000 });
      assert.ok(away !== undefined);
      const other = away;
      await waitFor("what waited to be delivered", () => ids(other, "/away", contest).size > 0 && ids(other, "/away", fresh).size > 0, {
        within: 60_000,
        state: () => other.received,
      });
      for (const each of [contest, silenced, fresh]) await each.heal();
      await waitFor(
        "the ends to be told",
        () => [receiver, other].every((to, i) => [contest, fresh].every((each) => each.told(to, i === 0 ? "/kept" : "/away").resolved > 0)),
        { within: 60_000 },
      );
      for (const [to, name] of [
        [receiver, "kept"],
        [other, "away"],
      ] as const)
        assert.equal(ids(to, `/${name}`, contest, fresh).size, 1, `told more than once to ${name}`);
      for (const [to, at] of [
        [receiver, "/kept"],
        [other, "/away"],
      ] as const)
        assert.deepEqual(silenced.told(to, at), { firing: 0, resolved: 0 });
      assert.equal(await agent.stop(), 0);
    } finally {
      await agent.process.stop("SIGKILL");
      for (const each of [silenced, fresh]) {
        await each.heal();
        await each.end();
      }
    }
    starts.sort((x, y) => x - y);
    return [
      fact("kills", times),
      fact("from the start of the process to the right state, median", `${((starts[starts.length >> 1] ?? 0) / 1_000).toFixed(2)} s`),
      fact("slowest", `${((starts.at(-1) ?? 0) / 1_000).toFixed(2)} s`),
      fact("told twice / silences lost / deliveries lost", "0 / 0 / 0"),
    ];
  },
});
