import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { AgentEvent } from "../../lab/framework/agent.ts";
import { eventTime } from "../../lab/framework/changes.ts";
import { now } from "../../lab/framework/conditions.ts";
import { run } from "../../lab/framework/shell.ts";
import { waitFor } from "../../lab/framework/wait.ts";
import { descriptorsOf } from "../sampler.ts";
import { defineScenario, fact } from "../scenario.ts";

/** Left to the agent when the limit comes down. */
const SPARE = 4;
const IDLE = 100;
const AGAIN_MS = 50;

/** Clients that connect, say nothing, and connect again when they are sent away. */
class IdleClients {
  readonly #socketPath: string;
  readonly #connections = new Set<Socket>();
  #isOver = false;

  constructor(socketPath: string, count: number) {
    this.#socketPath = socketPath;
    for (let n = 0; n < count; n++) this.#connect();
  }

  end(): void {
    this.#isOver = true;
    for (const connection of this.#connections) connection.destroy();
  }

  #connect(): void {
    if (this.#isOver) return;
    const connection = connect(this.#socketPath);
    this.#connections.add(connection);
    connection.on("error", () => undefined);
    connection.on("close", () => {
      this.#connections.delete(connection);
      setTimeout(() => this.#connect(), AGAIN_MS).unref();
    });
  }
}

const limit = (pid: number, files: string): Promise<string> => run("prlimit", ["--pid", String(pid), `--nofile=${files}`]);

const isOfLab = ({ event, vrid }: AgentEvent): boolean =>
  (event === "condition_raised" || event === "master_changed" || event === "router_state_changed") && [51, 60].includes(vrid);

export const descriptors = defineScenario({
  name: "descriptors",
  done: `the limit of open files brought down at run time (prlimit) to ${SPARE} more than the agent has, and ${IDLE} idle connections to its HTTP side, at first with nothing else going on, then while keepalived fails over and a split begins`,
  holds:
    "the agent goes on, captures on and takes nothing for gone; once the limit is up again it answers, has the right state, has seen the failover, and tells of the split",
  short: { seconds: 2 },
  // Longer than the minute in which the tables of interfaces and addresses are read again.
  full: { seconds: 70 },
  run: async (station, { seconds }) => {
    const { pair, agent, contest, receiver, sampler } = station;
    const { pid } = agent.process;
    await station.isSettled();
    const [usual, before, since] = [
      (await run("prlimit", ["--pid", String(pid), "--nofile", "--raw", "--noheadings", "-o", "SOFT,HARD"])).trim().split(/\s+/).join(":"),
      sampler.now(),
      now(),
    ];
    const told = contest.told(receiver, "/main");
    await limit(pid, `${before.descriptors + SPARE}:${usual.split(":")[1] ?? "unlimited"}`);
    const clients = new IdleClients(agent.socket, IDLE);
    await waitFor("the descriptors to run out", () => descriptorsOf(pid) >= before.descriptors + SPARE - 1, {
      within: 15_000,
      state: () => descriptorsOf(pid),
    });
    let [asked, answered, exhausted] = [0, 0, 0];
    for (const end = performance.now() + seconds * 1_000; performance.now() < end; await delay(500)) {
      asked += 1;
      if (descriptorsOf(pid) >= before.descriptors + SPARE - 1) exhausted += 1;
      if ((await agent.tryGet("/-/healthy"))?.status === 200) answered += 1;
    }
    const stopped = now();
    contest.split();
    await pair.first.stop();
    await pair.second.untilState("V4_51", "MASTER", 30_000);
    station.isAlive();
    await limit(pid, usual);
    clients.end();
    await waitFor("an answer", async () => (await agent.tryGet("/-/ready"))?.status === 200, { within: 30_000 });
    await station.isRight(pair.b);
    const change = (await agent.events()).find(
      ({ event, family, vrid, at }) => event === "master_changed" && family === "ipv4" && vrid === 51 && Date.parse(at) * 1_000 >= since,
    );
    assert.equal(change?.to, pair.b.ipv4);
    assert.equal(change.reason, "priority_zero");
    await waitFor("the split to be told", () => contest.told(receiver, "/main").firing > told.firing, {
      within: 60_000,
      state: () => receiver.received.slice(-3),
    });
    const early = (await agent.events()).filter((event) => isOfLab(event) && eventTime(event) >= since && eventTime(event) < stopped);
    assert.deepEqual(early, [], "nothing had happened yet");
    assert.deepEqual(await agent.metric("vrrpwatch_keepalived_config_last_read_successful"), [1]);
    await contest.heal();
    await waitFor("its end to be told", () => contest.told(receiver, "/main").resolved > told.resolved, { within: 60_000 });
    await pair.first.start();
    await station.isSettled();
    const after = await waitFor(
      "the descriptors to be as before",
      () => {
        const sample = sampler.now();
        return sample.descriptors <= before.descriptors + 4 ? sample : undefined;
      },
      { within: 30_000, every: 500, state: () => sampler.now() },
    );
    return [
      fact("limit down for", `${seconds} s`),
      fact("none was left, at looks twice a second", `${exhausted} of ${asked}`),
      fact("requests meanwhile answered / sent", `${answered} / ${asked}`),
      fact("descriptors before / after", `${before.descriptors} / ${after.descriptors}`),
    ];
  },
});
