/**
 * `npm run bench`: what the agent costs and how much it bears, beside tcpdump, tshark and a plain C loop, in one run.
 * Method and results: docs/benchmark.md. Needs root (namespaces) for all but the replay.
 *
 * Exit status: 0 everything ran, 1 something did not run (it says what), 2 wrong usage. Never because of a measured value.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { asMarkdown, asText, judge, tables } from "../test/bench/lib/report.mjs";
import { hasProgram, Session } from "../test/bench/lib/session.mjs";
import * as alerts from "../test/bench/parts/alerts.mjs";
import * as detection from "../test/bench/parts/detection.mjs";
import * as detectors from "../test/bench/parts/detectors.mjs";
import * as flood from "../test/bench/parts/flood.mjs";
import * as forward from "../test/bench/parts/forward.mjs";
import * as hostile from "../test/bench/parts/hostile.mjs";
import * as netlink from "../test/bench/parts/netlink.mjs";
import * as notify from "../test/bench/parts/notify.mjs";
import * as replay from "../test/bench/parts/replay.mjs";
import * as scrape from "../test/bench/parts/scrape.mjs";
import * as start from "../test/bench/parts/start.mjs";
import * as web from "../test/bench/parts/web.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const parts = [flood, scrape, start, hostile, forward, netlink, notify, detection, web, detectors, alerts, replay];

const usage = `usage: npm run bench -- [options]
  --quick         short runs, for a first look: values are rough
  --only PARTS    some parts only, by commas: ${parts.map((part) => part.name).join(",")}
  --routers N     virtual routers in the flood, 1 to 510 (default 510)
  --rates LIST    adverts per second in the flood, by commas
  --agent FILE    the agent's main file (default dist/main.js)
  --json FILE     write everything that was measured
  --docs          put the tables into docs/benchmark.md and docs/bench-results.json`;

const sizes = {
  full: {
    rates: [10_000, 50_000, 100_000, 200_000],
    floodSeconds: 4,
    floodRounds: 2,
    scrapes: 100,
    restSeconds: 5,
    starts: 7,
    hostile: 1_000_000,
    hostileRate: 100_000,
    iperfSeconds: 3,
    iperfRounds: 6,
    addressChanges: 2_000,
    addressBurst: 20_000,
    notifyLines: 200_000,
    notifyRounds: 5,
    detections: 200,
    detectionsUnderLoad: 120,
    detectionLoad: 50_000,
    detectionTries: 3,
    detectorRounds: 7,
    detectorShare: 1,
    alertEvents: 300,
    alertMassRounds: 7,
    alertMemoryRounds: 5,
    alertsInOutage: 5_000,
    replayPackets: 2_000_000,
    tsharkPackets: 200_000,
    replays: 3,
  },
  quick: {
    rates: [10_000, 100_000],
    floodSeconds: 1,
    floodRounds: 1,
    scrapes: 20,
    restSeconds: 1,
    starts: 2,
    hostile: 100_000,
    hostileRate: 50_000,
    iperfSeconds: 1,
    iperfRounds: 1,
    addressChanges: 400,
    addressBurst: 20_000,
    notifyLines: 40_000,
    notifyRounds: 1,
    detections: 40,
    detectionsUnderLoad: 40,
    detectionLoad: 50_000,
    detectionTries: 1,
    detectorRounds: 4,
    detectorShare: 0.3,
    alertEvents: 40,
    alertMassRounds: 2,
    alertMemoryRounds: 1,
    alertsInOutage: 500,
    replayPackets: 200_000,
    tsharkPackets: 20_000,
    replays: 1,
  },
};

function fail(message) {
  process.stderr.write(`bench: ${message}\n${usage}\n`);
  process.exit(2);
}

function readOptions() {
  const options = {
    quick: { type: "boolean", default: false },
    docs: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
    only: { type: "string" },
    routers: { type: "string", default: "510" },
    rates: { type: "string" },
    agent: { type: "string", default: join(root, "dist/main.js") },
    json: { type: "string" },
  };
  let values;
  try {
    ({ values } = parseArgs({ options }));
  } catch (error) {
    fail(error.message);
  }
  if (values.help) {
    process.stdout.write(`${usage}\n`);
    process.exit(0);
  }
  const wanted =
    values.only === undefined
      ? parts
      : values.only.split(",").map((name) => parts.find((part) => part.name === name) ?? fail(`no part ${name}`));
  const routers = Number(values.routers);
  if (!(Number.isInteger(routers) && routers >= 1 && routers <= 510)) fail("--routers is a number from 1 to 510");
  const size = { ...(values.quick ? sizes.quick : sizes.full) };
  if (values.rates !== undefined) size.rates = values.rates.split(",").map(Number);
  if (!size.rates.every((rate) => Number.isInteger(rate) && rate > 0 && rate <= 1_000_000)) fail("--rates are whole numbers up to 1000000");
  return { ...values, wanted, routers, size, main: resolve(values.agent) };
}

/** Why a part cannot run here, or null. */
function hindrance(part, hasAgent) {
  if (part.needs.root && process.getuid() !== 0) return "needs root for network namespaces";
  if (part.needs.root && cpus().length < 2) return "needs two CPUs: one sends, one listens";
  const missing = part.needs.programs.filter((program) => !hasProgram(program));
  if (missing.length > 0) return `needs ${missing.join(", ")}`;
  if (part.needs.agent && !hasAgent) return "needs the agent: npm run build";
  return null;
}

