import assert from "node:assert/strict";
import { appendFileSync } from "node:fs";
import test, { after, before, describe } from "node:test";
import { concrete, dashboardFiles, queriesOf } from "../dashboards/files.ts";
import { projectFile } from "./framework/agent.ts";
import { now, untilRaised } from "./framework/conditions.ts";
import { dropAdverts, passAdverts } from "./framework/firewall.ts";
import { advert, carpAdvert, gratuitousArp } from "./framework/frames.ts";
import type { Host } from "./framework/host.ts";
import type { Instance, Keepalived } from "./framework/keepalived.ts";
import type { PairInstance } from "./framework/pair.ts";
import { Prometheus, prometheusEngine, victoriaEngine } from "./framework/prometheus.ts";
import { labSkip } from "./framework/requirements.ts";
import { Rogue } from "./framework/rogue.ts";
import { createTrio, routerOf, type Trio, untilMasterOfAll, untilSettled } from "./framework/trio.ts";
import { WebhookReceiver } from "./framework/webhooks.ts";

/** Queries that have no result in the whole run, by where they are, and why. One that has a result after all fails the test. */
const EMPTY: Readonly<Record<string, string>> = {};

/** Queries that are 0 in the whole run, and why. One that is something else after all fails the test. */
const ZERO: Readonly<Record<string, string>> = {
  "agent-health.json: Alerts left out: A": "one notification would have to have more alerts than max_alerts",
  "agent-health.json: Alerts left out: B": "thousands of alerts would have to fire",
  "agent-health.json: Evictions: A": "a table would have to be full: conditions-many does that, for minutes",
  "agent-health.json: What the disk refused: A": "needs a disk that refuses",
  "agent-health.json: What the disk refused: B": "needs a disk that refuses",
  "agent-health.json: What the disk refused: C": "needs a disk that refuses",
  "fleet.json: Notify FIFO not open: A": "the agent would have to be refused its FIFO beside a keepalived that runs",
  "virtual-router.json: Duplicate address detection: A": "keepalived adds its addresses without the detection",
};

/** The same for what a busy machine may bring about at any time. */
const ZERO_BUT_FOR_CHANCE: Readonly<Record<string, string>> = {
  "agent-health.json: Dropped frames: A": "the agent would have to be slower than the wire",
  "agent-health.json: Late inputs: A": "a frame would have to wait longer than the agent allows for",
};

const skip = labSkip("keepalived", "nft", "tcpdump", "prometheus", "cc");
const one = (vrid: number, ...addresses: string[]): PairInstance => ({ name: `V${vrid}`, vrid, version: 3, interval: 0.5, addresses });
const ipv4 = one(51, "192.0.2.100/24");
const ipv6 = one(60, "fe80::100/64", "2001:db8:1::100/64");
const split = one(71, "192.0.2.71/24");
const instances = [ipv4, ipv6, split];
const group = `vrrp_sync_group VG {\n    group {\n        ${ipv4.name}\n        ${ipv6.name}\n    }\n}`;
const PORT = 9_000;
/** What the run ends with. */
const LAST = "vrrpwatch_silences_active == 1";
const victoriaSkip = labSkip(victoriaEngine.program);
const engines = [prometheusEngine, ...(victoriaSkip === false ? [victoriaEngine] : [])];

