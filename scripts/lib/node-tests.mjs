import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { inRoot } from "./paths.mjs";

const buildDir = inRoot(".build");

/** The compiled test files, in the order of their names. */
export function testFiles() {
  return readdirSync(path.join(buildDir, "test"), { recursive: true })
    .filter((name) => name.endsWith(".test.js"))
    .map((name) => path.join(buildDir, "test", name))
    .sort();
}

/**
 * Runs compiled test files with `node --test` and counts what ended, however it ended: a file that crashes or runs out
 * of time is a failed test of its own.
 * @param options `concurrency`: files at once · `timeout`: milliseconds a file · `chatty`: a line for each test as it ends
 */
export async function runNodeTests(title, files, { concurrency, timeout, chatty }) {
  const suite = { title, passed: 0, failed: 0, skipped: [], failures: [] };
  const args = [
    "--enable-source-maps",
    "--test",
    `--test-reporter=${inRoot("scripts/lib/reporter.mjs")}`,
    "--test-reporter-destination=stdout",
  ];
  if (concurrency) args.push(`--test-concurrency=${concurrency}`);
  args.push(`--test-timeout=${timeout}`, ...files);
  const runner = spawn(process.execPath, args, { cwd: inRoot(), stdio: ["ignore", "pipe", "inherit"] });
  const status = new Promise((resolve) => runner.on("exit", (code) => resolve(code ?? 1)));
  for await (const line of createInterface({ input: runner.stdout })) count(suite, line, chatty);
  if ((await status) !== 0 && suite.failed === 0) {
    suite.failed = 1;
    suite.failures.push({ name: `${title}: the test runner ended with status ${await status}`, error: "" });
  }
  return suite;
}

function count(suite, line, chatty) {
  let event;
  try {
    event = JSON.parse(line);
  } catch {
    console.log(line);
    return;
  }
  if (event.type === "output") process.stdout.write(event.message);
  if (event.type === "diagnostic" && chatty) console.log(`    ${event.message}`);
  if (event.type !== "pass" && event.type !== "fail") return;
  // A describe block fails or passes with its tests, which are counted already, except where its own hooks failed.
  const isSuite = event.kind === "suite";
  const name = title(event);
  if (event.skip || event.todo) {
    const why = [event.skip, event.todo].find((reason) => typeof reason === "string");
    suite.skipped.push(why ? `${name} (${why})` : name);
  } else if (event.type === "fail") {
    if (isSuite && /subtests? failed/.test(event.error ?? "")) return;
    suite.failed += 1;
    suite.failures.push({ name, error: event.error ?? "" });
    console.log(`✗ ${name}\n${indent(event.error ?? "")}`);
  } else if (!isSuite) {
    suite.passed += 1;
    if (chatty) console.log(`✓ ${name} (${(event.ms / 1_000).toFixed(1)} s)`);
  }
}

/** `test/lab/failover: what is tested`. Source maps make the file the source itself; a file that crashed is named by its path alone. */
function title({ file = "", name }) {
  const where = file.startsWith(`${buildDir}/`) ? path.relative(buildDir, file) : path.relative(inRoot(), file);
  return `${where.replace(/\.test\.[jt]s$/, "")}: ${name === file ? "the whole file" : name}`;
}

const indent = (text) => text.replace(/^/gm, "    ");
