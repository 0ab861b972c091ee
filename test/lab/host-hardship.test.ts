import assert from "node:assert/strict";
import { existsSync, lstatSync } from "node:fs";
import test, { after, before, describe } from "node:test";
import { Agent } from "./framework/agent.ts";
import type { Dumped, Instance } from "./framework/keepalived.ts";
import { createPair, type Pair } from "./framework/pair.ts";
import { kill } from "./framework/processes.ts";
import { labSkip } from "./framework/requirements.ts";
import { ip } from "./framework/shell.ts";
import { waitFor } from "./framework/wait.ts";
import { R, untilEvent, untilMetric, untilState } from "./framework/watch.ts";

const V4 = "192.0.2.100";
const V6 = "2001:db8:1::100";
const OTHER = "198.51.100.100";
/** A second network between the two nodes. */
const SECOND = "lan.2";
/** Nothing runs over it: taking it down is a fault that leaves all networks alone. */
const TRACKED = "t0";
const instances = [
  {
    name: "V4_51",
    vrid: 51,
    version: 3 as const,
    interval: 0.3,
    addresses: [`${V4}/24`],
    extra: `track_interface {\n        ${TRACKED}\n    }`,
  },
  { name: "V6_60", vrid: 60, version: 3 as const, interval: 0.3, addresses: ["fe80::100/64", `${V6}/64`] },
  { name: "Second_LAN", vrid: 51, version: 3 as const, interval: 0.3, addresses: [`${OTHER}/24`], interface: SECOND },
];
const watched = [
  { labels: R("ipv4", 51), iname: "V4_51", address: V4, dev: "eth0" },
  { labels: R("ipv6", 60), iname: "V6_60", address: V6, dev: "eth0" },
  { labels: { interface: SECOND, family: "ipv4", vrid: "51" }, iname: "Second_LAN", address: OTHER, dev: SECOND },
];
const withPriority = (priority: number): Instance[] => instances.map((one) => ({ ...one, priority }));

async function is(agent: Agent, state: "master" | "backup" | "stop" | "fault", routers = watched): Promise<void> {
  for (const { labels, iname, address, dev } of routers) {
    await untilMetric(agent, "vrrp_router_state", { ...labels, state }, 1);
    await untilMetric(agent, "vrrp_vip_present", { ...labels, address, dev }, Number(state === "master"));
    if (state === "master" || state === "backup")
      await untilMetric(agent, "keepalived_vrrp_state", { iname, ip_address: address }, state === "master" ? 2 : 1);
  }
}

const onFifo = async (agent: Agent, event: string): Promise<number> =>
  (await agent.metric("keepalived_notify_events_total", { source: "fifo", kind: "instance", event }))[0] ?? 0;

