import { appendFileSync } from "node:fs";
import { type Agent, projectFile } from "../framework/agent.ts";
import { now, untilRaised } from "../framework/conditions.ts";
import { dropAdverts, passAdverts } from "../framework/firewall.ts";
import { advert, carpAdvert, gratuitousArp } from "../framework/frames.ts";
import type { Instance, Keepalived } from "../framework/keepalived.ts";
import { untilMasterOfAll, untilSettled } from "../framework/trio.ts";
import { waitFor } from "../framework/wait.ts";
import { instances, ipv4, ipv6, ON_A, ON_B, ON_C, split, watchedSplit } from "./cast.ts";
import { type Moment, type MomentName, type Moments, momentNames, take } from "./moments.ts";
import type { Stage } from "./stage.ts";

/** What the run ends with. */
const LAST = "vrrpwatch_silences_active == 1";
const group = `vrrp_sync_group VG {\n    group {\n        ${ipv4.name}\n        ${ipv6.name}\n    }\n}`;

/** A run that was played to its end. */
export interface Played {
  readonly moments: Moments;
  /** When something was done, in seconds since the epoch. */
  readonly notes: ReadonlyMap<string, number>;
}

const withPriority = (priority: number, intervalOfSplit: number): Instance[] =>
  instances.map((instance) => ({ ...instance, priority, ...(instance === split && { interval: intervalOfSplit }) }));

const surroundings = (node: Keepalived, blocks = ""): { globals: string; blocks: string } => ({
  globals: `vrrp_notify_fifo ${node.notifyFifo}\nvrrp_notify_priority_changes true`,
  blocks,
});

/** Everything that a dashboard shows happens once. Every step waits until Prometheus has seen it. */
export class Play {
  readonly #stage: Stage;
  readonly #moments = new Map<MomentName, Moment>();
  readonly #notes = new Map<string, number>();

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  async run(): Promise<Played> {
    await this.#masters();
    await this.#disturbances();
    await this.#configuration();
    const { trio, prometheus } = this.#stage;
    const options = ["--control-socket", `${trio.onA.folder}/control.sock`, "--vrid", "1", "--for", "1h", "--comment", "maintenance"];
    await trio.a.exec([process.execPath, projectFile("dist/main.js"), "silence", "add", ...options]);
    await prometheus.until(LAST);
    await this.#take("end");
    for (const name of momentNames) if (!this.#moments.has(name)) throw new Error(`the moment ${name} was never taken`);
    return { moments: Object.fromEntries(this.#moments) as Moments, notes: this.#notes };
  }

  #note(what: string): void {
    this.#notes.set(what, Date.now() / 1_000);
  }

  /** @param agents all of them, unless one does not answer */
  async #take(name: MomentName, agents: ReadonlyMap<string, Agent> = this.#agents()): Promise<void> {
    this.#moments.set(name, await take(name, agents, this.#stage.engines));
  }

  #agents(): Map<string, Agent> {
    const { onA, onB, onM } = this.#stage.trio;
    return new Map([
      [ON_A, onA],
      [ON_B, onB],
      [ON_C, onM],
    ]);
  }

