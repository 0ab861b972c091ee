// Writes the files that are generated from declarations in the source, from compiled code.
// Of the pages of the conditions only the heads; a page without its hand-written part is an error for --check.
//   node scripts/generate.mjs [--check] [--from DIRECTORY]
// --check writes nothing and exits with status 1 when a file differs; --from names the compiled src (default: .compiled).
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { sbom } from "./lib/sbom.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values } = parseArgs({
  options: { check: { type: "boolean", default: false }, from: { type: "string", default: resolve(root, ".compiled") } },
});
const compiled = resolve(values.from);

if (!existsSync(resolve(compiled, "config/json-schema.js"))) {
  console.error(`generate: no compiled code in ${compiled}: run \`npm run build\` first`);
  process.exit(2);
}
const load = (path) => import(pathToFileURL(resolve(compiled, path)).href);

const { configJsonSchema } = await load("config/json-schema.js");
const { exampleConfig } = await load("config/example.js");
const { configurationReference } = await load("config/reference.js");
const { bodyOf, bodyProblem, pageOf } = await load("core/conditions/page.js");
const { conditionHead, conditionsIndex } = await load("core/conditions/reference.js");
const { detectors } = await load("core/detectors/index.js");
const { dashboardFiles } = await load("dashboards/index.js");
const { lintReference } = await load("keepalived/lint/reference.js");
const { errorReference } = await load("lib/error-reference.js");
const { metricsReference } = await load("metrics/reference.js");
const { relatedMetrics } = await load("metrics/related.js");
const { conditionTests } = await load("rules/condition-tests.js");
const { seriesPage } = await load("series/page.js");
const { rulesJson } = await load("rules/json.js");
const { rulesFile } = await load("rules/render.js");

const files = {
  "alerts/tests/conditions.test.yml": conditionTests(),
  "alerts/vrrpwatch.rules.yml": rulesFile(),
  "config.schema.json": `${JSON.stringify(configJsonSchema(), null, 2)}\n`,
  "config.example.yaml": exampleConfig(),
  "docs/conditions/README.md": conditionsIndex(),
  "docs/configuration.md": configurationReference(),
  "docs/errors.md": errorReference(),
  "docs/keepalived-check.md": lintReference(),
  "docs/metrics.md": metricsReference(),
  "docs/prometheus/series.md": seriesPage(),
  "mixin/rules.json": rulesJson(),
  "sbom.cdx.json": `${JSON.stringify(sbom(), null, 2)}\n`,
  ...dashboardFiles(),
};

// Their heads are generated; what a person wrote below is kept.
const unwritten = [];
for (const detector of detectors) {
  const path = `docs/conditions/${detector.id}.md`;
  const body = bodyOf(current(path) ?? "");
  const problem = bodyProblem(body);
  if (problem !== null) unwritten.push(`${path} ${problem}`);
  files[path] = pageOf(conditionHead(detector, relatedMetrics(detector.id)), body);
}

const stale = Object.entries(files).filter(([path, text]) => current(path) !== text);
for (const [path, text] of stale) {
  if (values.check) console.error(`generate: ${path} differs from what the source declares: run \`npm run generate\` and commit it`);
  else {
    writeFileSync(resolve(root, path), text);
    console.log(`generate: wrote ${path}`);
  }
}
for (const problem of unwritten) console.error(`generate: ${problem}: write it`);
if (values.check && stale.length + unwritten.length > 0) process.exitCode = 1;

/** The text of a file as it is now; undefined: there is none. */
function current(path) {
  const file = resolve(root, path);
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}
