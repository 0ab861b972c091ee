import assert from "node:assert/strict";
import { Agent } from "../../lab/framework/agent.ts";
import { waitFor } from "../../lab/framework/wait.ts";
import { memoryLimit } from "../memory-limit.ts";
import { megabytes, sampleOf } from "../sampler.ts";
import { defineScenario, fact } from "../scenario.ts";
import { routers } from "../station.ts";
import { untilMasters } from "../view.ts";

const LIMIT = 128 * 1_048_576;
const EVERY_MS = 500;

export const memory = defineScenario({
  name: "memory",
  done: "an agent held to 128 MiB under adverts of 500 virtual routers, of ever new ones, and under frames that are no good, with its metrics asked for each second",
  holds: "it is neither killed nor ends, its own memory (not its program's pages) stays below the limit, and its state is right afterwards",
  short: { seconds: 1 },
  full: { seconds: 25 },
  run: async (station, { seconds }) => {
    const { pair, load } = station;
    const limit = memoryLimit(LIMIT);
    const agent = await Agent.start(pair.lab, pair.b, { name: "limited", keepalived: pair.second, wrapper: limit.wrapper });
    const { pid } = agent.process;
    let [own, rss, looks] = [0, 0, 0];
    const look = (): void => {
      const sample = sampleOf(pid);
      own = Math.max(own, sample.own);
      rss = Math.max(rss, sample.rss);
      // As a Prometheus would; whether it answers in time is not the matter here.
      if (looks++ % (1_000 / EVERY_MS) === 0) void agent.tryGet("/metrics");
    };
    const timer = setInterval(look, EVERY_MS);
    try {
      await load.adverts("to-b", 100_000, seconds);
      await load.strangers("to-b", 100_000, seconds, 7);
      await load.noise("to-b", seconds, 8);
      assert.ok(agent.process.running, `the agent ended: ${agent.process.stderr.slice(0, 300).replaceAll(/\s+/g, " ")}`);
      await waitFor("an answer", async () => (await agent.tryGet("/-/ready"))?.status === 200, { within: 60_000 });
      await untilMasters(agent, pair.a, routers, 60_000);
      look();
      assert.equal(await agent.stop(), 0);
    } finally {
      clearInterval(timer);
      await agent.process.stop("SIGKILL");
      limit.remove();
    }
    assert.ok(own < LIMIT, `${own} bytes`);
    return [
      fact("held by", limit.by),
      fact("own memory, peak", megabytes(own)),
      fact("RSS, peak (with the program's pages)", megabytes(rss)),
    ];
  },
});
