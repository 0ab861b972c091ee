import assert from "node:assert/strict";
import path from "node:path";
import test, { after, before, describe } from "node:test";
import { Agent } from "./framework/agent.ts";
import type { Instance, Keepalived } from "./framework/keepalived.ts";
import { createPair, type Pair } from "./framework/pair.ts";
import { labSkip } from "./framework/requirements.ts";
import { ip } from "./framework/shell.ts";
import { waitFor } from "./framework/wait.ts";
import { R, untilEvent, untilMetric, untilState } from "./framework/watch.ts";

const skip = labSkip("keepalived");
const V4 = "192.0.2.100";
const V6 = "2001:db8:1::100";
const instances = [
  { name: "V4_51", vrid: 51, version: 3 as const, interval: 0.3, addresses: [`${V4}/24`] },
  { name: "V6_60", vrid: 60, version: 3 as const, interval: 0.3, addresses: ["fe80::100/64", `${V6}/64`] },
];
const routers = [
  { family: "ipv4", vrid: 51, iname: "V4_51", address: V4 },
  { family: "ipv6", vrid: 60, iname: "V6_60", address: V6 },
] as const;

/** Both nodes have an agent, which offers the FIFO that keepalived writes to. */
async function watchedPair(): Promise<{ pair: Pair; onA: Agent; onB: Agent }> {
  const pair = await createPair(instances);
  for (const node of [pair.first, pair.second])
    node.writeConfig(undefined, { globals: `vrrp_notify_fifo ${node.notifyFifo}\nvrrp_notify_priority_changes true` });
  const onA = await Agent.start(pair.lab, pair.a, { keepalived: pair.first, config: "compat: {keepalived_exporter: true}" });
  const onB = await Agent.start(pair.lab, pair.b, { keepalived: pair.second, config: "compat: {keepalived_exporter: true}" });
  return { pair, onA, onB };
}

async function untilMasterIs(master: Agent, backup: Agent, backupState: "backup" | "stop" | "fault"): Promise<void> {
  const numbers = { backup: 1, fault: 3, stop: undefined };
  for (const { family, vrid, iname, address } of routers) {
    await untilState(master, family, vrid, "master");
    await untilMetric(master, "vrrp_vip_present", { ...R(family, vrid), address, dev: "eth0" }, 1);
    await untilMetric(master, "vrrp_master_is_local", R(family, vrid), 1);
    await untilMetric(master, "keepalived_vrrp_state", { iname, intf: "eth0", vrid: String(vrid), ip_address: address }, 2);
    await untilState(backup, family, vrid, backupState);
    await untilMetric(backup, "vrrp_vip_present", { ...R(family, vrid), address, dev: "eth0" }, 0);
    await untilMetric(backup, "vrrp_master_is_local", R(family, vrid), 0);
    await untilMetric(backup, "keepalived_vrrp_state", { iname, ip_address: address }, numbers[backupState]);
    await waitFor(
      "the answers to agree",
      async () =>
        (await master.router(family, vrid))?.contradictions.length === 0 &&
        (await backup.router(family, vrid))?.contradictions.length === 0,
      { within: 5_000, state: async () => [await master.router(family, vrid), await backup.router(family, vrid)] },
    );
  }
}

