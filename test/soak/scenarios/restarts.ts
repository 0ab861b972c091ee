import assert from "node:assert/strict";
import { untilStates } from "../../lab/framework/trio.ts";
import { untilState } from "../../lab/framework/watch.ts";
import { defineScenario, fact } from "../scenario.ts";
import { instances, routers } from "../station.ts";

export const restarts = defineScenario({
  name: "keepalived",
  done: "keepalived on the agent's host restarted again and again, by SIGTERM and by SIGKILL in turn",
  holds:
    "after each restart the agent says what keepalived says: first backup or master, then master, with the right one on the wire; no restart is missed",
  short: { times: 2 },
  full: { times: 50 },
  run: async (station, { times }) => {
    const { pair, agent } = station;
    const lags: number[] = [];
    const [stops = 0] = await agent.metric("keepalived_restarts_total");
    for (let n = 0; n < times; n++) {
      await (n % 2 === 0 ? pair.first.stop() : pair.first.crash());
      await station.isRight(pair.b);
      await pair.first.start();
      await untilStates(pair.first, instances, "MASTER", 30_000);
      const told = performance.now();
      for (const { family, vrid } of routers) await untilState(agent, family, vrid, "master", 30_000);
      lags.push(performance.now() - told);
      await station.isSettled();
    }
    const [after = 0] = await agent.metric("keepalived_restarts_total");
    assert.equal(after - stops, times);
    lags.sort((x, y) => x - y);
    return [
      fact("restarts, all counted", times),
      fact("from keepalived's own word to the agent's, median", `${(lags[lags.length >> 1] ?? 0).toFixed(0)} ms`),
      fact("slowest", `${(lags.at(-1) ?? 0).toFixed(0)} ms`),
    ];
  },
});
