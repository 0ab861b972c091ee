import assert from "node:assert/strict";
import test, { after, before, describe } from "node:test";
import { assertRaised, assertShown, now, story, untilQuiet, untilRaised } from "./framework/conditions.ts";
import { advert, carpAdvert } from "./framework/frames.ts";
import type { Host } from "./framework/host.ts";
import type { PairInstance } from "./framework/pair.ts";
import { labSkip } from "./framework/requirements.ts";
import { Rogue } from "./framework/rogue.ts";
import { advertsOf, createTrio, routerOf, type Trio } from "./framework/trio.ts";
import { waitFor } from "./framework/wait.ts";

const skip = labSkip("keepalived", "tcpdump", "cc");
const interval = 0.3;
const one = (vrid: number): PairInstance => ({ name: `V${vrid}`, vrid, version: 3, interval, addresses: [`192.0.2.${vrid}/24`] });
const starved = one(131);
const routed = one(132);
const usurped = one(133);
const carp = one(134);
const instances = [starved, routed, usurped, carp];

describe("a host that sends what it should not", { skip, concurrency: true }, () => {
  let trio: Trio;
  let rogue: Rogue;
  before(async () => {
    let host: Host | undefined;
    trio = await createTrio(instances, {
      prepare: async ({ lab }) => {
        host = await lab.addHost("r", 9);
      },
    });
    assert.ok(host !== undefined);
    rogue = await Rogue.create(trio.lab, host);
  });
  after(() => trio?.lab.close());

  /** An advert of the rogue that fits the virtual router, with what is wrong about it. */
  const forged = ({ vrid }: PairInstance, wrong: Parameters<typeof advert>[0]): string =>
    advert({
      vrid,
      priority: 50,
      interval: interval * 100,
      addresses: [`192.0.2.${vrid}`],
      source: rogue.host.ipv4,
      mac: rogue.host.mac,
      ...wrong,
    });

  test("a stream of invalid packets that starves the master is named as the cause, and is no split brain", async (t) => {
    const [router, since] = [routerOf(starved), now()];
    const stream = rogue.stream([forged(starved, { checksum: "wrong" })], 20, 2_000);
    const before = trio.second.timesEntered(starved.name, "MASTER");
    await waitFor("b to take over", () => trio.second.timesEntered(starved.name, "MASTER") > before, { within: 10_000 });
    const starving = ["slow_adverts", "no_master", "flapping"];
    const judged = await Promise.all(
      trio.agents.map((agent) =>
        waitFor(
          `a condition with the cause invalid_packets on ${agent.host.name}`,
          async () =>
            (await agent.events()).find(
              (event) =>
                event.event === "condition_raised" &&
                event.vrid === starved.vrid &&
                starving.includes(event.condition ?? "") &&
                event.cause === "invalid_packets",
            ),
          { within: 10_000, every: 100, state: () => story(agent, router, since) },
        ),
      ),
    );
    for (const [index, event] of judged.entries()) t.diagnostic(`${trio.agents[index]?.host.name}: ${event.condition}, ${event.summary}`);
    await stream.stop();
    await trio.second.untilState(starved.name, "BACKUP", 5_000);
    await untilQuiet(trio.agents, router, 30_000);
    // b's announcement of a moment may be the last one, because a gave its own at once.
    for (const agent of trio.agents) await assertRaised(agent, router, since, [], [...starving, "vip_arp_stale"]);
  });

  test("an advert that was routed or sent from afar is told by all three, and moves nothing", async (t) => {
    const [router, since] = [routerOf(routed), now()];
    await rogue.send(forged(routed, { ttl: 254 }));
    for (const agent of trio.agents) {
      const raised = await untilRaised(agent, "ttl_violation", router, since);
      t.diagnostic(`${agent.host.name}: ${raised.cause}, ${raised.summary}`);
      await assertShown(agent, "ttl_violation", router, since);
    }
    await trio.recorder.more(40, 10_000);
    assert.equal(trio.first.stateOf(routed.name), "MASTER");
    for (const agent of trio.agents) await assertRaised(agent, router, since, ["ttl_violation"], ["unauthorized_sender"]);
  });

  test("a newcomer with priority 255 is unauthorized, and its moment of power is neither a split nor an absence", async (t) => {
    const router = routerOf(usurped);
    // Anybody is new where nobody has been master for long.
    await waitFor("an established master", () => advertsOf(trio, "a", usurped.vrid, 0).length >= 12, { within: 10_000 });
    const since = now();
    await rogue.send(forged(usurped, { priority: 255 }));
    await trio.first.untilState(usurped.name, "BACKUP", 2_000);
    for (const agent of trio.agents) {
      const raised = await untilRaised(agent, "unauthorized_sender", router, since);
      t.diagnostic(`${agent.host.name}: ${raised.cause}, ${raised.summary}`);
      await assertShown(agent, "unauthorized_sender", router, since);
    }
    await trio.first.untilState(usurped.name, "MASTER", 5_000);
    await trio.recorder.more(40, 10_000);
    for (const agent of trio.agents) await assertRaised(agent, router, since, ["unauthorized_sender"]);
  });

  test("a CARP neighbour with the same id has the same virtual MAC, which all three tell", async (t) => {
    const [router, since] = [routerOf(carp), now()];
    const neighbour = rogue.stream([carpAdvert(carp.vrid, rogue.host.ipv4, "00:00:5e:00:01:86")], 1, 60);
    for (const agent of trio.agents) {
      const raised = await untilRaised(agent, "carp_vhid_conflict", router, since);
      t.diagnostic(`${agent.host.name}: ${raised.cause}, ${raised.summary}`);
      await assertShown(agent, "carp_vhid_conflict", router, since);
    }
    await neighbour.stop();
    for (const agent of trio.agents) await assertRaised(agent, router, since, ["carp_vhid_conflict"], ["slow_adverts"]);
  });
});
