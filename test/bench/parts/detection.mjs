/** How soon a condition is known after the packet that decides it, or after its deadline: in the event itself, and at a client. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { RunningAgent } from "../lib/agent.mjs";
import { sum } from "../lib/exposition.mjs";
import { quantiles } from "../lib/numbers.mjs";
import { waitNanoseconds } from "../lib/processes.mjs";
import { agentConfig, disturbedCycles, FIRST_VRID, makeScript, routers } from "../lib/script.mjs";
import { Segment, stopSending } from "../lib/segment.mjs";
import { inNamespace, sleep } from "../lib/session.mjs";

export const name = "detection";
export const needs = { root: true, programs: ["ip", "taskset", "cc"], agent: true };

/** The flood beside the script: other virtual routers, in both families, all below those of the script. */
const FLOOD_ROUTERS = 2 * (FIRST_VRID - 11);
/** An event that is further off is not the one that was expected. In microseconds. */
const [EARLIEST, LATEST] = [-50_000, 1_000_000];
/** The last condition that is waited for: a TTL violation clears a second after its packet. */
const REST_MS = 1_300;

/** Plays the script; returns what its frames decide and when that was. Cycles that this machine disturbed are left out, and counted. */
export async function play(context, segment, player, cycles) {
  const script = makeScript(cycles);
  const [frames, stamps] = ["frames", "stamps"].map((file) => join(context.session.directory, file));
  writeFileSync(frames, script.map(({ at, bytes }) => `${at} ${bytes}\n`).join(""));
  const { namespace, device } = segment.sender;
  await context.session.run(...inNamespace(namespace, 0, [player, device, frames, stamps]));
  const lines = readFileSync(stamps, "utf8").trim().split("\n");
  const sent = lines.map((line) => line.split(" ").map(Number));
  const disturbed = disturbedCycles(
    script,
    sent.map(([monotonic]) => monotonic),
  );
  const expectations = script.flatMap(({ vrid, cycle, decides }, i) => {
    if (disturbed.has(`${vrid} ${cycle}`)) return [];
    const [monotonic, realtime] = sent[i];
    return decides.map((one) => ({ ...one, vrid, monotonic, realtime }));
  });
  return { expectations, leftOut: disturbed.size };
}

/** The delays of one kind of event, in milliseconds. */
function delaysOf(expectations, events) {
  const found = expectations.flatMap(({ event, condition, vrid, after, monotonic, realtime }) => {
    const match = events.find(
      ([kind, name, number, at]) =>
        kind === event && name === condition && number === vrid && at - realtime - after > EARLIEST && at - realtime - after < LATEST,
    );
    return match === undefined ? [] : [{ event: (match[3] - realtime - after) / 1_000, client: (match[4] - monotonic - after) / 1_000 }];
  });
  return {
    expected: expectations.length,
    seen: found.length,
    eventMs: quantiles(found.map(({ event }) => event)),
    clientMs: quantiles(found.map(({ client }) => client)),
  };
}

export async function measure(context, segment, player, agent, { rate, cycles }) {
  const dropsBefore = sum(await agent.metrics(), "vrrpwatch_capture_drops_total");
  const flood = rate === 0 ? null : segment.start({ rate, seconds: 300, routers: FLOOD_ROUTERS });
  if (flood !== null) await sleep(1_000);
  const waitedBefore = waitNanoseconds(agent.pid);
  const { expectations, leftOut } = await play(context, segment, player, cycles);
  await sleep(REST_MS);
  const waitedMs = Math.round((waitNanoseconds(agent.pid) - waitedBefore) / 1e6);
  let flooded = null;
  if (flood !== null) {
    await stopSending(flood);
    flooded = JSON.parse(flood.output);
  }
  const drops = sum(await agent.metrics(), "vrrpwatch_capture_drops_total") - dropsBefore;
  const events = await agent.client.call("heard");
  const kinds = new Map();
  for (const one of expectations) {
    const key = `${one.condition} ${one.event === "condition_raised" ? "raised" : "cleared"}`;
    if (!kinds.has(key)) kinds.set(key, []);
    kinds.get(key).push(one);
  }
  const rows = [...kinds].map(([what, list]) => ({
    what,
    decidedBy: list[0].after === 0 ? "packet" : "deadline",
    load: rate,
    advertsPerSecond: flooded === null ? 0 : Math.round(flooded.sent / flooded.seconds),
    drops,
    waitedMs,
    leftOut,
    ...delaysOf(list, events),
  }));
  return { drops, rows };
}

export async function run(context) {
  const { detections, detectionsUnderLoad, detectionLoad, detectionTries } = context.sizes;
  const player = await context.session.compile("player");
  const segment = await Segment.create(context.session, context.sender);
  const agent = await RunningAgent.start(context.session, segment.listener.namespace, { ...context, config: agentConfig });
  await agent.client.call("listen");
  await play(context, segment, player, 1); // warms up
  const rows = [];
  for (const [rate, wanted] of [
    [0, detections],
    [detectionLoad, detectionsUnderLoad],
  ]) {
    const cycles = Math.ceil(wanted / routers);
    context.note(`${cycles * routers} detections of each kind, ${rate} adverts/s beside them`);
    let best = await measure(context, segment, player, agent, { rate, cycles });
    for (let tries = 1; best.drops > 0 && tries < detectionTries; tries++) {
      context.note(`once more: the agent lost ${best.drops} frames, and after a loss it concludes nothing from silence`);
      const again = await measure(context, segment, player, agent, { rate, cycles });
      if (again.drops < best.drops) best = again;
    }
    rows.push(...best.rows);
  }
  await agent.stop();
  await segment.remove();
  return { loads: [0, detectionLoad], rows };
}