  /** Graceful and sudden failovers, a split, and nobody at all. */
  async #masters(): Promise<void> {
    const { trio, prometheus } = this.#stage;
    const { first, second, onM, a, b } = trio;
    this.#note("agents started");
    await this.#take("steady");
    await this.#outsiders();
    await this.#splitBrain();
    await first.stop();
    await untilMasterOfAll(onM, b, instances);
    await prometheus.until("keepalived_up == 0");
    await this.#take("resigned");
    this.#note("keepalived started");
    await first.start();
    await untilMasterOfAll(onM, a, instances);
    await this.#take("returned");
    await first.crash();
    await untilMasterOfAll(onM, b, instances);
    await this.#take("crashed");
    await second.stop();
    await prometheus.until("rate(vrrp_no_master_seconds_total[5s]) > 0");
    await this.#take("nobody");
    await Promise.all([first.start(), second.start()]);
    await untilSettled(trio, instances);
    await this.#take("recovered");
  }

  /** Packets that are no adverts, from a host that has no part in this. */
  async #outsiders(): Promise<void> {
    const { prometheus, outsider } = this.#stage;
    const { ipv4: source, mac } = outsider.host;
    const broken = advert({ vrid: ipv4.vrid, priority: 50, interval: 50, addresses: ["192.0.2.100"], source, mac, checksum: "wrong" });
    const stream = outsider.stream([broken, carpAdvert(200, source, "00:00:5e:00:01:c8")], 4, 400);
    await prometheus.until("increase(vrrp_invalid_packets_total[5s]) > 0");
    await prometheus.until("increase(vrrp_carp_packets_total[5s]) > 0");
    await stream.stop();
    // keepalived announces its addresses once more some seconds after a takeover: then the claim is to be made again.
    do {
      await outsider.send(gratuitousArp(mac, "192.0.2.100"));
      await prometheus.until("vrrp_vip_owner_mismatch == 1");
      await this.#take("claimed");
    } while (!(await this.#wasSeen("count(vrrp_vip_owner_mismatch == 1) == 3", "claimed")));
  }

  /** Two masters that disagree about the interval, each with the address. */
  async #splitBrain(): Promise<void> {
    const { trio, prometheus } = this.#stage;
    const since = now();
    trio.second.reload(withPriority(100, 1));
    await dropAdverts(trio.b, "input", split.vrid);
    for (const agent of trio.agents) await untilRaised(agent, "split_brain", watchedSplit, since);
    await prometheus.until(`vrrp_masters{vrid="${split.vrid}"} > 1`);
    await prometheus.until("increase(vrrp_mismatches_total[5s]) > 0");
    await prometheus.until('increase(vrrp_condition_transitions_total{condition="split_brain"}[5s]) > 0');
    await this.#take("split");
    await passAdverts(trio.b, "input", split.vrid);
    await prometheus.until(`max(vrrp_condition_active{condition="split_brain"}) == 0`);
    trio.second.reload(withPriority(100, 0.5));
    await untilSettled(trio, instances);
    await this.#take("healed");
  }

  /** A master that hesitates, and an agent that stands still. */
  async #disturbances(): Promise<void> {
    const { trio, prometheus } = this.#stage;
    do await this.#hesitation();
    while (!(await this.#wasSeen("max_over_time(vrrp_consecutive_missed_adverts[1m]) > 0")));
    await this.#take("hesitated");

    const pid = String(trio.onB.process.pid);
    await trio.b.exec(["kill", "-STOP", pid]);
    const answering = this.#agents();
    answering.delete(ON_B);
    // On a busy machine another one may be late too.
    for (const engine of this.#stage.engines) await engine.until(`up{instance="${ON_B}"} == 0 and on () count(up == 1) == 2`);
    await this.#take("paused", answering);
    // A scrape that began before the moment, and is answered once the agent goes on, would count for it.
    const paused = this.#moments.get("paused")?.at ?? Number.NaN;
    for (const engine of this.#stage.engines) await engine.until(`timestamp(up{instance="${ON_B}"}) > ${paused}`);
    await trio.b.exec(["kill", "-CONT", pid]);
    await prometheus.until("rate(vrrpwatch_host_pause_seconds_total[20s]) > 0");
    await this.#take("resumed");
  }

  /** The master's process stands still until a second advert is missing, and goes on before anybody takes over. */
  async #hesitation(): Promise<void> {
    const { trio } = this.#stage;
    const pids = trio.first.pids.map(String);
    const missed = async (): Promise<boolean> =>
      (await trio.onM.metric("vrrp_consecutive_missed_adverts", { vrid: String(split.vrid) })).some((count) => count >= 2);
    await trio.a.exec(["kill", "-STOP", ...pids]);
    try {
      await waitFor("adverts to be missing", missed, { within: 5_000, every: 20 });
    } finally {
      await trio.a.exec(["kill", "-CONT", ...pids]);
    }
    await untilSettled(trio, instances);
  }

  /** Whether each engine has a result now, or had it at a moment. */
  async #wasSeen(expression: string, moment?: MomentName): Promise<boolean> {
    const at = (moment === undefined ? undefined : this.#moments.get(moment)?.at) ?? Date.now() / 1_000;
    const found = await Promise.all(this.#stage.engines.map((engine) => engine.at([{ expression, at }])));
    return found.every(([series = []]) => series.length > 0);
  }

  /** A reload, one that is forgotten, and files and lines that nobody understands. */
  async #configuration(): Promise<void> {
    const { trio, prometheus } = this.#stage;
    const { first, second } = trio;
    this.#note("keepalived reloaded");
    for (const node of [first, second]) {
      const priority = node === first ? 150 : 100;
      node.writeConfig(withPriority(priority, 0.5), surroundings(node, group));
      node.reload();
    }
    await prometheus.until('keepalived_sync_group_state{state="master"} == 1');
    await prometheus.until("count(keepalived_last_reload_timestamp_seconds) == 2");
    await untilSettled(trio, instances);
    await this.#take("grouped");
    this.#note("file written");
    first.writeConfig(withPriority(140, 0.5), surroundings(first, group));
    await prometheus.until("keepalived_config_drift == 1");
    await this.#take("drifted");
    for (const total of [1, 2]) {
      appendFileSync(first.notifyFifo, "this is no line of keepalived's\n");
      await prometheus.until(`sum(keepalived_notify_parse_failures_total) == ${total}`);
    }
    this.#note("file broken");
    appendFileSync(first.configFile, "\nvrrp_instance unfinished {\n");
    await prometheus.until("vrrpwatch_keepalived_config_last_read_successful == 0");
    await this.#take("unreadable");
  }
}
