// `npm test`: sets up what is missing and runs every test. `--no-skips`: a skipped test fails the run.
// `--only TEXT`: only test files whose path holds TEXT, without lint and the check of generated files; several times: any of them.
// `--groups unit,native,lab,package,roots`: only these groups. `--concurrency N`: so many files of unit tests at once.
// `--build-only`: everything up to the tests; `--no-build`: the tests alone, of what was built before.
import { rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { build, tsc } from "./lib/build.mjs";
import { failed, run, StepError } from "./lib/exec.mjs";
import { runNodeTests, testFiles } from "./lib/node-tests.mjs";
import { inRoot } from "./lib/paths.mjs";
import { setUpForTests } from "./lib/setup.mjs";
import { rootsTools } from "./lib/tools.mjs";

const { values: options } = parseArgs({
  options: {
    "no-skips": { type: "boolean", default: false },
    only: { type: "string", multiple: true },
    groups: { type: "string", default: "unit,native,lab,package,roots" },
    concurrency: { type: "string" },
    "build-only": { type: "boolean", default: false },
    "no-build": { type: "boolean", default: false },
  },
});
const suites = [];
const groupNames = options.groups.split(",");

/** A step that passes or fails as a whole counts as one test. Returns whether it passed. */
async function step(title, action) {
  const started = Date.now();
  let failure;
  try {
    failure = await action();
  } catch (error) {
    failure = error.message;
  }
  const ok = !failure;
  console.log(`${ok ? "✓" : "✗"} ${title} (${((Date.now() - started) / 1_000).toFixed(1)} s)`);
  suites.push({ title, passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: [], failures: ok ? [] : [{ name: title, error: failure }] });
  return ok;
}

const command = async (name, args) => {
  const status = await run(name, args);
  return status === 0 ? undefined : `${name} ${args.join(" ")} ended with status ${status}`;
};

/** Returns whether there is something to test. */
async function prepare() {
  if (!(await step("set-up", () => setUpForTests(groupNames.includes("roots") ? rootsTools : [])))) return false;
  if (!(await step("build", build))) return false;
  rmSync(inRoot(".build"), { recursive: true, force: true });
  return await step("compilation of the tests", () => tsc("tsconfig.test.json"));
}

async function everything() {
  if (!options["no-build"] && !(await prepare())) return;
  if (options["build-only"]) return;
  if (options.only === undefined) {
    await step("lint (biome ci)", () =>
      command(inRoot("node_modules/.bin/biome"), ["ci", `--colors=${process.stdout.isTTY ? "force" : "off"}`, "."]),
    );
    await step("generated files are up to date", () => command(process.execPath, [inRoot("scripts/generate.mjs"), "--check"]));
  }
  const files = testFiles().filter((file) => (options.only ?? [""]).some((text) => file.includes(text)));
  const isOf = (folder) => (file) => file.includes(`/test/${folder}/`);
  const inRoots = (file) => /\/test\/package\/(container|deb)\.test\.js$/.test(file);
  const mostlyWaits = (file) => file.endsWith("/test/lab/rules.test.js");
  const wants = (name) => groupNames.includes(name);
  // What makes namespaces and floods them needs the machine for itself.
  const groups = [
    {
      name: "unit",
      title: "unit tests",
      // The runner's own choice leaves a core free: of two that is half of the machine.
      concurrency: options.concurrency ?? availableParallelism(),
      files: files.filter((file) => !["native", "lab", "package"].some((folder) => isOf(folder)(file))),
      timeout: 240_000,
      chatty: options.only !== undefined,
    },
    { name: "native", title: "native tests", files: files.filter(isOf("native")), timeout: 240_000, concurrency: 1, chatty: true },
    {
      name: "lab",
      title: "lab tests",
      files: files.filter((file) => isOf("lab")(file) && !mostlyWaits(file)),
      timeout: 450_000,
      concurrency: 1,
      chatty: true,
    },
    {
      name: "package",
      title: "package tests",
      files: files.filter((file) => isOf("package")(file) && !inRoots(file)),
      timeout: 600_000,
      concurrency: 1,
      chatty: true,
    },
    {
      // What is shipped is installed in systems that are made for it, beside a test of the lab that waits for Prometheus most of its time:
      // one after the other they are more than the half hour that the suite may take.
      title: [wants("lab") ? "rules in the lab" : "", wants("roots") ? "packages in fresh systems" : ""].filter(Boolean).join(", "),
      files: files.filter((file) => (wants("lab") && mostlyWaits(file)) || (wants("roots") && inRoots(file))),
      timeout: 600_000,
      concurrency: 2,
      chatty: true,
    },
  ];
  const wanted = groups.filter(({ name, files: chosen }) => (name === undefined || wants(name)) && chosen.length > 0);
  if (wanted.length === 0) throw new StepError("--groups and --only leave no test: the groups are unit, native, lab, package and roots");
  for (const { title, files: chosen, ...how } of wanted) {
    console.log(`» ${title}: ${chosen.length} files`);
    const started = Date.now();
    suites.push(await runNodeTests(title, chosen, how));
    console.log(`  ${((Date.now() - started) / 1_000).toFixed(0)} s`);
  }
}

function summarize() {
  const sum = (key) => suites.reduce((total, suite) => total + suite[key], 0);
  const skipped = suites.flatMap((suite) => suite.skipped);
  const failures = suites.flatMap((suite) => suite.failures);
  console.log("");
  for (const suite of suites) console.log(`${suite.title}: ${suite.passed} passed, ${suite.failed} failed`);
  if (skipped.length > 0) console.log(`\nskipped:\n${skipped.map((name) => `  ${name}`).join("\n")}`);
  // With what was wrong once more: of a long output only the end may be kept.
  if (failures.length > 0)
    console.log(`\nfailed:\n${failures.map(({ name, error }) => [`  ${name}`, ...beginning(error)].join("\n")).join("\n")}`);
  const refused = options["no-skips"] && skipped.length > 0;
  if (refused) console.log("\nskipped tests are not accepted here (--no-skips)");
  console.log(`\n${sum("passed")} passed, ${sum("failed")} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ""}`);
  return sum("failed") > 0 || refused ? 1 : 0;
}

const beginning = (error) => error.split("\n", 15).map((line) => `      ${line.slice(0, 300)}`);

process.on("SIGINT", () => process.exit(130));
try {
  await everything();
  process.exitCode = summarize();
} catch (error) {
  process.exitCode = failed(error);
}
