import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import test, { after, before, describe } from "node:test";
import { type Agent, samples } from "./framework/agent.ts";
import { now } from "./framework/conditions.ts";
import type { PairInstance } from "./framework/pair.ts";
import { labSkip } from "./framework/requirements.ts";
import { createTrio, type Trio, untilMasterOfAll, untilStates, wireStory } from "./framework/trio.ts";
import { waitFor } from "./framework/wait.ts";
import { WebhookReceiver } from "./framework/webhooks.ts";

const skip = labSkip("keepalived", "tcpdump");
const VIRTUAL_ROUTERS = 255;
const PORT = 9_000;
const instances: PairInstance[] = Array.from({ length: VIRTUAL_ROUTERS }, (_, index) => ({
  name: `V${index + 1}`,
  vrid: index + 1,
  version: 3,
  interval: 1,
  addresses: [`198.51.100.${index + 1}/32`],
}));
/** Microseconds after the last advert: the master-down time of priority 1, and 20 ms. */
const NO_MASTER = 3_996_094 + 20_000;
const UNDER_WAY = 40_000;
/** What one of the agents may say truly, here or where keepalived cannot keep up. */
const EXPECTED_SOMEWHERE = ["no_master", "slow_adverts", "keepalived_down", "backup_with_vip", "capture_blind"];
/** What a failover of a whole node must not look like to anybody. */
const FALSE_HERE = ["split_brain", "flapping", "vip_conflict"];

