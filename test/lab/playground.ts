import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { Agent, type AgentEvent } from "./framework/agent.ts";
import { forward } from "./framework/forward.ts";
import type { Keepalived } from "./framework/keepalived.ts";
import { createPair, type Pair } from "./framework/pair.ts";

/** What `npm run lab` runs: a pair of keepalived nodes and an agent, for a person to look at and to play with. */

const instances = [
  { name: "V4_51", vrid: 51, version: 3 as const, interval: 1, addresses: ["192.0.2.100/24"] },
  { name: "V6_60", vrid: 60, version: 3 as const, interval: 1, addresses: ["fe80::100/64", "2001:db8:1::100/64"] },
];

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** Makes the agent reachable on this machine's loopback. Returns the port: its own, or the next that is free. */
async function reachable({ socket }: Agent): Promise<number> {
  for (let port = 10_112; port < 10_144; port++) if ((await forward(socket, port)) !== null) return port;
  throw new Error("no free port from 10112 to 10143 on 127.0.0.1");
}

function explain({ a, b, listener, first }: Pair, port: number): void {
  const crash = `kill -9 $(ip netns pids ${a.namespace} | tac)`;
  say(`
Two keepalived nodes and an agent on a third host, each in its own network namespace:
  a  ${a.namespace}   ${a.ipv4} and ${a.linkLocal}   priority 150
  b  ${b.namespace}   ${b.ipv4} and ${b.linkLocal}   priority 100
  c  ${listener.namespace}   listens only
Virtual routers: IPv4 VRID 51 (192.0.2.100) and IPv6 VRID 60 (2001:db8:1::100).

Look:
  http://127.0.0.1:${port}/
  curl -s http://127.0.0.1:${port}/metrics | grep ^vrrp_
  curl -s http://127.0.0.1:${port}/api/v1/virtual-routers
  curl -sN -H 'Accept: text/event-stream' http://127.0.0.1:${port}/api/v1/events
  ip netns exec ${listener.namespace} tcpdump -ni eth0

Try, here:
  stop a      keepalived on a ends and resigns with priority 0
  crash a     keepalived on a is killed and says nothing
  return a    it starts again and takes over
  quit        or Ctrl-C: everything is torn down

or in another terminal:
  kill ${first.pids[0] ?? "?"}            (stop a)
  ${crash}   (crash a)
  ip netns exec ${a.namespace} ip link set eth0 down
`);
}

/** One line a person reads: when, what, and the numbers. */
function eventLine({ at, event, family, vrid, from, to, reason, gap_seconds: gap, ...rest }: AgentEvent): string {
  const where = `${at.slice(11, 23)}  ${family} VRID ${String(vrid).padEnd(3)} `;
  if (event !== "master_changed") return `${where} ${event} ${"condition" in rest ? String(rest.condition) : (rest.master ?? "")}`;
  return `${where} master ${from ?? "nobody"} -> ${to ?? "nobody"} (${reason}${typeof gap === "number" ? `, gap ${gap.toFixed(3)} s` : ""})`;
}

async function tellEvents(agent: Agent): Promise<never> {
  for (let told = 0; ; await delay(200)) {
    const events = await agent.events();
    for (const event of events.slice(told)) say(eventLine(event));
    told = events.length;
  }
}

const actions: Readonly<Record<string, (node: Keepalived) => Promise<void>>> = {
  stop: (node) => node.stop(),
  crash: (node) => node.crash(),
  return: (node) => (node.pids.length > 0 ? Promise.resolve() : node.start()),
};

async function obey(pair: Pair): Promise<void> {
  const nodes: Readonly<Record<string, Keepalived>> = { a: pair.first, b: pair.second };
  for await (const line of createInterface({ input: process.stdin })) {
    const [verb = "", name = ""] = line.trim().split(/\s+/);
    if (verb === "") continue;
    if (verb === "quit") return;
    const [action, node] = [actions[verb], nodes[name]];
    if (action === undefined || node === undefined) say("stop a|b, crash a|b, return a|b, quit");
    else await action(node);
  }
  // No terminal to read from: the lab goes on until a signal.
  await new Promise(() => setInterval(() => {}, 60_000));
}

const pair = await createPair(instances);
// Ctrl-C is the usual way to end the lab, so it is a success. The lab's own handler has torn everything down by then.
process.once("SIGINT", () => {
  pair.lab.close();
  say("\nthe lab is gone");
  process.exit(0);
});
try {
  say("starting two keepalived nodes and an agent ...");
  const agent = await Agent.start(pair.lab, pair.listener);
  await Promise.all([pair.first.start(), pair.second.start()]);
  explain(pair, await reachable(agent));
  await Promise.race([obey(pair), tellEvents(agent)]);
} finally {
  pair.lab.close();
  say("the lab is gone");
}
process.exit();
