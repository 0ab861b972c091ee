/**
 * `node test/bench/profile.mjs [--rate 100000] [--seconds 5] [--routers 510] [--agent dist/main.js] [--out DIR]`
 * Runs the agent under a flood with V8's sampling profiler, prints where the time went and leaves the .cpuprofile
 * (for Chrome's developer tools or speedscope). With `--heap` a heap profile beside it. Needs root.
 */
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { RunningAgent } from "./lib/agent.mjs";
import { sum } from "./lib/exposition.mjs";
import { megabytes, round } from "./lib/numbers.mjs";
import { cpuNanoseconds } from "./lib/processes.mjs";
import { Segment } from "./lib/segment.mjs";
import { Session, sleep } from "./lib/session.mjs";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const { values } = parseArgs({
  options: {
    rate: { type: "string", default: "100000" },
    seconds: { type: "string", default: "5" },
    routers: { type: "string", default: "510" },
    agent: { type: "string", default: join(root, "dist/main.js") },
    out: { type: "string", default: "/tmp/vw-bench-profile" },
    hostile: { type: "boolean", default: false },
    heap: { type: "boolean", default: false },
  },
});

/** Time spent in each function itself, in percent of all samples but the idle ones. The first `skip` seconds (start, warm-up) are left out. */
function selfTimes(file, skip) {
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(file, "utf8"));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const times = new Map();
  let total = 0;
  let elapsed = 0;
  for (const [i, id] of samples.entries()) {
    elapsed += timeDeltas[i];
    if (elapsed < skip * 1e6) continue;
    const { functionName, url, lineNumber } = byId.get(id).callFrame;
    if (functionName === "(idle)") continue;
    const key = `${functionName || "(anonymous)"} ${url.replace(/^.*\/(dist|node_modules)\//, "$1/")}${url ? `:${lineNumber + 1}` : ""}`;
    times.set(key, (times.get(key) ?? 0) + timeDeltas[i]);
    total += timeDeltas[i];
  }
  return {
    busySeconds: total / 1e6,
    top: [...times]
      .sort((a, b) => b[1] - a[1])
      .slice(0, 40)
      .map(([key, time]) => [round((100 * time) / total, 1), key]),
  };
}

const out = resolve(values.out);
mkdirSync(out, { recursive: true });
const session = new Session();
const segment = await Segment.create(session, await session.compile("sender"));
const nodeArguments = ["--cpu-prof", `--cpu-prof-dir=${out}`, ...(values.heap ? ["--heap-prof", `--heap-prof-dir=${out}`] : [])];
const startedAt = performance.now();
const agent = await RunningAgent.start(session, segment.listener.namespace, { main: resolve(values.agent), nodeArguments });
const load = { routers: Number(values.routers), hostile: values.hostile };
await segment.send({ ...load, rate: 10_000, seconds: 1 });
const before = await agent.metrics();
const cpu = cpuNanoseconds(agent.pid);
const skip = (performance.now() - startedAt) / 1_000;
await agent.client.call("start", { path: "/metrics", pause: 1_000 });
const sent = await segment.send({ ...load, rate: Number(values.rate), seconds: Number(values.seconds) });
await sleep(500);
await agent.client.call("stop");
const spent = cpuNanoseconds(agent.pid) - cpu;
const after = await agent.metrics();
const change = (name) => sum(after, name) - sum(before, name);
// Not the count of adverts: senders that are evicted take theirs along.
const processed = change("vrrpwatch_capture_packets_total");
process.stdout.write(
  `sent ${sent.sent}, processed ${processed}, drops ${change("vrrpwatch_capture_drops_total")}, ` +
    `${round(spent / 1_000 / processed, 3)} µs/advert (the profiler itself included), RSS ${megabytes(agent.rss)} MB\n`,
);
const { code } = await agent.stop();
const profile = readdirSync(out).find((name) => name.includes(`.${agent.pid}.`) && name.endsWith(".cpuprofile"));
if (profile === undefined) {
  process.stderr.write(`no profile was written (the agent ended with ${code}): it has to end by itself on SIGTERM\n`);
  process.exitCode = 1;
} else {
  const { busySeconds, top } = selfTimes(join(out, profile), skip);
  process.stdout.write(`${join(out, profile)}: ${round(busySeconds, 2)} s busy; self time:\n`);
  for (const [percent, key] of top) process.stdout.write(`${String(percent).padStart(6)} %  ${key}\n`);
}
session.close();