/** A run in which everything happens that a dashboard shows, scraped every second by a real Prometheus. */
describe("the queries of the dashboards", { skip }, () => {
  let trio: Trio;
  let prometheus: Prometheus;
  /** By program: what has scraped all of the run, and when it had the end of it. */
  const witnesses = new Map<string, { readonly of: Prometheus; readonly ended: number }>();

  before(async () => {
    let outsider: Host | undefined;
    const receiver = `http://192.0.2.3:${PORT}`;
    trio = await createTrio(instances, {
      listen: [":10112"],
      // Nobody listens on port 9: deliveries wait and are tried again. Prometheus has no such page, so that what it gets is refused for good.
      config: `alerts:
  heartbeat: {url: "${receiver}/alive", interval: 1s}
  receivers: [{name: oncall, url: "${receiver}/oncall"}, {name: gone, url: "http://192.0.2.3:9/"}, {name: refusing, url: "http://127.0.0.1:9090/none"}]
virtual_routers: [{vrid: ${ipv4.vrid}, segment: front}]`,
      prepare: async ({ lab, listener }) => {
        outsider = await lab.addHost("r", 9);
        await WebhookReceiver.start(lab, listener, PORT);
      },
    });
    assert.ok(outsider !== undefined);
    const { lab, a, b, listener } = trio;
    const targets = [a, b, listener].map((host) => `${host.ipv4}:10112`);
    const started = await Promise.all(engines.map((engine) => Prometheus.start(lab, listener, targets, engine)));
    const [own] = started;
    assert.ok(own !== undefined);
    prometheus = own;
    await play(await Rogue.create(lab, outsider));
    for (const [index, of] of started.entries()) {
      await of.until(LAST);
      witnesses.set(engines[index]?.program ?? "", { of, ended: Date.now() / 1_000 });
    }
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
    const { first, second, onM, a, b } = trio;
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
    await pause();
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
    appendFileSync(first.configFile, "\nvrrp_instance unfinished {\n");
    await prometheus.until("vrrpwatch_keepalived_config_last_read_successful == 0");
    await silence();
  }

  /** An agent stands still until Prometheus has asked it in vain. */
  async function pause(): Promise<void> {
    const pid = String(trio.onB.process.pid);
    await trio.b.exec(["kill", "-STOP", pid]);
    await prometheus.until("up == 0");
    await trio.b.exec(["kill", "-CONT", pid]);
    await prometheus.until("rate(vrrpwatch_host_pause_seconds_total[5s]) > 0");
  }

  async function silence(): Promise<void> {
    const options = ["--control-socket", `${trio.onA.folder}/control.sock`, "--vrid", "1", "--for", "1h", "--comment", "maintenance"];
    await trio.a.exec([process.execPath, projectFile("dist/main.js"), "silence", "add", ...options]);
    await prometheus.until(LAST);
  }

  /** Packets that are no adverts, from a host that has no part in this. */
  async function outsiders(rogue: Rogue): Promise<void> {
    const { ipv4: source, mac } = rogue.host;
    const broken = advert({ vrid: ipv4.vrid, priority: 50, interval: 50, addresses: ["192.0.2.100"], source, mac, checksum: "wrong" });
    const stream = rogue.stream([broken, carpAdvert(200, source, "00:00:5e:00:01:c8")], 4, 400);
    await prometheus.until("increase(vrrp_invalid_packets_total[5s]) > 0");
    await prometheus.until("increase(vrrp_carp_packets_total[5s]) > 0");
    await stream.stop();
    await rogue.send(gratuitousArp(mac, "192.0.2.100"));
    await prometheus.until("vrrp_vip_owner_mismatch == 1");
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

  for (const { program } of [prometheusEngine, victoriaEngine])
    for (const [file, dashboard] of dashboardFiles())
      test(`${program}: each query of ${file} returns something in the run, and something else than 0`, {
        skip: program === victoriaEngine.program && victoriaSkip,
      }, async (t) => {
        const witness = witnesses.get(program);
        assert.ok(witness !== undefined);
        const { of, ended } = witness;
        const queries = queriesOf(file, dashboard);
        const range = `${Math.ceil(ended - of.startedAt)}s`;
        const expressions = queries.map(({ expr }) => concrete(expr, { rate: "5s", range }));
        const values = await of.values(expressions, ended);
        t.diagnostic(`${queries.length} queries, ${values.flat().length} values in ${range}`);
        const which = (fits: (values: readonly number[]) => boolean): string[] =>
          queries.filter((_, index) => fits(values[index] ?? [])).map(({ where }) => where);
        const excused = (list: Readonly<Record<string, string>>): string[] =>
          Object.keys(list).filter((where) => where.startsWith(`${file}: `));
        assert.deepEqual(which(({ length }) => length === 0).sort(), excused(EMPTY).sort());
        const chance = excused(ZERO_BUT_FOR_CHANCE);
        const zero = which((found) => found.length > 0 && found.every((value) => value === 0));
        assert.deepEqual(zero.filter((where) => !chance.includes(where)).sort(), excused(ZERO).sort());
      });

  test("what is excused is a query of a dashboard", () => {
    const all = [...dashboardFiles()].flatMap(([file, dashboard]) => queriesOf(file, dashboard).map(({ where }) => where));
    for (const where of [EMPTY, ZERO, ZERO_BUT_FOR_CHANCE].flatMap((list) => Object.keys(list))) assert.ok(all.includes(where), where);
  });
});
