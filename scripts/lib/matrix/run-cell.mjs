import { readFileSync } from "node:fs";
import { runTo, takeLock } from "./children.mjs";
import { commit, ensureClone, ensureDebianRoot, ensureNode, logFile, nodeEnvironment, versionOf } from "./places.mjs";

/** Makes what a cell needs: the slow part, for which the machine need not be quiet. */
export async function prepare({ node, release }) {
  const nodeFolder = await ensureNode(node);
  const debianRoot = release === undefined ? null : await ensureDebianRoot(release);
  return { nodeFolder, debianRoot, clone: await ensureClone(node, nodeFolder) };
}

/**
 * Runs a cell. Returns its result; a step that did not work is one too.
 * @param lock a file for flock, for as long as tests of the lab run; undefined: this machine is nobody else's
 */
export async function runCell(cell, lock) {
  const started = new Date();
  const result = { date: started.toISOString().slice(0, 10), commit: commit.slice(0, 12), version: cell.node };
  const seconds = () => Math.round((Date.now() - started.getTime()) / 1_000);
  let place;
  try {
    place = await prepare(cell);
  } catch (error) {
    return { ...result, passed: 0, failed: 1, skipped: [], failures: [error.message], seconds: seconds() };
  }
  const env = nodeEnvironment(place.nodeFolder);
  if (place.debianRoot !== null) env.VRRPWATCH_LAB_ROOT = place.debianRoot;
  result.version = versionOf(cell.program, place.debianRoot, env);
  const log = logFile(cell.id);
  const only = (cell.only ?? []).flatMap((text) => ["--only", text]);
  const args = ["scripts/test.mjs", "--no-build", "--groups", cell.groups, "--concurrency", "1", ...only];
  const release = lock !== undefined && cell.groups.includes("lab") ? await takeLock(lock) : () => {};
  const testsFrom = Date.now();
  const status = await runTo(log, "node", args, { cwd: place.clone, env, limit: cell.limit });
  release();
  const tests = { ...counted(readFileSync(log, "utf8")), seconds: Math.round((Date.now() - testsFrom) / 1_000) };
  if (status !== 0 && tests.failed === 0) {
    const why = status === "time" ? `ended after ${cell.limit / 60_000} minutes` : `ended with status ${status}`;
    return { ...result, ...tests, failed: 1, failures: [`the run ${why}`] };
  }
  return { ...result, ...tests };
}

/** Reads the closing lines of scripts/test.mjs. */
function counted(text) {
  const [, passed = "0", failed = "0"] = /^(\d+) passed, (\d+) failed(?:, \d+ skipped)?$/m.exec(text) ?? [];
  return { passed: Number(passed), failed: Number(failed), skipped: listed(text, "skipped"), failures: listed(text, "failed") };
}

/** The names below a heading of its own: what is indented further tells of the one before. */
function listed(text, heading) {
  const all = text.split("\n");
  const from = all.lastIndexOf(`${heading}:`);
  if (from === -1) return [];
  const rest = all.slice(from + 1);
  const end = rest.findIndex((line) => !line.startsWith("  "));
  const lines = rest.slice(0, end === -1 ? undefined : end);
  return lines.filter((line) => !line.startsWith("   ")).map((line) => line.trim());
}
