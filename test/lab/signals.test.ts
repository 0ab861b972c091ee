import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import test, { after, before, describe } from "node:test";
import { Agent } from "./framework/agent.ts";
import { createPair, type Pair, untilMaster, type Watched } from "./framework/pair.ts";
import { kill } from "./framework/processes.ts";
import { labSkip } from "./framework/requirements.ts";
import { waitFor } from "./framework/wait.ts";
import { untilMetric } from "./framework/watch.ts";

const skip = labSkip("keepalived", "strace");
const router: Watched = { family: "ipv4", vrid: 51 };

describe("an agent beside keepalived", { skip }, () => {
  let pair: Pair;
  before(async () => {
    pair = await createPair([{ name: "V4_51", vrid: 51, version: 3, interval: 0.2, addresses: ["192.0.2.100/24"] }]);
  });
  after(() => pair.lab.close());

  test("sends no signal to keepalived, neither at a scrape nor over a failover", async () => {
    await pair.first.start();
    const trace = path.join(pair.lab.folder("strace"), "signals");
    const strace = [
      "strace",
      "-f",
      "-qq",
      "-o",
      trace,
      "-e",
      "trace=kill,tkill,tgkill,rt_sigqueueinfo,rt_tgsigqueueinfo,pidfd_send_signal",
      "-e",
      "signal=none",
    ];
    // A first call by the agent's own process shows that the trace has what it should have.
    const control = ["sh", "-c", 'kill -0 $$ && exec "$@"', "sh"];
    const agent = await Agent.start(pair.lab, pair.a, { wrapper: [...strace, ...control], keepalived: pair.first });
    await untilMaster(agent, pair.a, [router]);
    await untilMetric(agent, "keepalived_up", {}, 1);
    const keepalived = [...pair.first.pids];
    await pair.second.start();
    for (let scrape = 0; scrape < 5; scrape++) await agent.metrics();
    await pair.first.stop();
    await untilMaster(agent, pair.b, [router]);
    await pair.first.start();
    await untilMaster(agent, pair.a, [router]);
    keepalived.push(...pair.first.pids);
    for (let scrape = 0; scrape < 5; scrape++) await agent.metrics();
    const [, node = 0] = agent.process.family();
    const [loaded = 0] = await agent.metric("vrrpwatch_config_last_reload_success_timestamp_seconds");
    kill(node, "SIGHUP");
    await waitFor(
      "the reload",
      async () => ((await agent.metric("vrrpwatch_config_last_reload_success_timestamp_seconds"))[0] ?? 0) > loaded,
      { within: 5_000 },
    );
    kill(node, "SIGTERM");
    await agent.process.ended();
    const lines = readFileSync(trace, "utf8").split("\n").filter(Boolean);
    const own = new Set([node, ...lines.map((line) => Number.parseInt(line, 10))]);
    const targets = lines.flatMap((line) => /\b(?:kill|tkill|tgkill|rt_\w+|pidfd_send_signal)\((-?\d+)/.exec(line)?.[1] ?? []).map(Number);
    assert.equal(keepalived.length, 4);
    assert.ok(targets.length > 0, "the trace is empty");
    assert.deepEqual(
      targets.filter((target) => !own.has(target)),
      [],
    );
    for (const pid of keepalived) assert.ok(!targets.includes(pid));
  });
});
