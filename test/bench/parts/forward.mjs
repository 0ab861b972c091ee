/** Plain traffic through a namespace that forwards, without and with the agent in it: interleaved pairs, so that drift cancels. */
import { RunningAgent } from "../lib/agent.mjs";
import { median, round } from "../lib/numbers.mjs";
import { cpuNanoseconds } from "../lib/processes.mjs";
import { inNamespace, sleep, stop, until } from "../lib/session.mjs";

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

  const rows = [];
  for (const kind of kinds) {
    const row = { kind: kind.name, unit: kind.unit, off: [], on: [], agentCpuPercent: [] };
    for (let i = 0; i < context.sizes.iperfPairs; i++) {
      context.note(`${kind.name} through a forwarding namespace, pair ${i + 1} of ${context.sizes.iperfPairs}`);
      const off = async () => row.off.push(round(await throughput(context, client, server, kind)));
      const on = async () => {
        const agent = await RunningAgent.start(session, router, { ...context, cpu: null });
        await sleep(500);
        const cpu = cpuNanoseconds(agent.pid);
        row.on.push(round(await throughput(context, client, server, kind)));
        row.agentCpuPercent.push(round((cpuNanoseconds(agent.pid) - cpu) / 1e7 / context.sizes.iperfSeconds, 1));
        await agent.stop();
      };
      if (i % 2 || !context.hasAgent) {
        if (context.hasAgent) await on();
        await off();
      } else {
        await off();
        await on();
      }
    }
    row.medianOff = round(median(row.off));
    if (context.hasAgent) {
      row.medianOn = round(median(row.on));
      row.ratio = round(median(row.on.map((value, i) => value / row.off[i])), 3);
    }
    rows.push(row);
  }
  for (const name of [client.namespace, router, server.namespace]) await session.removeNamespace(name);
  return { seconds: context.sizes.iperfSeconds, rows };
}