describe("agents that come after a keepalived which made its own FIFO", { skip: labSkip("keepalived") }, () => {
  let pair: Pair;
  let onA: Agent;
  let onB: Agent;
  before(async () => {
    pair = await createPair(instances);
    const peer = ["type", "veth", "peer", "name", SECOND, "netns", pair.b.namespace];
    await ip("-n", pair.a.namespace, "link", "add", SECOND, ...peer);
    for (const [{ namespace }, address] of [
      [pair.a, "198.51.100.1/24"],
      [pair.b, "198.51.100.2/24"],
    ] as const) {
      await ip("-n", namespace, "addr", "add", address, "dev", SECOND);
      await ip("-n", namespace, "link", "add", TRACKED, "type", "veth", "peer", "name", "t1");
      for (const device of [SECOND, TRACKED, "t1"]) await ip("-n", namespace, "link", "set", device, "up");
    }
    for (const node of [pair.first, pair.second])
      node.writeConfig(undefined, { globals: `vrrp_notify_fifo ${node.notifyFifo}\nvrrp_notify_priority_changes true` });
    await Promise.all([pair.first.start(), pair.second.start()]);
    assert.ok(lstatSync(pair.first.notifyFifo).isFIFO());
    await waitFor("the address", async () => pair.a.holds(V4), { within: 10_000 });
    onA = await watch("a");
    onB = await watch("b");
  });
  after(() => pair.lab.close());

  const watch = (name: "a" | "b"): Promise<Agent> =>
    Agent.start(pair.lab, pair[name], {
      keepalived: name === "a" ? pair.first : pair.second,
      config: "compat: {keepalived_exporter: true}",
    });

  test("are right at once, also about an instance on another device with the VRID of the first", async () => {
    await is(onA, "master");
    await is(onB, "backup");
    for (const agent of [onA, onB]) {
      assert.deepEqual(await agent.metric("keepalived_notify_fifo_up"), [1]);
      assert.deepEqual(await agent.metric("keepalived_up"), [1]);
    }
  });

  test("go on hearing it after a reload, at which keepalived unlinks the FIFO and makes another", async () => {
    pair.first.reload(withPriority(50));
    await is(onA, "backup");
    await is(onB, "master");
    await waitFor("the calls after the reload", async () => (await onFifo(onA, "backup")) >= instances.length, { within: 5_000 });
    for (const { iname } of watched) await untilMetric(onA, "keepalived_effective_priority", { iname }, 50);
    pair.first.reload(withPriority(150));
    await is(onA, "master");
    await is(onB, "backup");
    await waitFor("the calls of the return", async () => (await onFifo(onA, "master")) >= instances.length, { within: 5_000 });
  });

  test("find out what happened while they were away, on both nodes", async () => {
    await Promise.all([onA.process.stop("SIGKILL"), onB.process.stop("SIGKILL")]);
    await pair.first.stop();
    await waitFor("the takeover", async () => pair.b.holds(V4), { within: 10_000 });
    [onA, onB] = await Promise.all([watch("a"), watch("b")]);
    await is(onB, "master");
    // It left no trace of itself, so that nothing is claimed about it but what the kernel and the wire tell.
    for (const { labels, address, dev } of watched) {
      await untilMetric(onA, "vrrp_vip_present", { ...labels, address, dev }, 0);
      await untilMetric(onA, "vrrp_master_is_local", labels, 0);
      await untilMetric(onA, "vrrp_router_state", { ...labels, state: "master" }, 0);
    }
    assert.equal((await onA.tryGet("/lb/eth0/ipv4/51"))?.status, 503);
    assert.equal((await onB.tryGet("/lb/eth0/ipv4/51"))?.status, 200);
    await pair.first.start();
    await is(onA, "master");
    await is(onB, "backup");
  });

  test("see the VRRP process die alone and come back, which nobody else is told", async () => {
    const [, child] = pair.first.pids;
    assert.ok(child !== undefined, pair.first.log);
    kill(child, "SIGKILL");
    await untilMetric(onA, "keepalived_restarts_total", {}, 1);
    await untilMetric(onA, "keepalived_up", {}, 1);
    await is(onA, "master");
    await is(onB, "backup");
    assert.notEqual(pair.first.pids[1], child);
  });

  test("tell that a stopped process still counts itself as master, and that its address stayed", async () => {
    const { pids } = pair.first;
    for (const pid of pids) kill(pid, "SIGSTOP");
    await is(onB, "master");
    await untilMetric(onA, "vrrp_master_is_local", R("ipv4", 51), 0);
    await untilMetric(onA, "vrrp_vip_present", { ...R("ipv4", 51), address: V4, dev: "eth0" }, 1);
    const said = (await onA.router("ipv4", 51))?.contradictions ?? [];
    assert.ok(
      said.some((text) => text.includes(`the adverts of ${pair.b.ipv4} show another master`)),
      JSON.stringify(said),
    );
    for (const pid of pids) kill(pid, "SIGCONT");
    await is(onA, "master");
    await is(onB, "backup");
    await waitFor("the answers to agree", async () => (await onA.router("ipv4", 51))?.contradictions.length === 0, { within: 5_000 });
  });

  test("see an address go that somebody deleted, and keepalived give up and put it back", async (t) => {
    const count = async (action: string): Promise<number> =>
      (await onA.metric("vrrp_vip_changes_total", { ...R("ipv4", 51), address: V4, action }))[0] ?? 0;
    const [added, removed, backups] = [await count("added"), await count("removed"), await onFifo(onA, "backup")];
    const started = performance.now();
    await ip("-n", pair.a.namespace, "addr", "del", `${V4}/24`, "dev", "eth0");
    await waitFor("the deletion", async () => (await count("removed")) === removed + 1, { within: 5_000 });
    await waitFor("keepalived to give up", async () => (await onFifo(onA, "backup")) === backups + 1, { within: 5_000 });
    await waitFor("the address again", async () => (await count("added")) === added + 1, { within: 10_000 });
    t.diagnostic(`the address was away for ${(performance.now() - started).toFixed(0)} ms`);
    await is(onA, "master");
    await is(onB, "backup");
    await untilEvent(onA, { event: "address_changed", address: V4, dev: "eth0", action: "removed" });
  });

  test("count resignations as the wire has them: two at a fault, of which keepalived counts one as sent", async (t) => {
    const zeros = async (agent: Agent, direction: "sent" | "received"): Promise<number> =>
      (await agent.metric(`keepalived_priority_zero_${direction}_total`, { iname: "V4_51" }))[0] ?? 0;
    const dumped = (dump: readonly Dumped[]): Dumped["stats"] => {
      const found = dump.find(({ data }) => data.iname === "V4_51");
      assert.ok(found !== undefined);
      return found.stats;
    };
    const before = [await zeros(onA, "sent"), await zeros(onB, "received")] as const;
    const dumps = [dumped(await pair.first.dump()), dumped(await pair.second.dump())] as const;
    await ip("-n", pair.a.namespace, "link", "set", TRACKED, "down");
    await untilState(onA, "ipv4", 51, "fault");
    await untilState(onB, "ipv4", 51, "master");
    await ip("-n", pair.a.namespace, "link", "set", TRACKED, "up");
    await is(onA, "master");
    await is(onB, "backup");
    const [sent, received] = [(await zeros(onA, "sent")) - before[0], (await zeros(onB, "received")) - before[1]];
    const theirs = [
      dumped(await pair.first.dump()).pri_zero_sent - dumps[0].pri_zero_sent,
      dumped(await pair.second.dump()).pri_zero_rcvd - dumps[1].pri_zero_rcvd,
    ];
    t.diagnostic(`sent ${sent}, keepalived says ${theirs[0]}; received ${received}, keepalived says ${theirs[1]}`);
    assert.deepEqual([sent, received], [2, 2]);
    assert.deepEqual(theirs, [1, 2]);
  });

  test("see both nodes die", async () => {
    await Promise.all([pair.first.crash(), pair.second.crash()]);
    for (const agent of [onA, onB]) {
      await untilMetric(agent, "keepalived_up", {}, 0);
      for (const { labels } of watched) {
        await untilMetric(agent, "vrrp_router_state", { ...labels, state: "stop" }, 1);
        await untilMetric(agent, "vrrp_masters", labels, 0);
      }
    }
    await untilMetric(onA, "vrrp_vip_present", { ...R("ipv4", 51), address: V4, dev: "eth0" }, 1);
    await untilMetric(onB, "vrrp_vip_present", { ...R("ipv4", 51), address: V4, dev: "eth0" }, 0);
    assert.ok(existsSync(pair.first.notifyFifo));
  });
});

