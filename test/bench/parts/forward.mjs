/** Plain traffic through a namespace that forwards, without and with the agent (or tcpdump with a like filter) in it: interleaved, so that drift cancels. */
import { RunningAgent } from "../lib/agent.mjs";
import { median, round } from "../lib/numbers.mjs";
import { cpuNanoseconds } from "../lib/processes.mjs";
import { hasProgram, inNamespace, sleep, stop, until } from "../lib/session.mjs";

export const name = "forward";
export const needs = { root: true, programs: ["ip", "taskset", "iperf3"], agent: false };

const kinds = [
  { name: "TCP", flags: [], value: ({ end }) => end.sum_received.bits_per_second / 1e9, unit: "Gbit/s" },
  // Datagrams of 64 bytes: the cost of a kernel filter is one per packet, which segmentation offload hides in TCP.
  {
    name: "UDP, 64 bytes",
    flags: ["-u", "-b", "0", "-l", "64"],
    value: ({ end }) => (end.sum.packets - end.sum.lost_packets) / end.sum.seconds / 1e3,
    unit: "k packets/s",
  },
];

async function throughput(context, client, server, { flags, value }) {
  const [serverCommand, serverArgs] = inNamespace(server.namespace, 1, ["iperf3", "-s", "-1", "--forceflush"]);
  const listening = context.session.spawn(serverCommand, serverArgs);
  await until("iperf3 to listen", 5_000, () => listening.output.includes("listening"));
  const [command, args] = inNamespace(client.namespace, 0, [
    "iperf3",
    "-c",
    "198.51.100.2",
    "-J",
    "-t",
    String(context.sizes.iperfSeconds),
    ...flags,
  ]);
  const output = await context.session.run(command, args).finally(() => stop(listening));
  return value(JSON.parse(output));
}

export async function run(context) {
  const { session } = context;
  const client = { namespace: await session.namespace("c"), device: "vwb-c", addresses: ["192.0.2.2/24"] };
  const router = await session.namespace("f");
  const server = { namespace: await session.namespace("s"), device: "vwb-s", addresses: ["198.51.100.2/24"] };
  await session.link(client, { namespace: router, device: "vwb-f1", addresses: ["192.0.2.1/24"] });
  await session.link({ namespace: router, device: "vwb-f2", addresses: ["198.51.100.1/24"] }, server);
  await session.run("ip", ["-n", client.namespace, "route", "add", "default", "via", "192.0.2.1"]);
  await session.run("ip", ["-n", server.namespace, "route", "add", "default", "via", "198.51.100.1"]);
  await session.run("ip", ["netns", "exec", router, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"]);

  /** The ways to listen in the forwarding namespace, each measured once a round, in an order that rotates. */
  const arms = { off: (measure) => measure() };
  if (context.hasAgent) {
    arms.on = async (measure, row) => {
      const agent = await RunningAgent.start(session, router, { ...context, cpu: null });
      await sleep(500);
      const cpu = cpuNanoseconds(agent.pid);
      const value = await measure();
      row.agentCpuPercent.push(round((cpuNanoseconds(agent.pid) - cpu) / 1e7 / context.sizes.iperfSeconds, 1));
      await agent.stop();
      return value;
    };
  }
  if (hasProgram("tcpdump")) {
    arms.tcpdump = async (measure) => {
      const [command, args] = inNamespace(router, null, ["tcpdump", "-n", "-i", "any", "ip proto 112 or ip6 proto 112 or arp"]);
      const dump = session.spawn(command, args);
      await until("tcpdump to listen", 5_000, () => dump.errors.includes("listening on"));
      await sleep(500);
      const value = await measure();
      await stop(dump, "SIGINT");
      return value;
    };
  } else {
    context.skip("forward: tcpdump (not installed)");
  }

  const rows = [];
  for (const kind of kinds) {
    const row = {
      kind: kind.name,
      unit: kind.unit,
      agentCpuPercent: [],
      measured: Object.fromEntries(Object.keys(arms).map((arm) => [arm, []])),
    };
    for (let i = 0; i < context.sizes.iperfRounds; i++) {
      context.note(`${kind.name} through a forwarding namespace, round ${i + 1} of ${context.sizes.iperfRounds}`);
      const order = Object.keys(arms);
      for (const arm of [...order.slice(i % order.length), ...order.slice(0, i % order.length)]) {
        row.measured[arm].push(round(await arms[arm](() => throughput(context, client, server, kind), row)));
      }
    }
    row.medians = Object.fromEntries(Object.entries(row.measured).map(([arm, values]) => [arm, round(median(values))]));
    const ratio = (arm) => round(median(row.measured[arm].map((value, i) => value / row.measured.off[i])), 3);
    row.ratios = Object.fromEntries(Object.keys(arms).flatMap((arm) => (arm === "off" ? [] : [[arm, ratio(arm)]])));
    rows.push(row);
  }
  for (const name of [client.namespace, router, server.namespace]) await session.removeNamespace(name);
  return { seconds: context.sizes.iperfSeconds, rows };
}
