import assert from "node:assert/strict";
import { appendFileSync } from "node:fs";
import test, { after, before, describe } from "node:test";
import { concrete, dashboardFiles, queriesOf } from "../dashboards/files.ts";
import { now, untilRaised } from "./framework/conditions.ts";
import { dropAdverts, passAdverts } from "./framework/firewall.ts";
import { advert, carpAdvert } from "./framework/frames.ts";
import type { Host } from "./framework/host.ts";
import type { Instance, Keepalived } from "./framework/keepalived.ts";
import type { PairInstance } from "./framework/pair.ts";
import { Prometheus } from "./framework/prometheus.ts";
import { labSkip } from "./framework/requirements.ts";
import { Rogue } from "./framework/rogue.ts";
import { createTrio, routerOf, type Trio, untilMasterOfAll, untilSettled } from "./framework/trio.ts";
import { WebhookReceiver } from "./framework/webhooks.ts";

/** What the run below does not make happen, by where the query is, and why. An entry that has a result after all is to be removed. */
const NOT_COVERED: Readonly<Record<string, string>> = {};

const skip = labSkip("keepalived", "nft", "tcpdump", "prometheus", "cc");
const one = (vrid: number, ...addresses: string[]): PairInstance => ({ name: `V${vrid}`, vrid, version: 3, interval: 0.5, addresses });
const ipv4 = one(51, "192.0.2.100/24");
const ipv6 = one(60, "fe80::100/64", "2001:db8:1::100/64");
const split = one(71, "192.0.2.71/24");
const instances = [ipv4, ipv6, split];
const group = `vrrp_sync_group VG {\n    group {\n        ${ipv4.name}\n        ${ipv6.name}\n    }\n}`;
const PORT = 9_000;

/** A run in which everything happens that a dashboard shows, scraped every second by a real Prometheus. */
describe("the queries of the dashboards", { skip }, () => {
  let trio: Trio;
  let prometheus: Prometheus;
  let ended = 0;

  before(async () => {
    let outsider: Host | undefined;
    const receiver = `http://192.0.2.3:${PORT}`;
    trio = await createTrio(instances, {
      listen: [":10112"],
      // Nobody listens on port 9: deliveries wait and are tried again.
      config: `alerts:
  heartbeat: {url: "${receiver}/alive", interval: 1s}
  receivers: [{name: oncall, url: "${receiver}/oncall"}, {name: gone, url: "http://192.0.2.3:9/"}]
virtual_routers: [{vrid: ${ipv4.vrid}, segment: front}]`,
      prepare: async ({ lab, listener }) => {
        outsider = await lab.addHost("r", 9);
        await WebhookReceiver.start(lab, listener, PORT);
      },
    });
    assert.ok(outsider !== undefined);
    const { lab, a, b, listener } = trio;
    prometheus = await Prometheus.start(
      lab,
      listener,
      [a, b, listener].map((host) => `${host.ipv4}:10112`),
    );
    await play(await Rogue.create(lab, outsider));
    ended = Date.now() / 1_000;
  });
  after(() => trio?.lab.close());

  const withPriority = (priority: number, intervalOfSplit: number): Instance[] =>
    instances.map((instance) => ({ ...instance, priority, ...(instance === split && { interval: intervalOfSplit }) }));
  const surroundings = (node: Keepalived, blocks = ""): { globals: string; blocks: string } => ({
    globals: `vrrp_notify_fifo ${node.notifyFifo}\nvrrp_notify_priority_changes true`,
    blocks,
  });

  /** Every step waits until Prometheus has seen it. */
  async function play(rogue: Rogue): Promise<void> {
    const { first, second, onA, onM, a, b } = trio;
    await outsiders(rogue);
    await splitBrain();
    await first.stop();
    await untilMasterOfAll(onM, b, instances);
    await prometheus.until("keepalived_up == 0");
    await first.start();
    await untilMasterOfAll(onM, a, instances);
    await first.crash();
    await untilMasterOfAll(onM, b, instances);
    await second.stop();
    await prometheus.until("rate(vrrp_no_master_seconds_total[5s]) > 0");
    await Promise.all([first.start(), second.start()]);
    await untilSettled(trio, instances);
    await hesitation();
    for (const node of [first, second]) {
      const priority = node === first ? 150 : 100;
      node.writeConfig(withPriority(priority, 0.5), surroundings(node, group));
      node.reload();
    }
    await prometheus.until('keepalived_sync_group_state{state="master"} == 1');
    await prometheus.until("keepalived_last_reload_timestamp_seconds");
    first.writeConfig(withPriority(140, 0.5), surroundings(first, group));
    await prometheus.until("keepalived_config_drift == 1");
    for (const total of [1, 2]) {
      appendFileSync(first.notifyFifo, "this is no line of keepalived's\n");
      await prometheus.until(`sum(keepalived_notify_parse_failures_total) == ${total}`);
    }
    assert.equal((await onA.tryGet("/-/ready"))?.status, 200);
  }

  /** Packets that are no adverts, from a host that has no part in this. */
  async function outsiders(rogue: Rogue): Promise<void> {
    const { ipv4: source, mac } = rogue.host;
    const broken = advert({ vrid: ipv4.vrid, priority: 50, interval: 50, addresses: ["192.0.2.100"], source, mac, checksum: "wrong" });
    const stream = rogue.stream([broken, carpAdvert(200, source, "00:00:5e:00:01:c8")], 4, 400);
    await prometheus.until("increase(vrrp_invalid_packets_total[5s]) > 0");
    await prometheus.until("increase(vrrp_carp_packets_total[5s]) > 0");
    await stream.stop();
  }

  /** Two masters that disagree about the interval, each with the address. */
  async function splitBrain(): Promise<void> {
    const since = now();
    trio.second.reload(withPriority(100, 1));
    await dropAdverts(trio.b, "input", split.vrid);
    for (const agent of trio.agents) await untilRaised(agent, "split_brain", routerOf(split), since);
    await prometheus.until(`vrrp_masters{vrid="${split.vrid}"} > 1`);
    await prometheus.until("increase(vrrp_mismatches_total[5s]) > 0");
    await prometheus.until('increase(vrrp_condition_transitions_total{condition="split_brain"}[5s]) > 0');
    await passAdverts(trio.b, "input", split.vrid);
    await prometheus.until(`max(vrrp_condition_active{condition="split_brain"}) == 0`);
    trio.second.reload(withPriority(100, 0.5));
    await untilSettled(trio, instances);
  }

  /** The master's process stands still until an advert is missing, and goes on before anybody takes over. */
  async function hesitation(): Promise<void> {
    const pids = trio.first.pids.map(String);
    await trio.a.exec(["kill", "-STOP", ...pids]);
    await prometheus.until("vrrp_consecutive_missed_adverts > 0");
    await trio.a.exec(["kill", "-CONT", ...pids]);
    await untilSettled(trio, instances);
  }

  for (const [file, dashboard] of dashboardFiles())
    test(`each query of ${file} returns something at some moment of the run`, async (t) => {
      const queries = queriesOf(file, dashboard);
      const range = `${Math.ceil(ended - prometheus.startedAt)}s`;
      const counts = await prometheus.counts(
        queries.map(({ expr }) => concrete(expr, { rate: "5s", range })),
        ended,
      );
      const empty = queries.filter((_, index) => counts[index] === 0).map(({ where }) => where);
      t.diagnostic(`${queries.length} queries, ${counts.reduce((sum, count) => sum + count, 0)} values in ${range}`);
      const excused = Object.keys(NOT_COVERED).filter((where) => where.startsWith(`${file}: `));
      assert.deepEqual(empty, excused);
    });
});