describe("an agent without privileges that comes after keepalived", { skip: labSkip("keepalived", "setpriv") }, () => {
  const one = instances.slice(0, 1).map((instance) => ({ ...instance, extra: "" }));
  const rawOnly = ["--inh-caps", "-all,+net_raw", "--ambient-caps", "-all,+net_raw"];
  const wrapper = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", ...rawOnly];
  let pair: Pair;
  let onA: Agent;
  let onB: Agent;
  before(async () => {
    pair = await createPair(one);
    // Only b's keepalived is told whom its FIFO is for.
    pair.first.writeConfig(undefined, { globals: `vrrp_notify_fifo ${pair.first.notifyFifo}` });
    pair.second.writeConfig(undefined, { globals: `vrrp_notify_fifo ${pair.second.notifyFifo} nobody` });
    await Promise.all([pair.first.start(), pair.second.start()]);
    await waitFor("the address", async () => pair.a.holds(V4), { within: 10_000 });
    onA = Agent.launch(pair.lab, pair.a, { keepalived: pair.first, wrapper });
    await onA.ready();
    onB = await Agent.start(pair.lab, pair.b, { keepalived: pair.second, wrapper });
  });
  after(() => pair.lab.close());

  test("reads a FIFO that was made for its user", async () => {
    await untilMetric(onB, "keepalived_notify_fifo_up", {}, 1);
    await untilState(onB, "ipv4", 51, "backup");
  });

  test("says what would open one that is root's, and does without", async () => {
    await untilMetric(onA, "keepalived_notify_fifo_up", {}, 0);
    assert.match(onA.process.stdout, /vrrp_notify_fifo \S+ USER/);
    await untilState(onA, "ipv4", 51, "master");
    await untilMetric(onA, "vrrp_vip_present", { ...R("ipv4", 51), address: V4, dev: "eth0" }, 1);
  });

  test("follows stop, takeover and return, with and without the FIFO", async () => {
    await pair.first.stop();
    await untilState(onA, "ipv4", 51, "stop");
    await untilMetric(onA, "vrrp_vip_present", { ...R("ipv4", 51), address: V4, dev: "eth0" }, 0);
    await untilState(onB, "ipv4", 51, "master");
    await waitFor("the call", async () => (await onFifo(onB, "master")) === 1, { within: 5_000 });
    await pair.first.start();
    await untilState(onA, "ipv4", 51, "master");
    await untilState(onB, "ipv4", 51, "backup");
  });
});
