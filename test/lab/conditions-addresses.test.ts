import assert from "node:assert/strict";
import test, { after, before, describe } from "node:test";
import { assertRaised, assertShown, now, untilCleared, untilQuiet, untilRaised } from "./framework/conditions.ts";
import { dropAdverts, passAdverts } from "./framework/firewall.ts";
import { gratuitousArp } from "./framework/frames.ts";
import type { Host } from "./framework/host.ts";
import type { PairInstance } from "./framework/pair.ts";
import { labSkip } from "./framework/requirements.ts";
import { Rogue } from "./framework/rogue.ts";
import { ip } from "./framework/shell.ts";
import { createTrio, routerOf, type Trio } from "./framework/trio.ts";

const skip = labSkip("keepalived", "nft", "tcpdump", "cc");
const one = (vrid: number, address = `192.0.2.${vrid}/24`, extra = ""): PairInstance => ({
  name: `V${vrid}`,
  vrid,
  version: 3,
  interval: 0.5,
  addresses: [address],
  extra,
});
const deleted = one(121, "192.0.2.121/24 no_track");
const stolen = one(122);
/** Without the announcements that repair it: neither for a lesser advert nor a second set some seconds after the takeover. */
const stale = one(123, undefined, "garp_master_delay 0\n    garp_lower_prio_repeat 0\n    garp_lower_prio_delay 0");
const DUPLICATE = "2001:db8:1::125";
/** `-nodad`: keepalived turns duplicate address detection off unless it is told. */
const duplicate: PairInstance = { ...one(125), addresses: ["fe80::125/64", `${DUPLICATE}/64 -nodad no_track`] };
const instances = [deleted, stolen, stale, duplicate];

describe("addresses that are not where they should be", { skip, concurrency: true }, () => {
  let trio: Trio;
  let stranger: Rogue;
  let onNodeA: Rogue;
  let started: number;
  before(async () => {
    started = now();
    let host: Host | undefined;
    trio = await createTrio(instances, {
      config: 'conditions: {vip_conflict: {quiet: "5s"}}',
      prepare: async ({ lab }) => {
        host = await lab.addHost("r", 9);
        await ip("-n", host.namespace, "addr", "add", `${DUPLICATE}/64`, "dev", "eth0", "nodad");
      },
    });
    assert.ok(host !== undefined);
    stranger = await Rogue.create(trio.lab, host);
    onNodeA = await Rogue.create(trio.lab, trio.a);
  });
  after(() => trio?.lab.close());

  /** What every host learns from: a's own claim for an address, five times as keepalived would. */
  const announceFromA = (address: string): Promise<void> => onNodeA.send(...Array<string>(5).fill(gratuitousArp(trio.a.mac, address)));

  test("an address that somebody deleted from the master is told on that node, until it is back", async () => {
    const [router, since, address] = [routerOf(deleted), now(), "192.0.2.121/24"];
    await ip("-n", trio.a.namespace, "addr", "del", address, "dev", "eth0");
    await untilRaised(trio.onA, "master_without_vip", router, since);
    await assertShown(trio.onA, "master_without_vip", router, since);
    assert.equal(trio.first.stateOf(deleted.name), "MASTER");
    await ip("-n", trio.a.namespace, "addr", "add", address, "dev", "eth0");
    await untilCleared(trio.onA, "master_without_vip", router, since);
    await untilQuiet(trio.agents, router);
    await assertRaised(trio.onA, router, since, ["master_without_vip"]);
    for (const agent of [trio.onB, trio.onM]) await assertRaised(agent, router, since, []);
  });

  test("a stranger that announces the address and answers for it is a conflict for all three, until it is quiet", async (t) => {
    const [router, since, address] = [routerOf(stolen), now(), "192.0.2.122"];
    await ip("-n", stranger.host.namespace, "addr", "add", `${address}/32`, "dev", "eth0");
    const announcing = stranger.stream([gratuitousArp(stranger.host.mac, address)], 2, 1_000);
    for (const agent of trio.agents) {
      const raised = await untilRaised(agent, "vip_conflict", router, since);
      t.diagnostic(`${agent.host.name}: ${raised.cause}, ${raised.summary}`);
      await assertShown(agent, "vip_conflict", router, since);
    }
    await announcing.stop();
    await ip("-n", stranger.host.namespace, "addr", "del", `${address}/32`, "dev", "eth0");
    await announceFromA(address);
    for (const agent of trio.agents) await untilCleared(agent, "vip_conflict", router, since, 10_000);
    await untilQuiet(trio.agents, router);
    for (const agent of trio.agents) await assertRaised(agent, router, since, ["vip_conflict"], ["vip_arp_stale"]);
  });

  test("a takeover that ends without a new announcement leaves the network with the wrong host, which all three tell", async (t) => {
    const [router, since] = [routerOf(stale), now()];
    await dropAdverts(trio.a, "output", stale.vrid);
    await trio.second.untilState(stale.name, "MASTER", 5_000);
    const back = await passAdverts(trio.a, "output", stale.vrid);
    await trio.second.untilState(stale.name, "BACKUP", 3_000);
    for (const agent of trio.agents) {
      const raised = await untilRaised(agent, "vip_arp_stale", router, since);
      t.diagnostic(`${agent.host.name}: ${raised.cause}, ${raised.summary}`);
    }
    await trio.recorder.more(16, 10_000);
    for (const agent of trio.agents) await assertShown(agent, "vip_arp_stale", router, since);
    await announceFromA("192.0.2.123");
    for (const agent of trio.agents) await untilCleared(agent, "vip_arp_stale", router, back);
    await untilQuiet(trio.agents, router, 20_000);
    // The adverts of a master that goes on were late, whoever was master meanwhile.
    await assertRaised(trio.onA, router, since, ["vip_arp_stale"], ["local_send_blocked", "split_brain", "slow_adverts"]);
    for (const agent of [trio.onB, trio.onM]) await assertRaised(agent, router, since, ["vip_arp_stale"], ["slow_adverts"]);
  });

  test("an address that another host holds is refused by the kernel and told on that node, until it is free", async () => {
    const router = routerOf(duplicate);
    await untilRaised(trio.onA, "dad_failed", router, started);
    await assertShown(trio.onA, "dad_failed", router, started);
    const since = now();
    await ip("-n", stranger.host.namespace, "addr", "del", `${DUPLICATE}/64`, "dev", "eth0");
    await ip("-n", trio.a.namespace, "addr", "del", `${DUPLICATE}/64`, "dev", "eth0");
    await ip("-n", trio.a.namespace, "addr", "add", `${DUPLICATE}/64`, "dev", "eth0");
    await untilCleared(trio.onA, "dad_failed", router, since);
    await untilQuiet(trio.agents, router, 10_000);
    // The holder defends its address against the detection, in words that are a claim for everybody. keepalived 2.3 adds what was refused
    // anew, so that the node itself has the address while it hears them.
    await assertRaised(trio.onA, router, started, ["dad_failed"], ["master_without_vip", "vip_conflict"]);
    for (const agent of [trio.onB, trio.onM]) await assertRaised(agent, router, started, [], ["vip_conflict"]);
  });
});