function machine() {
  const [cpu] = cpus();
  const version = (program, flag) => spawnSync(program, [flag], { encoding: "utf8" }).stdout?.split("\n")[0]?.replace(/ \(.*/, "") || null;
  return {
    cpus: cpus().length,
    model: cpu?.model ?? "unknown",
    memoryGigabytes: Math.round(totalmem() / 1e9),
    kernel: release(),
    node: process.version,
    tcpdump: spawnSync("tcpdump", ["--version"], { encoding: "utf8" }).stderr?.split("\n")[0] || version("tcpdump", "--version"),
    tshark: version("tshark", "--version"),
  };
}

function writeDocs(results) {
  const file = join(root, "docs/benchmark.md");
  const [begin, end] = ["<!-- results: begin -->", "<!-- results: end -->"];
  const old = readFileSync(file, "utf8");
  const { date, machine: on, quick } = results;
  const intro = `Measured ${date.slice(0, 10)}${quick ? " (--quick)" : ""} on ${on.cpus} CPUs (${on.model}), Linux ${on.kernel}, Node ${on.node}; ${on.tcpdump ?? "no tcpdump"}; ${on.tshark ?? "no tshark"}`;
  const notRun = results.skipped.map((text) => `- not run: ${text}\n`).join("");
  const body = tables(results).reverse().map(asMarkdown).join("\n");
  writeFileSync(file, `${old.slice(0, old.indexOf(begin) + begin.length)}\n${intro}\n${notRun}\n${body}${old.slice(old.indexOf(end))}`);
  writeFileSync(join(root, "docs/bench-results.json"), `${JSON.stringify(results, null, 2)}\n`);
}

async function main() {
  const options = readOptions();
  const session = new Session();
  const hasAgent = existsSync(options.main);
  const results = { date: new Date().toISOString(), quick: options.quick, machine: machine(), parts: {}, budgets: [], skipped: [] };
  const note = (text) => process.stderr.write(`bench: ${text}\n`);
  const skip = (text) => {
    note(`not run: ${text}`);
    results.skipped.push(text);
  };
  const context = { session, main: options.main, hasAgent, routers: options.routers, sizes: options.size, note, skip };
  if (!hasAgent) skip(`the agent's rows: ${options.main} does not exist (npm run build)`);

  const runnable = options.wanted.filter((part) => {
    const why = hindrance(part, hasAgent);
    if (why !== null) skip(`${part.name}: ${why}`);
    return why === null;
  });
  if (runnable.some((part) => part.needs.programs.includes("cc"))) context.sender = await session.compile("sender");
  if (runnable.some((part) => part.needs.root)) spawnSync("taskset", ["-a", "-p", "-c", "0", String(process.pid)]); // the listener has CPU 1 for itself
  for (const part of runnable) {
    if (part === replay) spawnSync("taskset", ["-a", "-p", "-c", `0-${cpus().length - 1}`, String(process.pid)]);
    try {
      results.parts[part.name] = await part.run(context);
    } catch (error) {
      skip(`${part.name}: ${error.message}`);
    } finally {
      session.release();
    }
  }

  results.budgets = judge(results.parts);
  process.stdout.write(`\n${tables(results).map(asText).join("\n")}\n`);
  for (const text of results.skipped) process.stdout.write(`not run: ${text}\n`);
  if (options.json) writeFileSync(options.json, `${JSON.stringify(results, null, 2)}\n`);
  if (options.docs) writeDocs(results);
  session.close();
  process.exitCode = results.skipped.length > 0 ? 1 : 0;
}

await main();
