import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { eventTime } from "../../lab/framework/changes.ts";
import { now } from "../../lab/framework/conditions.ts";
import { kill } from "../../lab/framework/processes.ts";
import { waitFor } from "../../lab/framework/wait.ts";
import { defineScenario, fact } from "../scenario.ts";

export const pause = defineScenario({
  name: "pause",
  done: "the agent stopped by SIGSTOP and continued, while everything it watches is well",
  holds: "no condition, no change of master and no alert comes of it; the pause is counted; the next failover is seen",
  short: { seconds: 3 },
  full: { seconds: 10 },
  run: async (station, { seconds }) => {
    const { agent, receiver } = station;
    await station.isSettled();
    const paused = async (): Promise<number> => (await agent.metric("vrrpwatch_host_pause_seconds_total"))[0] ?? 0;
    const [before, since, webhooks] = [await paused(), now(), receiver.received.length];
    kill(agent.process.pid, "SIGSTOP");
    await delay(seconds * 1_000);
    kill(agent.process.pid, "SIGCONT");
    const counted = await waitFor(
      "the pause to be counted",
      async () => {
        const sum = (await paused()) - before;
        return sum >= seconds - 1.5 ? sum : undefined;
      },
      { within: 15_000 },
    );
    // What would have been concluded wrongly is concluded after a master-down time at the latest: wait for a real one instead.
    await station.failOverAndBack();
    const events = (await agent.events()).filter((event) => eventTime(event) >= since);
    const first = events.find(({ event }) => event === "master_changed" || event === "condition_raised");
    assert.equal(first?.event, "master_changed", JSON.stringify(events));
    assert.equal(first.reason, "priority_zero", "the first change is the failover that was made, and nothing of the pause");
    assert.equal(receiver.received.length, webhooks, JSON.stringify(receiver.received.slice(webhooks)));
    return [fact("stopped", `${seconds} s`), fact("counted as pause", `${counted.toFixed(1)} s`), fact("false alerts", 0)];
  },
});
