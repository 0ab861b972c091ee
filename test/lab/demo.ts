import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { dropAdverts, passAdverts } from "./framework/firewall.ts";
import { Monitoring } from "./framework/monitoring.ts";
import type { PairInstance } from "./framework/pair.ts";
import { addressOf } from "./framework/pair.ts";
import { createTrio, routerOf, type Trio, untilSettled } from "./framework/trio.ts";
import { waitFor } from "./framework/wait.ts";
import { WebhookReceiver } from "./framework/webhooks.ts";

/** What `npm run demo` runs: a walk through what can happen to a virtual router, and what each part says of it, and when. */

const { values: options } = parseArgs({ options: { keep: { type: "boolean", default: false } } });
const instance: PairInstance = { name: "WEB", vrid: 51, version: 3, interval: 1, addresses: ["192.0.2.100/24"] };
const router = routerOf(instance);
const HOOK = 9_000;

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const clock = (ms: number): string => new Date(ms).toISOString().slice(11, 23);

interface Said {
  readonly at: number;
  readonly who: string;
  readonly what: string;
}

/** Collects what every part said since a step began, and tells it in the order of time. */
class Narrator {
  readonly #trio: Trio;
  readonly #monitoring: Monitoring;
  readonly #receiver: WebhookReceiver;
  /** Alerts of Prometheus that are known to fire. */
  #firing = new Map<string, number>();
  #lines: Said[] = [];
  #told = Date.now();

  constructor(trio: Trio, monitoring: Monitoring, receiver: WebhookReceiver) {
    this.#trio = trio;
    this.#monitoring = monitoring;
    this.#receiver = receiver;
  }

