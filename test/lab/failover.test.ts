import assert from "node:assert/strict";
import test, { after, before, describe } from "node:test";
import { Agent, type AgentEvent } from "./framework/agent.ts";
import { eventTime, microseconds, type RecordedChange, recordedChanges } from "./framework/changes.ts";
import { addressOf, createPair, type Pair, playFailover, type Watched } from "./framework/pair.ts";
import { Recorder } from "./framework/recorder.ts";
import { labSkip } from "./framework/requirements.ts";

const skip = labSkip("keepalived", "tcpdump", "tshark");

const instances = [
  { name: "V4_51", vrid: 51, version: 3 as const, interval: 0.5, addresses: ["192.0.2.100/24"] },
  { name: "V6_60", vrid: 60, version: 3 as const, interval: 0.5, addresses: ["fe80::100/64", "2001:db8:1::100/64"] },
  { name: "V2_20", vrid: 20, version: 2 as const, interval: 1, addresses: ["192.0.2.120/24"] },
];
const routers: readonly Watched[] = [
  { family: "ipv4", vrid: 51 },
  { family: "ipv6", vrid: 60 },
  { family: "ipv4", vrid: 20 },
];

/** Start, graceful stop, preempting return, crash and return of the preferred node, watched by an agent and by tcpdump. */
describe("failover of two keepalived nodes, seen from a third host", { skip }, () => {
  let pair: Pair;
  let reasons: string[];
  let events: AgentEvent[];
  let recorded: (router: Watched) => RecordedChange[];

  before(async () => {
    pair = await createPair(instances);
    const recorder = await Recorder.start(pair.lab, pair.listener);
    const agent = await Agent.start(pair.lab, pair.listener);
    reasons = await playFailover(pair, [agent], routers, { returns: true });
    await recorder.more(8, 10_000);
    events = await agent.events();
    const adverts = await recorder.stop();
    recorded = ({ family, vrid }) => recordedChanges(adverts, family, vrid);
  });
  after(() => pair.lab.close());

  const changesOf = ({ family, vrid }: Watched): AgentEvent[] =>
    events.filter((event) => event.event === "master_changed" && event.family === family && event.vrid === vrid);

  for (const router of routers) {
    const name = `${router.family} VRID ${router.vrid}`;

    test(`each change of ${name} is reported once, from whom to whom and why`, () => {
      const [a, b] = [addressOf(pair.a, router), addressOf(pair.b, router)];
      const steps = [null, a, b, a, b, a];
      const expected = reasons.map((reason, index) => ({ from: steps[index], to: steps[index + 1], reason }));
      assert.deepEqual(
        changesOf(router).map(({ from, to, reason }) => ({ from, to, reason })),
        expected,
      );
    });

    test(`each change of ${name} has the time and the gap that tcpdump recorded`, (t) => {
      const witness = recorded(router);
      const changes = changesOf(router);
      assert.equal(changes.length, witness.length);
      assert.equal(changes[0]?.gap_seconds, null);
      for (const [index, change] of changes.entries()) {
        const seen = witness[index] as RecordedChange;
        const late = Math.abs(eventTime(change) - seen.at);
        assert.ok(late <= 5_000, `${change.reason} at ${change.at} is ${late} µs off`);
        if (seen.gap === null) continue;
        const off = Math.abs((change.gap_seconds ?? 0) * 1e6 - seen.gap);
        t.diagnostic(`${name} ${change.reason}: gap ${change.gap_seconds} s, ${off.toFixed(0)} µs from tcpdump's`);
        assert.ok(off <= 20_000, `the gap of ${change.reason}, ${change.gap_seconds} s, is ${off} µs off`);
      }
    });
  }

  test("each change takes what is inevitable and hardly more, and is announced at once", (t) => {
    for (const router of routers) {
      const failovers = events.filter((e) => e.event === "failover" && e.family === router.family && e.vrid === router.vrid);
      assert.deepEqual(
        failovers.map(({ reason, planned }) => [reason, planned]),
        reasons.slice(1).map((reason) => [reason, reason !== "no_response"]),
      );
      for (const { reason, gap_seconds: gap, excess_seconds: excess, phases } of failovers) {
        t.diagnostic(`${router.family} VRID ${router.vrid} ${reason}: gap ${gap} s, ${excess} s in excess`);
        assert.ok(typeof excess === "number" && excess > -0.01 && excess < 0.2);
        const [first, announced] = [phases?.["first_advert_at"], phases?.["announced_at"]];
        assert.ok(typeof first === "string" && typeof announced === "string");
        const after = microseconds(announced) - microseconds(first);
        assert.ok(after >= 0 && after < 100_000, `announced ${after} µs after the first advert`);
      }
    }
  });

  test("nothing but the virtual routers and their changes is reported", () => {
    const wanted = ["virtual_router_seen", "master_changed", "failover"];
    const others = events.filter(({ event }) => !wanted.includes(event));
    assert.deepEqual(others, []);
    assert.equal(events.filter(({ event }) => event === "virtual_router_seen").length, routers.length);
  });
});
