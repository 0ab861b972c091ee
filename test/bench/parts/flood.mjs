/** Adverts at rising rates: what was processed, what was dropped, and what an advert costs, beside tcpdump and a plain C loop. */
import { RunningAgent } from "../lib/agent.mjs";
import { sum } from "../lib/exposition.mjs";
import { median, megabytes, round, spread } from "../lib/numbers.mjs";
import { cpuNanoseconds, settle } from "../lib/processes.mjs";
import { Segment } from "../lib/segment.mjs";
import { hasProgram, inNamespace, sleep, stop, until } from "../lib/session.mjs";

export const name = "flood";
export const needs = { root: true, programs: ["ip", "taskset", "cc"], agent: false };

const warmUp = { rate: 10_000, seconds: 2 };

const counted = (text) => sum(text, "vrrp_adverts_received_total");
const dropped = (text) => sum(text, "vrrpwatch_capture_drops_total");

/** One measurement of the agent that already runs, scraped once per second. */
async function measureAgent(agent, segment, load) {
  const before = await agent.metrics();
  const cpuBefore = cpuNanoseconds(agent.pid);
  await agent.client.call("start", { path: "/metrics", pause: 1_000 });
  const sent = await segment.send(load);
  await sleep(300);
  const scrapes = await agent.client.call("stop");
  let cpu = cpuNanoseconds(agent.pid);
  let after = await agent.metrics();
  for (let i = 0; i < 20 && counted(after) - counted(before) + dropped(after) - dropped(before) < sent.delivered - 20; i++) {
    await sleep(500);
    cpu = cpuNanoseconds(agent.pid);
    after = await agent.metrics();
    if (i > 2 && cpu - cpuBefore > 0 && counted(after) === counted(before)) break;
  }
  return {
    ...sent,
    processed: counted(after) - counted(before),
    drops: dropped(after) - dropped(before),
    cpu: cpu - cpuBefore,
    rssMegabytes: megabytes(agent.rss),
    scrapeMs: spread(scrapes.times),
    failedScrapes: scrapes.failures,
  };
}

async function agentRound(context, segment, loads) {
  const agent = await RunningAgent.start(context.session, segment.listener.namespace, context);
  await segment.send({ ...warmUp, routers: context.routers });
  const results = [];
  for (const load of loads) results.push(await measureAgent(agent, segment, load));
  await agent.stop();
  return results;
}

/** tcpdump and the C loop tell their counts when they end, so that each rate has a process of its own. */
async function measureProgram(context, segment, load, { command, isReady, signal, counts }) {
  const [program, args] = inNamespace(segment.listener.namespace, 1, command);
  const child = context.session.spawn("sh", [
    "-c",
    `exec "$0" "$@"${command[0].endsWith("receiver") ? "" : " >/dev/null"}`,
    program,
    ...args,
  ]);
  await until(`${command[0]} to listen`, 5_000, () => {
    if (child.exitCode !== null) throw new Error(`${command[0]}: ${child.errors.trim()}`);
    return isReady(child);
  });
  await sleep(300);
  const before = cpuNanoseconds(child.pid);
  const sent = await segment.send(load);
  await settle(child.pid);
  await sleep(1_200); // libpcap's ring gives a part-filled block after up to a second
  await settle(child.pid);
  const cpu = cpuNanoseconds(child.pid) - before;
  const { code } = await stop(child, signal);
  if (code !== 0) throw new Error(`${command[0]}: exit ${code}: ${child.errors.trim()}`);
  return { ...sent, ...counts(child), cpu };
}

const tcpdump = (...flags) => ({
  command: ["tcpdump", "-n", ...flags, "-i", "vwb-b"],
  isReady: (child) => child.errors.includes("listening on"),
  signal: "SIGINT",
  counts: ({ errors }) => ({
    processed: Number(/(\d+) packets? captured/.exec(errors)?.[1]),
    drops: Number(/(\d+) packets? dropped by kernel/.exec(errors)?.[1]),
  }),
});

const receiver = (binary) => ({
  command: [binary, "vwb-b"],
  isReady: (child) => child.output.includes("ready"),
  signal: "SIGTERM",
  counts: ({ output }) => {
    const { adverts, drops } = JSON.parse(output.split("\n")[1]);
    return { processed: adverts, drops };
  },
});

export async function run(context) {
  const binary = await context.session.compile("receiver");
  const segment = await Segment.create(context.session, context.sender);
  const loads = context.sizes.rates.map((rate) => ({ rate, seconds: context.sizes.floodSeconds, routers: context.routers }));
  const listeners = [];
  if (context.hasAgent) listeners.push({ name: "agent", round: () => agentRound(context, segment, loads) });
  const perLoad = (label, program) => ({
    name: label,
    round: async () => {
      const results = [];
      for (const load of loads) results.push(await measureProgram(context, segment, load, program));
      return results;
    },
  });
  if (hasProgram("tcpdump")) {
    listeners.push(perLoad("tcpdump -n", tcpdump()));
    listeners.push(perLoad("tcpdump -n -l", tcpdump("-l")));
  } else {
    context.skip("flood: tcpdump (not installed)");
  }
  listeners.push(perLoad("C recvmmsg", receiver(binary)));

  const measured = new Map();
  for (let i = 0; i < context.sizes.floodRounds; i++) {
    for (const listener of i % 2 ? [...listeners].reverse() : listeners) {
      context.note(`flood, round ${i + 1} of ${context.sizes.floodRounds}: ${listener.name}`);
      const results = await listener.round();
      for (const [n, result] of results.entries()) {
        const key = `${listener.name} ${loads[n].rate}`;
        measured.set(key, [...(measured.get(key) ?? []), result]);
      }
    }
  }
  await segment.remove();

  const rows = [];
  for (const { rate } of loads) {
    for (const listener of listeners) {
      const rounds = measured.get(`${listener.name} ${rate}`);
      const total = (field) => rounds.reduce((all, one) => all + one[field], 0);
      rows.push({
        rate,
        listener: listener.name,
        achievedRate: Math.min(...rounds.map((one) => one.rate)),
        sent: total("sent"),
        lostOnTheLink: Math.max(0, total("sent") - total("delivered")),
        processed: total("processed"),
        drops: total("drops"),
        cpuMicrosecondsPerAdvert: round(median(rounds.map((one) => one.cpu / 1_000 / one.processed)), 3),
        cpuPercentOfACore: round(median(rounds.map((one) => one.cpu / 1e7 / one.seconds)), 1),
        rounds,
      });
    }
  }
  return { routers: context.routers, seconds: context.sizes.floodSeconds, warmUp, rows };
}
