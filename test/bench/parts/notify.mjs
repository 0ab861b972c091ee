/** Notify lines per second through FIFO and parser into the engine, from one writer and from several, and whether any is lost. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { median, round } from "../lib/numbers.mjs";

export const name = "notify";
export const needs = { root: false, programs: ["taskset"], agent: false };

const bench = dirname(dirname(fileURLToPath(import.meta.url)));
const compiled = join(bench, "../../.compiled");

const pinned = (context, cpu, script, args) =>
  context.session.spawn("taskset", ["-c", String(cpu), process.execPath, join(bench, script), ...args]);

async function ready(child) {
  while (!child.output.includes("ready\n")) {
    if (child.exitCode !== null) throw new Error(`the reader did not start: ${child.errors.trim()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function once(context, writers, lines, run) {
  const fifo = join(context.session.directory, `notify-${writers}-${run}.fifo`);
  const reader = pinned(context, 1, "notify-reader.mjs", [compiled, fifo, String(writers * lines)]);
  await ready(reader);
  const ends = Array.from({ length: writers }, (_, i) => pinned(context, 0, "notify-writer.mjs", [fifo, `w${i}`, String(lines)]).finished);
  for (const { code } of await Promise.all(ends)) if (code !== 0) throw new Error("a writer failed");
  await reader.finished;
  if (reader.errors !== "") throw new Error(reader.errors.trim());
  return JSON.parse(reader.output.split("\n")[1]);
}

export async function run(context) {
  if (!existsSync(join(compiled, "keepalived/notify/intake.js"))) throw new Error("needs the compiled program: npm run build");
  const rows = [];
  for (const writers of [1, 4]) {
    const lines = context.sizes.notifyLines / writers;
    const runs = [];
    for (let i = 0; i < context.sizes.notifyRounds; i++) {
      context.note(`${context.sizes.notifyLines} notify lines, ${writers} writers, round ${i + 1} of ${context.sizes.notifyRounds}`);
      runs.push(await once(context, writers, lines, i));
    }
    rows.push({
      writers,
      sent: context.sizes.notifyLines * runs.length,
      taken: runs.reduce((all, { taken, unparsable }) => all + taken - unparsable, 0),
      outOfOrder: runs.reduce((all, one) => all + one.outOfOrder, 0),
      linesPerSecond: Math.round(median(runs.map(({ taken, seconds }) => taken / seconds))),
      cpuMicrosecondsPerLine: round(median(runs.map(({ taken, cpuMicroseconds }) => cpuMicroseconds / taken))),
      runs,
    });
  }
  return { rows };
}
