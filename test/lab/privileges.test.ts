import assert from "node:assert/strict";
import test, { after, before, describe } from "node:test";
import { Agent } from "./framework/agent.ts";
import { microseconds } from "./framework/changes.ts";
import { createPair, type Pair, untilMaster, type Watched } from "./framework/pair.ts";
import { labSkip } from "./framework/requirements.ts";

const skip = labSkip("keepalived", "setpriv");
const router: Watched = { family: "ipv4", vrid: 51 };
const nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"];

describe("privileges and start of the agent", { skip }, () => {
  let pair: Pair;
  before(async () => {
    pair = await createPair([{ name: "V4_51", vrid: 51, version: 3, interval: 0.1, addresses: ["192.0.2.100/24"] }]);
    await pair.first.start();
  });
  after(() => pair.lab.close());

  test("without CAP_NET_RAW it ends with status 3 and says which command grants it", async () => {
    const agent = Agent.launch(pair.lab, pair.listener, {
      name: "denied",
      wrapper: [...nobody, "--inh-caps", "-all", "--bounding-set", "-all"],
    });
    assert.equal(await agent.process.ended(15_000), 3);
    assert.match(agent.process.stderr, /CAP_NET_RAW/);
    assert.match(agent.process.stderr, /setcap|AmbientCapabilities|sudo/);
  });

  test("with CAP_NET_RAW alone, as an ordinary user, it captures", async () => {
    const agent = await Agent.start(pair.lab, pair.listener, {
      name: "raw",
      wrapper: [...nobody, "--inh-caps", "-all,+net_raw", "--ambient-caps", "-all,+net_raw"],
    });
    await untilMaster(agent, pair.a, [router]);
    await agent.stop();
  });

  test("the first advert is counted soon after the start", async (t) => {
    const launched = Date.now();
    const agent = Agent.launch(pair.lab, pair.listener, { name: "timed" });
    await agent.ready();
    await untilMaster(agent, pair.a, [router]);
    const seen = (await agent.router(router.family, router.vrid))?.first_seen ?? "";
    t.diagnostic(
      `first advert counted ${(microseconds(seen) / 1_000 - launched).toFixed(0)} ms after the process was started (adverts every 100 ms)`,
    );
    assert.equal(await agent.stop(), 0);
  });
});
