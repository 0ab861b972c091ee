/** Alerts with one receiver on loopback and the spool on a disk: how late, how much at once, what they cost, and after an outage. */
import { existsSync, statfsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { RunningAgent } from "../lib/agent.mjs";
import { median, megabytes, quantiles, round } from "../lib/numbers.mjs";
import { Segment } from "../lib/segment.mjs";
import { sleep } from "../lib/session.mjs";

export const name = "alerts";
export const needs = { root: false, programs: ["taskset"], agent: false };

const bench = dirname(dirname(fileURLToPath(import.meta.url)));
const root = join(bench, "../..");
const compiled = join(root, ".compiled");
const GROUP_WAIT_MS = 1_000;
/** Linux, magic.h. */
const TMPFS_MAGIC = 0x01021994;

/** One of the programs of test/bench/alerts in a process of its own on CPU 1, with a new folder for what it stores. */
async function measured(context, program, options) {
  const directory = join(context.alertsDirectory, `${program}-${context.alertsRuns++}`);
  const script = join(bench, "alerts", `${program}.mjs`);
  return JSON.parse(
    await context.session.run("taskset", ["-c", "1", process.execPath, script, compiled, directory, JSON.stringify(options)]),
  );
}

async function latency(context) {
  const rows = [];
  for (const { standing, groupWaitMs } of [
    { standing: 0, groupWaitMs: 0 },
    { standing: 1_000, groupWaitMs: 0 },
    { standing: 1_000, groupWaitMs: 300 },
  ]) {
    const events = context.sizes.alertEvents;
    context.note(`${events} alerts one after the other, group_wait ${groupWaitMs} ms, ${standing} other alerts`);
    const { times, complaints } = await measured(context, "latency", { events, standing, groupWaitMs, pauseMs: 50 });
    const [first, ...later] = times;
    rows.push({
      standing,
      groupWaitMs,
      events: times.length,
      firstMs: round(first, 1),
      ...quantiles(later),
      complaints: complaints.length,
    });
  }
  return rows;
}

async function mass(context) {
  const runs = [];
  for (let i = 0; i < context.sizes.alertMassRounds; i++) {
    context.note(`255 virtual routers lose their master at once, round ${i + 1} of ${context.sizes.alertMassRounds}`);
    runs.push(await measured(context, "mass", { routers: 255, groupWaitMs: GROUP_WAIT_MS }));
  }
  const of = (field) => runs.map((run) => run[field]);
  return {
    rounds: runs.length,
    notifications: Math.max(...of("notifications")),
    alerts: Math.min(...of("alerts")),
    bytes: Math.max(...of("bytes")),
    eventsMs: round(median(of("eventsMs"))),
    firstByteMs: { median: round(median(of("firstByteMs"))), max: round(Math.max(...of("firstByteMs"))) },
    stallMs: { median: round(median(of("stallMs"))), max: round(Math.max(...of("stallMs"))) },
  };
}

async function cost(context) {
  context.note("CPU time of 10,000 condition events");
  const run = await measured(context, "events", { events: 10_000, perSecond: 1_000 });
  return {
    events: run.events,
    notifications: run.notifications,
    microsecondsInEvent: round(run.microsecondsInEvent, 1),
    microsecondsWithDelivery: round(run.microsecondsWithDelivery, 1),
  };
}

/** What the same agent needs with a receiver and without, in turn, with nothing on the segment. */
async function memory(context) {
  if (process.getuid() !== 0) throw new Error("needs root for network namespaces");
  if (!context.hasAgent) throw new Error("needs the agent: npm run build");
  const { listener } = await Segment.create(context.session, null);
  const receivers = [{ name: "oncall", url: "http://127.0.0.1:9/hook" }];
  const rss = { with: [], without: [] };
  for (let i = 0; i < context.sizes.alertMemoryRounds; i++) {
    for (const [kind, alerts] of [
      ["without", { receivers: [] }],
      ["with", { receivers }],
    ]) {
      context.note(`memory ${kind} a receiver, round ${i + 1} of ${context.sizes.alertMemoryRounds}`);
      const agent = await RunningAgent.start(context.session, listener.namespace, { main: context.main, config: { alerts } });
      await sleep(context.sizes.restSeconds * 1_000);
      rss[kind].push(megabytes(agent.rss));
      await agent.stop();
    }
  }
  const [withAlerts, without] = [median(rss.with), median(rss.without)];
  return { withMegabytes: withAlerts, withoutMegabytes: without, differenceMegabytes: round(withAlerts - without, 1), rss };
}

async function outage(context) {
  const alerts = context.sizes.alertsInOutage;
  context.note(`a receiver that is down for an hour with ${alerts} alerts`);
  const { complaints, ...run } = await measured(context, "outage", { alerts });
  return { ...run, drainSeconds: round(run.drainSeconds), cpuSecondsOfTheHour: round(run.cpuSecondsOfTheHour, 1) };
}

export async function run(context) {
  if (!existsSync(join(compiled, "alerts/center.js"))) throw new Error("needs the compiled program: npm run build");
  context.alertsDirectory = context.session.temporaryDirectory(join(root, ".build-bench-"));
  context.alertsRuns = 0;
  if (statfsSync(context.alertsDirectory).type === TMPFS_MAGIC)
    throw new Error("the repository lies on a tmpfs: no fsync is measured there");
  return {
    latency: await latency(context),
    mass: await mass(context),
    cost: await cost(context),
    outage: await outage(context),
    memory: await memory(context).catch((error) => context.skip(`alerts, memory: ${error.message}`)),
  };
}