describe("an agent on each of two keepalived nodes", { skip }, () => {
  let pair: Pair;
  let onA: Agent;
  let onB: Agent;
  before(async () => {
    ({ pair, onA, onB } = await watchedPair());
  });
  after(() => pair.lab.close());

  test("shows states and addresses of a start, before and after keepalived runs", async () => {
    for (const { family, vrid, address } of routers) {
      await untilMetric(onA, "vrrp_vip_present", { ...R(family, vrid), address, dev: "eth0" }, 0);
      await untilMetric(onA, "vrrp_virtual_router_info", R(family, vrid), 1);
    }
    assert.deepEqual(await onA.metric("keepalived_up"), [], "no sign of it yet");
    await Promise.all([pair.first.start(), pair.second.start()]);
    await untilMasterIs(onA, onB, "backup");
    await untilMetric(onA, "keepalived_up", {}, 1);
    assert.deepEqual(await onA.metric("keepalived_notify_fifo_up"), [1]);
    assert.deepEqual(await onA.metric("keepalived_effective_priority", { iname: "V4_51" }), [150]);
    assert.deepEqual(await onB.metric("keepalived_effective_priority", { iname: "V4_51" }), [100]);
    assert.deepEqual(await onA.metric("keepalived_notify_events_total", { source: "fifo", kind: "instance", event: "master" }), [2]);
    assert.deepEqual(await onA.metric("vrrp_vip_changes_total", { address: V4, action: "added" }), [1]);
  });

  test("follows a graceful stop and a preempting return", async () => {
    await pair.first.stop();
    await untilMasterIs(onB, onA, "stop");
    await untilMetric(onA, "keepalived_up", {}, 0);
    assert.deepEqual(await onA.metric("vrrp_vip_changes_total", { address: V4, action: "removed" }), [1]);
    assert.deepEqual(await onA.metric("keepalived_notify_events_total", { event: "stop", kind: "instance" }), [2]);
    await pair.first.start();
    await untilMasterIs(onA, onB, "backup");
    await untilMetric(onA, "keepalived_restarts_total", {}, 1);
  });

  test("the phases of its own takeover come from the wire, the kernel and keepalived", async (t) => {
    for (const { family, vrid } of routers) {
      const {
        detected_by: by,
        excess_seconds: excess,
        phases,
      } = await untilEvent(onB, { event: "failover", family, vrid, reason: "priority_zero" });
      t.diagnostic(JSON.stringify({ family, excess, ...phases }));
      assert.equal(by, "notify");
      for (const [phase, at] of Object.entries(phases ?? {})) assert.ok(at !== null, `${family}: ${phase} is not known`);
      const another = await untilEvent(onA, { event: "failover", family, vrid, reason: "priority_zero" });
      assert.deepEqual([another.detected_by, another.phases?.["address_present_at"]], ["computed", null]);
    }
  });

  test("its counters and states are those of keepalived's own dump", async () => {
    const before = await pair.first.dump();
    const counts = async (agent: Agent, iname: string): Promise<Record<string, number>> => {
      const names = ["advertisements_sent", "advertisements_received", "become_master", "release_master", "priority_zero_received"];
      const values = await Promise.all(
        names.map(async (name) => (await agent.metric(`keepalived_${name}_total`, { iname }))[0] ?? Number.NaN),
      );
      return Object.fromEntries(names.map((name, i) => [name, values[i] as number]));
    };
    const ours = await counts(onA, "V4_51");
    await pair.second.stop();
    await pair.second.start();
    pair.first.reload(withPriority(50));
    await untilMasterIs(onB, onA, "backup");
    pair.first.reload(withPriority(150));
    await untilMasterIs(onA, onB, "backup");
    const after = await pair.first.dump();
    const mine = await counts(onA, "V4_51");
    const stats = (dump: typeof before): (typeof before)[number]["stats"] => {
      const found = dump.find(({ data }) => data.iname === "V4_51");
      assert.ok(found !== undefined);
      return found.stats;
    };
    const grown = (name: keyof (typeof before)[number]["stats"]): number => stats(after)[name] - stats(before)[name];
    const seen = (name: string): number => (mine[name] ?? 0) - (ours[name] ?? 0);
    assert.equal(seen("become_master"), grown("become_master"));
    assert.equal(seen("release_master"), grown("release_master"));
    assert.equal(seen("become_master"), 1);
    // Adverts are sent and received between the two readings of one side, at most a few.
    assert.ok(
      Math.abs(seen("advertisements_sent") - grown("advert_sent")) <= 3,
      `sent ${seen("advertisements_sent")} and ${grown("advert_sent")}`,
    );
    assert.ok(
      Math.abs(seen("advertisements_received") - grown("advert_rcvd")) <= 3,
      `received ${seen("advertisements_received")} and ${grown("advert_rcvd")}`,
    );
    const states = Object.fromEntries(after.map(({ data }) => [data.iname, data.state]));
    for (const { iname } of routers) assert.deepEqual([...new Set(await onA.metric("keepalived_vrrp_state", { iname }))], [states[iname]]);
  });

  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    test(`is right again within 2 s of its start after ${signal}, without any notify call`, async (t) => {
      for (const [agent, node, state] of [
        [onA, pair.first, "master"],
        [onB, pair.second, "backup"],
      ] as const) {
        await agent.process.stop(signal);
        const again = await Agent.start(pair.lab, agent.host, { keepalived: node, config: "compat: {keepalived_exporter: true}" });
        for (const { family, vrid, address } of routers) {
          await untilState(again, family, vrid, state, 10_000);
          await untilMetric(again, "vrrp_vip_present", { ...R(family, vrid), address, dev: "eth0" }, Number(state === "master"));
        }
        const took = performance.now() - again.startedAt;
        t.diagnostic(`${state} known ${took.toFixed(0)} ms after the start of the process`);
        assert.ok(took < 2_000 || process.env["CI"] === undefined, `${took} ms`);
        const router = await again.router("ipv4", 51);
        assert.equal(router?.keepalived?.by, "inferred");
        if (agent === onA) onA = again;
        else onB = again;
      }
    });
  }

  test("tells a changed file from the running keepalived, until the reload", async () => {
    const drift = (kind: string, value: number | undefined): Promise<void> =>
      untilMetric(onA, "keepalived_config_drift", { iname: "V4_51", kind }, value);
    // It was reloaded before this agent looked, which nobody can see afterwards.
    await drift("file", undefined);
    await drift("priority", 0);
    pair.first.writeConfig(withPriority(151));
    await drift("file", 1);
    await drift("priority", 1);
    await drift("addresses", 0);
    const router = await onA.router("ipv4", 51);
    assert.match(router?.drift.find(({ kind }) => kind === "priority")?.text ?? "", /file says priority 151, the adverts 150/);
    const more = instances.map((one) => (one.vrid === 51 ? { ...one, addresses: [...one.addresses, "192.0.2.101/24"] } : one));
    pair.first.writeConfig(more.map((one) => ({ ...one, priority: 151 })));
    pair.second.reload(more.map((one) => ({ ...one, priority: 100 })));
    await drift("addresses", 1);
    await untilMetric(onA, "vrrp_vip_present", { address: "192.0.2.101", dev: "eth0" }, 0);
    pair.first.reload();
    for (const kind of ["file", "priority", "addresses"]) await drift(kind, 0);
    await untilMetric(onA, "vrrp_vip_present", { address: "192.0.2.101", dev: "eth0" }, 1);
    await untilMetric(onA, "keepalived_effective_priority", { iname: "V4_51" }, 151);
    pair.second.reload(withPriority(100));
    pair.first.reload(withPriority(150));
    await untilMetric(onA, "vrrp_vip_present", { address: "192.0.2.101" }, undefined);
    await untilMasterIs(onA, onB, "backup");
  });

  test("tells that a killed keepalived has left its addresses behind", async () => {
    await pair.first.crash();
    for (const { family, vrid, address } of routers) {
      await untilState(onB, family, vrid, "master");
      await untilState(onA, family, vrid, "stop");
      await untilMetric(onA, "vrrp_vip_present", { ...R(family, vrid), address, dev: "eth0" }, 1);
      const router = await onA.router(family, vrid);
      assert.equal(router?.is_master_here, false);
      assert.match(router?.contradictions[0] ?? "", /not master here \(stop\), but this host has/);
    }
    await untilMetric(onA, "keepalived_up", {}, 0);
    await pair.first.start();
    await untilMasterIs(onA, onB, "backup");
  });

  test("shows a link that goes down as a fault with its cause, and addresses on it as not present", async () => {
    await pair.a.linkDown();
    await untilState(onA, "ipv4", 51, "fault");
    await untilMetric(onA, "vrrp_vip_present", { address: V4, dev: "eth0" }, 0);
    const event = await untilEvent(onA, { event: "router_state_changed", instance: "V4_51", to: "fault" });
    assert.deepEqual(event.suspect, { kind: "interface", name: "eth0" });
    await pair.a.linkUp();
    // keepalived waits for a link-local address, which the kernel took with the link.
    await ip("-n", pair.a.namespace, "addr", "replace", `${pair.a.linkLocal}/64`, "dev", "eth0", "nodad");
    await untilMasterIs(onA, onB, "backup");
  });
});

