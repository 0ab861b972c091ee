/** How soon an address that comes or goes is known, and what a burst of 20,000 changes costs and leaves behind. */
import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { round } from "../lib/numbers.mjs";
import { inNamespace } from "../lib/session.mjs";

export const name = "netlink";
export const needs = { root: true, programs: ["ip", "taskset"], agent: false };

const bench = dirname(dirname(fileURLToPath(import.meta.url)));
const compiled = join(bench, "../../.compiled");
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];

class Watcher {
  constructor(context, namespace, receiveBytes) {
    const [command, args] = inNamespace(namespace, 1, [
      process.execPath,
      join(bench, "netlink-watcher.mjs"),
      compiled,
      String(receiveBytes),
    ]);
    this.child = context.session.spawn(command, args, { stdio: ["pipe", "pipe", "pipe"] });
    // All of it: the session keeps the end only.
    this.output = "";
    this.child.stdout.on("data", (text) => {
      this.output += text;
    });
  }

  async line(n) {
    for (let i = 0; i < 3_000; i++) {
      const lines = this.output.split("\n");
      if (lines.length > n + 1) return lines[n];
      if (this.child.exitCode !== null) break;
      await wait(10);
    }
    throw new Error(`the watcher gave no line ${n}: ${this.child.errors.trim()}`);
  }

  async ready() {
    this.lines = 1;
    await this.line(0);
  }

  async report() {
    this.child.stdin.write("report\n");
    const report = JSON.parse(await this.line(this.lines));
    this.lines += 1;
    return report;
  }
}

const kernelTable = (namespace) => {
  const links = JSON.parse(execFileSync("ip", ["-n", namespace, "-j", "addr"], { encoding: "utf8" }));
  return links.flatMap(({ addr_info: infos }) => infos.map(({ local, prefixlen }) => `${local}/${prefixlen}`)).sort();
};

async function latency(context, namespace, index) {
  const count = context.sizes.addressChanges;
  context.note(`${count} address changes, one at a time`);
  const watcher = new Watcher(context, namespace, 4 << 20);
  await watcher.ready();
  await watcher.report();
  const [command, args] = inNamespace(namespace, 0, [process.execPath, join(bench, "netlink-writer.mjs"), String(index), String(count)]);
  const writer = context.session.spawn(command, args);
  const { code } = await writer.finished;
  if (code !== 0) throw new Error(`the writer: ${writer.errors.trim()}`);
  const sent = JSON.parse(writer.output);
  let seen = [];
  for (let i = 0; i < 100 && seen.length < sent.length; i++) {
    seen.push(...(await watcher.report()).seen.filter(([, address]) => address === "198.51.100.1"));
    if (seen.length < sent.length) await wait(20);
  }
  watcher.child.kill();
  seen = seen.slice(0, sent.length);
  const times = sent.map(([, at], i) => (seen[i]?.[2] ?? Number.NaN) - at);
  const known = times.filter(Number.isFinite).sort((a, b) => a - b);
  const inOrder = seen.every(([kind], i) => kind === sent[i][0]);
  return {
    changes: sent.length,
    known: inOrder ? known.length : 0,
    p50Ms: round(quantile(known, 0.5) / 1_000, 3),
    p99Ms: round(quantile(known, 0.99) / 1_000, 3),
    maxMs: round(known.at(-1) / 1_000, 3),
  };
}

async function burst(context, namespace, receiveBytes, label) {
  const lines = [];
  for (let made = 0; made < context.sizes.addressBurst; made += 500) {
    for (const verb of ["add", "del"]) for (let i = 1; i <= 250; i++) lines.push(`address ${verb} 198.51.100.${i}/32 dev eth0`);
  }
  for (let i = 1; i <= 250; i += 2) lines.push(`address add 198.51.100.${i}/32 dev eth0`);
  const file = join(context.session.directory, "burst");
  writeFileSync(file, `${lines.join("\n")}\n`);
  context.note(`a burst of ${lines.length} address changes, ${label}`);
  const watcher = new Watcher(context, namespace, receiveBytes);
  await watcher.ready();
  await watcher.report();
  const started = performance.now();
  const [command, args] = inNamespace(namespace, 0, ["ip", "-batch", file]);
  const { code } = await context.session.spawn(command, args).finished;
  if (code !== 0) throw new Error("ip -batch failed");
  const made = performance.now();
  const wanted = JSON.stringify(kernelTable(namespace));
  const total = { events: 0, overruns: 0, dumps: 0, cpuMicroseconds: 0, longestStallMs: 0 };
  let equal = false;
  for (let i = 0; i < 200 && !equal; i++) {
    const report = await watcher.report();
    for (const key of ["events", "overruns", "dumps", "cpuMicroseconds"]) total[key] += report[key];
    total.longestStallMs = Math.max(total.longestStallMs, report.longestStallMs);
    equal = JSON.stringify(report.table) === wanted && report.present === true;
    if (!equal) await wait(20);
  }
  const settled = performance.now();
  watcher.child.kill();
  execFileSync("ip", ["-n", namespace, "addr", "flush", "dev", "eth0"]);
  return {
    buffer: label,
    changes: lines.length,
    changesPerSecond: Math.round(lines.length / ((made - started) / 1_000)),
    events: total.events,
    overruns: total.overruns,
    dumps: total.dumps,
    cpuMicrosecondsPerChange: round(total.cpuMicroseconds / lines.length, 2),
    longestStallMs: round(total.longestStallMs, 1),
    equalAfterMs: equal ? Math.round(settled - made) : null,
  };
}

export async function run(context) {
  if (!existsSync(join(compiled, "netlink/route-monitor.js"))) throw new Error("needs the compiled program: npm run build");
  const namespace = await context.session.namespace("n");
  try {
    execFileSync("ip", ["-n", namespace, "link", "add", "eth0", "type", "veth", "peer", "name", "peer0"]);
    for (const device of ["eth0", "peer0"]) execFileSync("ip", ["-n", namespace, "link", "set", device, "up"]);
    const [{ ifindex }] = JSON.parse(execFileSync("ip", ["-n", namespace, "-j", "link", "show", "eth0"], { encoding: "utf8" }));
    const single = await latency(context, namespace, ifindex);
    const bursts = [await burst(context, namespace, 4 << 20, "4 MiB asked for"), await burst(context, namespace, 1 << 17, "128 KiB")];
    return { single, bursts };
  } finally {
    await context.session.removeNamespace(namespace);
  }
}
