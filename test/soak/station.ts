import assert from "node:assert/strict";
import { Agent } from "../lab/framework/agent.ts";
import type { Host } from "../lab/framework/host.ts";
import { createPair, type Pair, type PairInstance } from "../lab/framework/pair.ts";
import { Rogue } from "../lab/framework/rogue.ts";
import { ip, run } from "../lab/framework/shell.ts";
import { routerOf, untilStates } from "../lab/framework/trio.ts";
import { untilState } from "../lab/framework/watch.ts";
import { WebhookReceiver } from "../lab/framework/webhooks.ts";
import { Contest } from "./contest.ts";
import { onSmallDisk } from "./disk.ts";
import { Load } from "./load.ts";
import { Sampler } from "./sampler.ts";
import { Scraper } from "./scraper.ts";
import { untilMasters } from "./view.ts";

export const instances: readonly PairInstance[] = [
  { name: "V4_51", vrid: 51, version: 3, interval: 0.3, addresses: ["192.0.2.100/24"] },
  { name: "V6_60", vrid: 60, version: 3, interval: 0.3, addresses: ["fe80::100/64", "2001:db8:1::100/64"] },
];
export const routers = instances.map(routerOf);
export const HOOK = 9_000;
/** A second network card, straight to the host that floods: the load passes neither the switch nor keepalived. */
export const FLOODED = "flood0";

type Parts = "pair" | "agent" | "receiver" | "rogue" | "load" | "contest" | "scraper" | "sampler";

/**
 * What all scenarios share: a real keepalived pair on a switch, the agent under test on the host that is master, a receiver of
 * its webhooks, and a host that sends what is asked of it.
 *
 *     a: keepalived, the agent      b: keepalived      c: receiver, rogue
 *     eth0      flood0              eth0    flood0     eth0   to-a   to-b
 *       └──────────┼──── switch ──────┴────────┼─────────┘      │      │
 *                  └───────────────────────────┼────────────────┘      │
 *                                              └───────────────────────┘
 */
export class Station {
  readonly pair: Pair;
  readonly agent: Agent;
  readonly receiver: WebhookReceiver;
  readonly rogue: Rogue;
  readonly load: Load;
  readonly contest: Contest;
  readonly scraper: Scraper;
  readonly sampler: Sampler;

  private constructor(parts: Pick<Station, Parts>) {
    this.pair = parts.pair;
    this.agent = parts.agent;
    this.receiver = parts.receiver;
    this.rogue = parts.rogue;
    this.load = parts.load;
    this.contest = parts.contest;
    this.scraper = parts.scraper;
    this.sampler = parts.sampler;
  }

  static async create(): Promise<Station> {
    const pair = await createPair(instances);
    try {
      const { lab, a, b, listener: c, first, second } = pair;
      await joined(a, c, "to-a");
      await joined(b, c, "to-b");
      for (const node of [first, second]) node.writeConfig(undefined, { globals: `vrrp_notify_fifo ${node.notifyFifo}` });
      const receiver = await WebhookReceiver.start(lab, c, HOOK);
      const [rogue, load] = [await Rogue.create(lab, c), await Load.create(lab, c)];
      const agent = await Agent.start(lab, a, {
        keepalived: first,
        // What comes and goes here by intention is to be told each time.
        config: `alerts: {group_wait: 100ms, group_interval: 500ms, damping: {changes: 100, window: 10s}, receivers: [{name: hook, url: "${receiver.url}/main"}]}`,
        wrapper: onSmallDisk(lab, a),
      });
      const contest = new Contest(rogue, 77);
      contest.begin();
      await Promise.all([first.start(), second.start()]);
      const scraper = new Scraper(agent);
      const station = new Station({ pair, agent, receiver, rogue, load, contest, scraper, sampler: new Sampler(agent.process.pid) });
      await station.isSettled(30_000);
      return station;
    } catch (error) {
      pair.lab.close();
      throw error;
    }
  }

  /** Waits until keepalived itself is settled with a as master, and the agent says the same in all its answers. */
  async isSettled(within = 30_000): Promise<void> {
    await untilStates(this.pair.first, instances, "MASTER", within);
    await untilStates(this.pair.second, instances, "BACKUP", within);
    await this.isRight(this.pair.a, within);
  }

  /** Waits until the agent names this host as master, on the wire and by keepalived's word. */
  async isRight(master: Host, within = 30_000): Promise<void> {
    await untilMasters(this.agent, master, routers, within).catch((error: unknown) => {
      const words = [this.pair.first, this.pair.second].map((node) => `${node.host.name}: ${node.log.slice(-600)}`).join("\n");
      throw new Error(`${String(error)}; keepalived on ${words}`);
    });
    if (!this.pair.first.pids.length) return;
    const state = master === this.pair.a ? "master" : "backup";
    for (const { family, vrid } of routers) await untilState(this.agent, family, vrid, state, within);
  }

  /** A failover to b and back: what the agent says of it is all that matters. */
  async failOverAndBack(): Promise<void> {
    await this.pair.first.stop();
    await this.isRight(this.pair.b);
    await this.pair.first.start();
    await this.isSettled();
  }

  /** After a scenario that broke off: keepalived runs on both hosts, nothing is split, and the agent says so. */
  async restore(): Promise<void> {
    if (!this.agent.process.running) return;
    await this.contest.heal();
    for (const node of [this.pair.first, this.pair.second]) if (node.pids.length === 0) await node.start();
    await this.isSettled(60_000);
  }

  /** The agent that has run since the beginning still does. */
  isAlive(): void {
    assert.ok(this.agent.process.running, `the agent ended: ${this.agent.process.stdout.slice(-2_000)}${this.agent.process.stderr}`);
  }

  close(): void {
    this.scraper.stop();
    this.sampler.stop();
    this.pair.lab.close();
  }
}

async function joined(host: Host, other: Host, name: string): Promise<void> {
  await ip("-n", other.namespace, "link", "add", name, "type", "veth", "peer", "name", FLOODED, "netns", host.namespace);
  for (const [{ namespace }, device] of [
    [host, FLOODED],
    [other, name],
  ] as const)
    await ip("-n", namespace, "link", "set", device, "addrgenmode", "none", "up");
}

/** Packets that the kernel handed to the flooded card of a host. */
export async function arrived(host: Host): Promise<number> {
  const answer = await run("ip", ["-n", host.namespace, "-s", "-j", "link", "show", "dev", FLOODED]);
  const [link] = JSON.parse(answer) as { stats64: { rx: { packets: number } } }[];
  return link?.stats64.rx.packets ?? 0;
}
