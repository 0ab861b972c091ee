// Writes the files that are generated from declarations in the source, from compiled code.
//   node scripts/generate.mjs [--check] [--from DIRECTORY]
// --check writes nothing and exits with status 1 when a file differs; --from names the compiled src (default: .compiled).
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

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
const { lintReference } = await load("keepalived/lint/reference.js");
const { errorReference } = await load("lib/error-reference.js");
const { metricsReference } = await load("metrics/reference.js");

const files = {
  "config.schema.json": `${JSON.stringify(configJsonSchema(), null, 2)}\n`,
  "config.example.yaml": exampleConfig(),
  "docs/configuration.md": configurationReference(),
  "docs/errors.md": errorReference(),
  "docs/keepalived-check.md": lintReference(),
  "docs/metrics.md": metricsReference(),
};

const stale = Object.entries(files).filter(([path, text]) => {
  const file = resolve(root, path);
  return !existsSync(file) || readFileSync(file, "utf8") !== text;
});
for (const [path, text] of stale) {
  if (values.check) console.error(`generate: ${path} differs from what the source declares: run \`npm run generate\` and commit it`);
  else {
    writeFileSync(resolve(root, path), text);
    console.log(`generate: wrote ${path}`);
  }
}
if (values.check && stale.length > 0) process.exitCode = 1;