const withPriority = (priority: number): Instance[] => instances.map((one) => ({ ...one, priority }));

describe("an agent beside a keepalived with scripts, groups and odd addresses", { skip }, () => {
  let pair: Pair;
  let onA: Agent;
  let onB: Agent;
  const flag = (node: Keepalived, name: string): string => path.join(node.folder, name);
  const script = (node: Keepalived, name: string, weight: string): string =>
    `vrrp_script ${name} {\n script "/usr/bin/test ! -e ${flag(node, name)}"\n interval 1\n fall 1\n rise 1\n user root\n${weight}\n}\n`;
  const groups = `vrrp_sync_group G1 {\n group {\n  V4_51\n  V6_60\n }\n}\n`;
  const list = [
    { name: "V4_51", vrid: 51, version: 3 as const, interval: 0.3, addresses: [`${V4}/24`] },
    { name: "V6_60", vrid: 60, version: 3 as const, interval: 0.3, addresses: ["fe80::100/64", `${V6}/64`] },
    {
      name: "V4_20",
      vrid: 20,
      version: 3 as const,
      interval: 0.3,
      addresses: ["192.0.2.120/24 no_track"],
      extra: "track_script {\n chk_soft\n }",
    },
    { name: "V4_21", vrid: 21, version: 3 as const, interval: 0.3, addresses: ["192.0.2.121/24"], extra: "track_script {\n chk_hard\n }" },
    { name: "V4_24", vrid: 24, version: 3 as const, interval: 0.3, addresses: ["192.0.2.124/24"], extra: "track_interface {\n t0\n }" },
    { name: "V4_22", vrid: 22, version: 3 as const, interval: 0.3, addresses: ["192.0.2.122/24"], extra: "use_vmac" },
    { name: "V6_22", vrid: 22, version: 3 as const, interval: 0.3, addresses: ["fe80::122/64", "2001:db8:1::122/64"], extra: "use_vmac" },
    { name: "V6_23", vrid: 23, version: 3 as const, interval: 0.3, addresses: ["fe80::123/64", "2001:db8:1::123/64 -nodad"] },
  ];
  before(async () => {
    pair = await createPair(list);
    for (const node of [pair.first, pair.second])
      node.writeConfig(undefined, {
        blocks: script(node, "chk_soft", " weight -60") + script(node, "chk_hard", "") + groups,
        globals: `vrrp_notify_fifo ${node.notifyFifo}\nvrrp_notify_priority_changes true`,
      });
    for (const { namespace } of [pair.a, pair.b]) {
      await ip("-n", namespace, "link", "add", "t0", "type", "veth", "peer", "name", "t1");
      for (const device of ["t0", "t1"]) await ip("-n", namespace, "link", "set", device, "up");
    }
    onA = await Agent.start(pair.lab, pair.a, { keepalived: pair.first });
    onB = await Agent.start(pair.lab, pair.b, { keepalived: pair.second });
    await pair.listener.exec(["ip", "addr", "add", "2001:db8:1::123/64", "dev", "eth0", "nodad"]);
    await Promise.all([pair.first.start(), pair.second.start()]);
    for (const { vrid, name } of list) await untilState(onA, name.startsWith("V4") ? "ipv4" : "ipv6", vrid, "master", 20_000);
  });
  after(() => pair.lab.close());

  test("names the script that lowered a priority", async () => {
    await pair.a.exec(["touch", flag(pair.first, "chk_soft")]);
    const event = await untilEvent(onA, { event: "effective_priority_changed", instance: "V4_20" });
    assert.deepEqual(event.suspect, { kind: "script", name: "chk_soft" });
    await untilMetric(onA, "keepalived_effective_priority", { iname: "V4_20" }, 90);
    await untilState(onB, "ipv4", 20, "backup");
    await pair.a.exec(["rm", flag(pair.first, "chk_soft")]);
    await untilMetric(onA, "keepalived_effective_priority", { iname: "V4_20" }, 150);
  });

  test("names the script that led to a fault", async () => {
    await pair.a.exec(["touch", flag(pair.first, "chk_hard")]);
    const event = await untilEvent(onA, { event: "router_state_changed", instance: "V4_21", to: "fault" });
    assert.deepEqual(event.suspect, { kind: "script", name: "chk_hard" });
    await untilState(onA, "ipv4", 21, "fault");
    await untilMetric(onA, "vrrp_vip_present", { address: "192.0.2.121", dev: "eth0" }, 0);
    await untilState(onB, "ipv4", 21, "master");
    await pair.a.exec(["rm", flag(pair.first, "chk_hard")]);
    await untilState(onA, "ipv4", 21, "master", 15_000);
  });

  test("names the tracked interface that led to a fault", async () => {
    await ip("-n", pair.a.namespace, "link", "set", "t0", "down");
    const event = await untilEvent(onA, { event: "router_state_changed", instance: "V4_24", to: "fault" });
    assert.deepEqual(event.suspect, { kind: "interface", name: "t0" });
    await untilMetric(onA, "vrrp_vip_present", { address: "192.0.2.124", dev: "eth0" }, 0);
    await untilState(onB, "ipv4", 24, "master");
    await ip("-n", pair.a.namespace, "link", "set", "t0", "up");
    await untilState(onA, "ipv4", 24, "master", 15_000);
  });

  test("shows the state of the sync group on both nodes", async () => {
    await untilMetric(onA, "keepalived_sync_group_state", { group: "G1", state: "master" }, 1);
    await untilMetric(onB, "keepalived_sync_group_state", { group: "G1", state: "backup" }, 1);
  });

  test("finds the addresses of use_vmac on the macvlans, under the base interface", async () => {
    for (const [family, address] of [
      ["ipv4", "192.0.2.122"],
      ["ipv6", "2001:db8:1::122"],
    ] as const) {
      const dev = await waitFor("a device that has it", async () => holderOf(onA, family, 22, address), { within: 5_000 });
      assert.match(dev, /^vrrp6?\.22$/);
      await untilMetric(onA, "vrrp_vip_present", { ...R(family, 22), address, dev }, 1);
      await untilMetric(onB, "vrrp_vip_present", { ...R(family, 22), address }, 0);
    }
  });

  test("shows a duplicate that another host holds, while keepalived thinks that it is master", async () => {
    await untilMetric(onA, "vrrp_vip_dad_failed", { address: "2001:db8:1::123" }, 1);
    await untilMetric(onA, "vrrp_vip_tentative", { address: "2001:db8:1::123" }, 1);
    await untilState(onA, "ipv6", 23, "master");
    const router = await onA.router("ipv6", 23);
    assert.ok(router?.contradictions.some((text) => /2001:db8:1::123 does not answer on eth0/.test(text)));
    await untilEvent(onA, { event: "address_changed", address: "2001:db8:1::123", action: "dad_failed" });
  });

  test("shows an address that somebody deleted by hand from a master that does not mind", async () => {
    await untilMetric(onA, "vrrp_vip_present", { address: "192.0.2.120", dev: "eth0" }, 1);
    await ip("-n", pair.a.namespace, "addr", "del", "192.0.2.120/24", "dev", "eth0");
    await untilMetric(onA, "vrrp_vip_present", { address: "192.0.2.120", dev: "eth0" }, 0);
    await untilState(onA, "ipv4", 20, "master");
    assert.deepEqual((await onA.router("ipv4", 20))?.contradictions, ["keepalived is master here, but 192.0.2.120 is not on eth0"]);
    await untilEvent(onA, { event: "address_changed", address: "192.0.2.120", dev: "eth0", action: "removed" });
  });

  test("the sync group moves as one", async () => {
    await pair.first.stop();
    await untilMetric(onB, "keepalived_sync_group_state", { group: "G1", state: "master" }, 1);
    await untilMetric(onA, "keepalived_sync_group_state", { group: "G1", state: "stop" }, 1);
    await untilState(onB, "ipv4", 51, "master");
    await untilState(onB, "ipv6", 60, "master");
  });
});

async function holderOf(agent: Agent, family: string, vrid: number, address: string): Promise<string | undefined> {
  const { virtual_routers: all } = (await agent.getJson("/api/v1/virtual-routers")) as {
    virtual_routers: {
      family: string;
      vrid: number;
      addresses_here: { address: string; devices: { dev: string; present: boolean }[] }[];
    }[];
  };
  const router = all.find((one) => one.family === family && one.vrid === vrid);
  return router?.addresses_here.find((one) => one.address === address)?.devices.find(({ present }) => present)?.dev;
}