  /** Looks once at Prometheus, which keeps no log of its own. */
  async look(): Promise<void> {
    const now = Date.now();
    const firing = new Map((await this.#monitoring.firing()).map((name) => [name, this.#firing.get(name) ?? now]));
    for (const [name, at] of firing) if (!this.#firing.has(name)) this.#lines.push({ at, who: "Prometheus", what: `${name} fires` });
    for (const name of this.#firing.keys())
      if (!firing.has(name)) this.#lines.push({ at: now, who: "Prometheus", what: `${name} is over` });
    this.#firing = firing;
  }

  /** Waits for something, looking at Prometheus meanwhile; says it where it does not come. */
  async until(what: string, check: () => boolean | Promise<boolean>, within: number): Promise<void> {
    const deadline = Date.now() + within;
    while (Date.now() < deadline) {
      await this.look();
      if (await check()) return;
      await delay(500);
    }
    say(`  (waited ${within / 1_000} s in vain: ${what})`);
    process.exitCode = 1;
  }

  async tell(): Promise<void> {
    const from = this.#told;
    this.#told = Date.now();
    const lines = [...this.#lines];
    this.#lines = [];
    for (const agent of this.#trio.agents)
      for (const { event, at, ...rest } of await agent.events()) {
        const ms = Date.parse(at);
        if (ms >= from) lines.push({ at: ms, who: `agent on ${agent.host.name}`, what: wordsOf(event, rest) });
      }
    for (const { at, path, body } of this.#receiver.received)
      if (at >= from)
        lines.push({
          at,
          who: `webhook of ${path.slice(1)}`,
          what: body.alerts.map(({ annotations }) => annotations["summary"]).join("; "),
        });
    for (const { at, alerts } of this.#monitoring.notified)
      if (at >= from)
        lines.push({ at, who: "Alertmanager", what: alerts.map((alert) => `${alert.labels["alertname"]} ${alert.status}`).join(", ") });
    for (const { at, who, what } of lines.sort((x, y) => x.at - y.at)) say(`  ${clock(at)}  ${who.padEnd(14)} ${what}`);
    if (lines.length === 0) say("  nobody says anything");
  }
}

function wordsOf(
  event: string,
  { from, to, reason, gap_seconds: gap, condition, cause, summary, instance: name, ...rest }: Partial<Record<string, unknown>>,
): string {
  switch (event) {
    case "master_changed":
      return `master ${from ?? "nobody"} -> ${to ?? "nobody"} (${reason}${typeof gap === "number" ? `, gap ${gap.toFixed(3)} s` : ""})`;
    case "failover": {
      const excess = rest["excess_seconds"];
      const more = typeof excess === "number" ? `, ${excess.toFixed(3)} s more than inevitable` : "";
      return `${rest["planned"] === true ? "planned" : "unplanned"} failover to ${to}${more}`;
    }
    case "condition_raised":
      return `${condition}: ${summary}${cause === null ? "" : ` [${cause}]`}`;
    case "condition_cleared":
      return `${condition} is over`;
    case "router_state_changed":
      return `keepalived ${name}: ${from} -> ${to}`;
    case "address_changed":
      return `${rest["address"]} ${rest["action"]}`;
    default:
      return event.replaceAll("_", " ");
  }
}

async function walk(trio: Trio, monitoring: Monitoring, receiver: WebhookReceiver): Promise<void> {
  const narrator = new Narrator(trio, monitoring, receiver);
  const [a, b] = [addressOf(trio.a, router), addressOf(trio.b, router)];
  const isMaster = (address: string) => async (): Promise<boolean> => {
    const { virtual_routers: routers } = (await trio.onM.getJson("/api/v1/virtual-routers")) as {
      virtual_routers: { master: { source: string } | null }[];
    };
    return routers[0]?.master?.source === address;
  };
  const fires = (name: string) => async (): Promise<boolean> => (await monitoring.firing()).includes(name);
  const isQuiet = async (): Promise<boolean> => (await monitoring.firing()).length === 0;
  const step = async (title: string, action: () => Promise<unknown>): Promise<void> => {
    say(`\n${clock(Date.now())}  ${title}`);
    await action();
    await narrator.tell();
  };

  await step("Steady: a is master, b waits.", () => narrator.until("quiet", isQuiet, 20_000));
  await step("Graceful failover: keepalived on a is stopped, and resigns.", async () => {
    await trio.first.stop();
    await narrator.until("b to be master", isMaster(b), 10_000);
    await delay(3_000);
  });
  await step("It starts again, and takes over.", async () => {
    await trio.first.start();
    await narrator.until("a to be master", isMaster(a), 15_000);
    await narrator.until("quiet", isQuiet, 90_000);
  });
  await step("Crash: keepalived on a is killed, and says nothing.", async () => {
    await trio.first.crash();
    await narrator.until("b to be master", isMaster(b), 10_000);
    await narrator.until("VRRPKeepalivedDown", fires("VRRPKeepalivedDown"), 60_000);
  });
  await step("It starts again, and takes over.", async () => {
    await trio.first.start();
    await untilSettled(trio, [instance]);
    await narrator.until("quiet", isQuiet, 120_000);
  });
  await step("Quiet: an address that was left behind explains what is seen of it for a minute more.", () => delay(70_000));
  await step("Split brain: a firewall on b drops the adverts that reach it.", async () => {
    await dropAdverts(trio.b, "input", instance.vrid);
    await narrator.until(
      "VRRPSplitBrain and the rule across hosts",
      async () => {
        const names = await monitoring.firing();
        return names.includes("VRRPSplitBrain") && names.includes("VRRPAddressOnTwoHosts");
      },
      60_000,
    );
    await narrator.until(
      "Alertmanager to tell",
      () => monitoring.notified.some(({ alerts }) => alerts.some(({ labels }) => labels["alertname"] === "VRRPSplitBrain")),
      40_000,
    );
  });
  await step("Healing: the rule is gone.", async () => {
    await passAdverts(trio.b, "input", instance.vrid);
    await untilSettled(trio, [instance]);
    await narrator.until("quiet", isQuiet, 120_000);
    await narrator.until("Alertmanager to tell of the end", () => monitoring.notified.at(-1)?.status === "resolved", 90_000);
  });
}

let leaving = false;
/** Ends the demonstration: all that it started is ended and removed as this process exits. */
function leave(status: number): void {
  if (leaving) return;
  leaving = true;
  process.exit(status);
}
// Not `once`: a second Ctrl-C would end the process in the midst of its clean-up.
process.on("SIGINT", () => leave(process.exitCode === undefined ? 0 : 1));
for (const signal of ["SIGTERM", "SIGHUP"] as const) process.on(signal, () => leave(1));
// Whoever read along has gone (`| head`).
process.stdout.on("error", () => leave(1));

say("starting two keepalived nodes, three agents, Prometheus and Alertmanager ...");
let receiver: WebhookReceiver | undefined;
const trio = await createTrio([instance], {
  configOf: ({ name }) =>
    `virtual_routers: [{vrid: ${instance.vrid}, name: web}]\nalerts: {receivers: [{name: hook, url: "http://192.0.2.3:${HOOK}/${name}"}]}`,
  prepare: async ({ lab, listener }) => {
    receiver = await WebhookReceiver.start(lab, listener, HOOK);
  },
});
process.on("exit", () => {
  if (!process.stdout.destroyed) say("\nthe demonstration is gone");
});
const monitoring = await Monitoring.start(trio, { scrapeInterval: "5s" });
const links = [
  `Prometheus      ${await monitoring.alertsPage()}`,
  `Alertmanager    ${monitoring.alertmanagerUrl}/`,
  ...[...monitoring.agentUrls].map(([name, url]) => `agent on ${name.padEnd(7)}${url}/`),
];
for (const line of links) say(line);
if (receiver === undefined) throw new Error("no receiver");
await walk(trio, monitoring, receiver);
if (options.keep) {
  say("\nEverything goes on until Ctrl-C:");
  for (const line of links) say(`  ${line}`);
  say(`In another terminal, for example:
  ip netns exec ${trio.listener.namespace} tcpdump -ni eth0 ip proto 112
  kill ${trio.first.pids[0] ?? "?"}    (keepalived on a ends, and resigns)
  curl -s ${monitoring.agentUrls.get(trio.listener.name)}/docs/conditions/split_brain.md`);
  await waitFor("Ctrl-C", () => false, { within: 7 * 86_400_000, every: 60_000 });
}
process.exit();