describe(`${VIRTUAL_ROUTERS} virtual routers that fail over at once`, { skip }, () => {
  let trio: Trio;
  let receiver: WebhookReceiver;
  /** Microseconds from a's last advert to b's first one, by VRID: b has one thread for all its takeovers, with their addresses and announcements. */
  let gaps: Map<number, number>;
  let crashed: number;
  let baseline: Map<Agent, Map<string, number>>;
  before(async () => {
    trio = await createTrio(instances, {
      configOf: ({ name }) =>
        name === "c" ? `alerts: {receivers: [{name: oncall, url: "http://192.0.2.3:${PORT}/", severities: [critical]}]}` : "",
      prepare: async ({ lab, listener }) => {
        receiver = await WebhookReceiver.start(lab, listener, PORT);
      },
    });
    // Both start at once, and may race where keepalived cannot keep up.
    baseline = new Map(await Promise.all(trio.agents.map(async (agent) => [agent, await transitions(agent)] as const)));
    crashed = now();
    await trio.first.crash();
    await untilStates(trio.second, instances, "MASTER", 20_000);
    await Promise.all(trio.agents.map((agent) => untilMasterOfAll(agent, trio.b, instances)));
    gaps = gapsSince(crashed);
  });
  after(() => trio?.lab.close());

  function gapsSince(crashed: number): Map<number, number> {
    const lastOfA = new Map<number, number>();
    const firstOfB = new Map<number, number>();
    for (const { at, vrid, source } of trio.recorder.adverts()) {
      if (source === trio.a.ipv4) lastOfA.set(vrid, at);
      else if (at >= crashed && !firstOfB.has(vrid)) firstOfB.set(vrid, at);
    }
    return new Map([...firstOfB].map(([vrid, at]) => [vrid, at - (lastOfA.get(vrid) ?? 0)]));
  }

  /** How often each condition of each virtual router was raised so far, as `condition VRID`: the log of events holds the latest ones only. */
  async function transitions(agent: Agent): Promise<Map<string, number>> {
    const counted = samples(await agent.metrics(), "vrrp_condition_transitions_total");
    return new Map(counted.map(({ labels, value }) => [`${labels["condition"]} ${labels["vrid"]}`, value]));
  }
  /** The virtual routers of each condition that was raised since the crash. */
  async function raised(agent: Agent): Promise<Record<string, number[]>> {
    const found: Record<string, number[]> = {};
    for (const [key, value] of await transitions(agent)) {
      const [condition = "", vrid] = key.split(" ");
      if (value > (baseline.get(agent)?.get(key) ?? 0)) found[condition] = [...(found[condition] ?? []), Number(vrid)];
    }
    return found;
  }

  test("raise nothing for who only listens, nor for the node that took over, but an absence where there was one", async (t) => {
    // Long enough for another master-down time.
    await trio.recorder.more(5 * VIRTUAL_ROUTERS, 15_000);
    assert.equal(gaps.size, VIRTUAL_ROUTERS);
    const sorted = [...gaps.values()].sort((x, y) => x - y);
    t.diagnostic(`gaps: shortest ${(sorted[0] ?? 0) / 1e6} s, longest ${(sorted.at(-1) ?? 0) / 1e6} s`);
    for (const agent of trio.agents) t.diagnostic(`${agent.host.name}: ${await agent.metric("process_cpu_seconds_total")} s of CPU so far`);
    for (const agent of [trio.onB, trio.onM]) {
      const blindness = await missed(agent);
      const {
        no_master: _,
        slow_adverts: __,
        vip_arp_stale: stale,
        capture_blind: blind,
        local_send_blocked: ___,
        ...others
      } = await raised(agent);
      t.diagnostic(
        `${agent.host.name}: frames dropped and seconds paused ${blindness.join(", ")}${blind === undefined ? "" : "; capture_blind"}${stale === undefined ? "" : `; vip_arp_stale ${stale}`}`,
      );
      if (stale !== undefined) t.diagnostic((await raisedLines(agent)).join("\n"));
      // The announcements of all addresses come at once: who misses some on a busy machine says so.
      if (blind !== undefined)
        assert.ok(
          blindness.some((value) => value > 0),
          `${agent.host.name} is blind and missed nothing`,
        );
      assert.deepEqual(others, {}, `${agent.host.name}\n${(await raisedLines(agent)).join("\n")}`);
      await assertAbsences(agent);
      await assertLate(agent);
    }
  });

  /** When the conditions were raised last that should not have been, beside the adverts, for a failure message. */
  async function raisedLines(agent: Agent): Promise<string[]> {
    const times = samples(await agent.metrics(), "vrrp_condition_last_raised_timestamp_seconds");
    const told = times.filter(({ labels: { condition = "" } }) => !EXPECTED_SOMEWHERE.includes(condition)).slice(0, 8);
    return told.map(({ labels: { condition, vrid }, value }) => {
      const seconds = value - crashed / 1e6;
      return `VRID ${vrid} ${condition} at ${seconds.toFixed(3)}; adverts: ${wireStory(trio, Number(vrid), crashed - 1_500_000)} (less 1.5)`;
    });
  }

  /** Every advert that is told to be late or missing is to be so in the recording: keepalived has one thread for all, with their addresses. */
  async function assertLate(agent: Agent): Promise<void> {
    const longest = new Map<number, number>();
    const last = new Map<string, number>();
    for (const { at, vrid, source } of trio.recorder.adverts()) {
      const before = last.get(`${vrid} ${source}`);
      if (before !== undefined) longest.set(vrid, Math.max(longest.get(vrid) ?? 0, at - before));
      last.set(`${vrid} ${source}`, at);
    }
    const { slow_adverts: slow = [], local_send_blocked: blocked = [] } = await raised(agent);
    const without = (vrids: readonly number[], gap: number): number[] => vrids.filter((vrid) => (longest.get(vrid) ?? 0) < gap);
    assert.deepEqual(without(slow, 1_490_000), [], `${agent.host.name}: slow_adverts without a late advert`);
    assert.deepEqual(without(blocked, 2_990_000), [], `${agent.host.name}: local_send_blocked without a gap in the adverts of its host`);
  }

  /**
   * Holds each virtual router's `no_master` to the recorded gap, but for what a frame may be under way on a busy machine. An agent that
   * stood still or missed frames may hold it back, and invents none either.
   */
  async function assertAbsences(agent: Agent): Promise<void> {
    const absent = new Set((await raised(agent))["no_master"]);
    const judges = (await missed(agent)).every((value) => value === 0);
    const wrong = [...gaps].filter(([vrid, gap]) =>
      absent.has(vrid) ? gap < NO_MASTER - UNDER_WAY : judges && gap > NO_MASTER + UNDER_WAY,
    );
    assert.deepEqual(wrong, [], `${agent.host.name}: gaps that do not fit no_master`);
  }

  /** Frames that the kernel dropped, and seconds in which the agent stood still. */
  const missed = async (agent: Agent): Promise<number[]> => [
    ...(await agent.metric("vrrpwatch_capture_drops_total")),
    ...(await agent.metric("vrrpwatch_host_pause_seconds_total")),
  ];

  test("have keepalived down and its addresses left on the node that died, and nothing else there", async () => {
    const active = async (): Promise<number[]> =>
      await Promise.all(
        ["keepalived_down", "backup_with_vip"].map(
          async (condition) => (await trio.onA.metric("vrrp_condition_active", { condition })).filter((value) => value === 1).length,
        ),
      );
    await waitFor("both of all", async () => (await active()).every((count) => count === VIRTUAL_ROUTERS), {
      within: 15_000,
      every: 500,
      state: () => raised(trio.onA),
    });
    const { no_master: _, slow_adverts: __, capture_blind: ___, vip_arp_stale: ____, ...others } = await raised(trio.onA);
    assert.deepEqual(Object.keys(others).sort(), ["backup_with_vip", "keepalived_down"]);
    await assertAbsences(trio.onA);
  });

  test("are one story, which is written on each of the nodes", async () => {
    interface Incident {
      readonly state: string;
      readonly last_change_at: string;
      readonly virtual_routers: readonly unknown[];
    }
    const since = crashed / 1_000 - 1;
    for (const agent of [trio.onA, trio.onB]) {
      const folder = path.join(agent.folder, "state", "incidents");
      const written = (): Incident[] =>
        readdirSync(folder)
          .map((id) => JSON.parse(readFileSync(path.join(folder, id, "incident.json"), "utf8")) as Incident)
          .filter(({ last_change_at }) => Date.parse(last_change_at) >= since);
      const isWhole = (): boolean => written().some(({ virtual_routers }) => virtual_routers.length === VIRTUAL_ROUTERS);
      await waitFor(`all to be in the incident of ${agent.host.name}`, isWhole, { within: 10_000, every: 500, state: written });
      assert.equal(written().length, 1);
    }
  });

  test("are all quiet again after the return", async () => {
    await trio.first.start();
    await Promise.all(trio.agents.map((agent) => untilMasterOfAll(agent, trio.a, instances)));
    for (const agent of trio.agents) {
      // Late adverts stay known for 30 intervals, and missed frames for a minute.
      const left = async (): Promise<unknown[]> =>
        ((await agent.getJson("/api/v1/conditions")) as { conditions: { condition: string }[] }).conditions.filter(
          ({ condition }) => condition !== "slow_adverts" && condition !== "capture_blind",
        );
      await waitFor(`nothing to be raised on ${agent.host.name}`, async () => (await left()).length === 0, {
        within: 20_000,
        every: 500,
        state: left,
      });
      const counts = await raised(agent);
      for (const condition of FALSE_HERE) assert.equal(counts[condition], undefined, `${condition} on ${agent.host.name}`);
    }
  });

  test("are one notification when nobody is master of any of them any more", async (t) => {
    const before = receiver.received.length;
    await Promise.all([trio.first.crash(), trio.second.crash()]);
    const told = (): string[] =>
      receiver.received
        .slice(before)
        .flatMap(({ body: { alerts } }) => alerts.map(({ labels, status }) => `${status} ${labels["alertname"]} ${labels["vrid"]}`));
    const all = (): number => new Set(told().filter((line) => line.startsWith("firing VRRPNoMaster"))).size;
    await waitFor("all to be told", () => all() === VIRTUAL_ROUTERS, { within: 30_000, state: () => told().length });
    const sizes = receiver.received.slice(before).map(({ body: { alerts } }) => alerts.length);
    t.diagnostic(`notifications: ${sizes.join(", ")} alerts`);
    // Their last adverts are as far apart as their advert intervals: who came after group_wait is told after group_interval.
    assert.ok(sizes.length <= 2, sizes.join(", "));
  });
});
