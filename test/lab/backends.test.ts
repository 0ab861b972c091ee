import assert from "node:assert/strict";
import test, { after, before, describe } from "node:test";
import { Agent, type AgentEvent, projectFile } from "./framework/agent.ts";
import { eventTime } from "./framework/changes.ts";
import { createPair, type Pair, playFailover, untilMaster, type Watched } from "./framework/pair.ts";
import { Recorder } from "./framework/recorder.ts";
import { labSkip, pcapSkip } from "./framework/requirements.ts";
import { waitFor } from "./framework/wait.ts";

const skip = labSkip("keepalived", "tcpdump", "tshark") || (await pcapSkip());

const instances = [
  { name: "V4_51", vrid: 51, version: 3 as const, interval: 0.2, addresses: ["192.0.2.100/24"] },
  { name: "V6_60", vrid: 60, version: 3 as const, interval: 0.2, addresses: ["fe80::100/64", "2001:db8:1::100/64"] },
];
const routers: readonly Watched[] = [
  { family: "ipv4", vrid: 51 },
  { family: "ipv6", vrid: 60 },
];

/** What an event says, without its id and its times; of a phase, whether it has one. */
function fact(event: AgentEvent): unknown {
  const { at: _at, id: _id, gap_seconds: _gap, excess_seconds: _excess, phases, ...rest } = event as AgentEvent & { id?: unknown };
  return {
    ...rest,
    phases:
      phases &&
      Object.entries(phases)
        .filter(([, at]) => at !== null)
        .map(([phase]) => phase),
  };
}

/** The durations in an event, s; one that is not known is -1. */
function durations(event: AgentEvent): readonly number[] {
  return [event.gap_seconds ?? -1, event.excess_seconds ?? -1];
}

describe("the two capture backends side by side on one host", { skip }, () => {
  let pair: Pair;
  let native: Agent;
  let libpcap: Agent;

  before(async () => {
    pair = await createPair(instances);
    const recorder = await Recorder.start(pair.lab, pair.listener);
    native = await Agent.start(pair.lab, pair.listener, { name: "native", config: "capture: {backend: af_packet}\n" });
    libpcap = await Agent.start(pair.lab, pair.listener, { name: "libpcap", config: "capture: {backend: libpcap}\n" });
    await playFailover(pair, [native, libpcap], routers, { returns: false });
    await recorder.more(10, 10_000);
  });
  after(() => pair.lab.close());

  for (const { family, vrid } of routers) {
    test(`both report the same events of ${family} VRID ${vrid}, within 5 ms of each other`, async (t) => {
      const own = (event: AgentEvent): boolean => event.family === family && event.vrid === vrid;
      const [left, right] = [(await native.events()).filter(own), (await libpcap.events()).filter(own)];
      assert.deepEqual(right.map(fact), left.map(fact));
      assert.deepEqual(
        left.filter(({ event }) => event === "master_changed").map(({ reason }) => reason),
        ["initial", "priority_zero", "preempted", "no_response"],
      );
      for (const [index, event] of left.entries()) {
        const other = right[index] as AgentEvent;
        const apart = durations(event).map((duration, i) => Math.abs(duration - (durations(other)[i] as number)));
        t.diagnostic(
          `${family} ${event.reason ?? event.event}: times ${eventTime(event) - eventTime(other)} µs apart, durations ${apart.map((s) => (s * 1e6).toFixed(0))} µs`,
        );
        assert.ok(Math.abs(eventTime(event) - eventTime(other)) <= 5_000, `${event.event}: ${event.at} and ${other.at}`);
        assert.ok(Math.max(...apart) <= 0.005, `durations ${durations(event)} and ${durations(other)}`);
      }
    });
  }

  test("neither lost a packet", async () => {
    assert.deepEqual(
      (await native.metric("vrrpwatch_capture_drops_total")).filter((n) => n > 0),
      [],
    );
    assert.deepEqual(
      (await libpcap.metric("vrrpwatch_capture_drops_total")).filter((n) => n > 0),
      [],
    );
  });
});

describe("an agent with the libpcap backend", { skip }, () => {
  const config = "capture: {backend: libpcap}\n";
  let pair: Pair;
  before(async () => {
    pair = await createPair(instances);
  });
  after(() => pair.lab.close());

  test("ends within 3 s of SIGTERM", async () => {
    const agent = await Agent.start(pair.lab, pair.listener, { config });
    assert.equal(await agent.process.stop("SIGTERM", 3_000), 0);
  });

  test("runs without the native addon, sees a link go down and up, and says that it joins no groups", async () => {
    const addon = projectFile("build/Release/vrrpwatch_native.node");
    const hideAddon = ["unshare", "-m", "sh", "-c", 'mount --bind /dev/null "$0" && exec "$@"', addon];
    const agent = await Agent.start(pair.lab, pair.listener, { name: "plain", config, wrapper: hideAddon });
    assert.match(agent.process.stdout + agent.process.stderr, /without the native addon/);
    await pair.first.start();
    await untilMaster(agent, pair.a, routers);
    const up = (value: number) => async (): Promise<boolean> =>
      (await agent.metric("vrrp_interface_capture_up", { interface: "eth0" })).includes(value);
    await pair.listener.linkDown();
    await waitFor("the interface to be seen down", up(0), { within: 10_000 });
    await pair.listener.linkUp();
    await waitFor("the interface to be seen up", up(1), { within: 10_000 });
    assert.equal(await agent.process.stop("SIGTERM", 3_000), 0);
  });
});
