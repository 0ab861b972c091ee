import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { compatibility } from "../../src/metrics/compatibility.ts";
import { catalogue } from "../../src/metrics/index.ts";
import { root } from "../contract/repository.ts";
import { dashboardFiles, queriesOf } from "./files.ts";
import { labelValues } from "./grafana.ts";
import { usesOf } from "./promql.ts";

/** Metrics that neither a dashboard nor a rule asks for, and why. */
const UNUSED: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    compatibility.map(({ name }) => [name, "for the dashboards of other exporters: off by default, and the series of VRRP say more"]),
  ),
};

interface RuleFile {
  readonly groups: readonly { readonly rules: readonly { readonly expr: string }[] }[];
}

const rules = readdirSync(join(root, "alerts"))
  .filter((name) => name.endsWith(".rules.yml"))
  .map((name) => parse(readFileSync(join(root, "alerts", name), "utf8")) as RuleFile);
const expressions = [
  ...[...dashboardFiles()].flatMap(([file, dashboard]) => queriesOf(file, dashboard).map(({ expr }) => expr)),
  ...[...dashboardFiles().values()].flatMap(({ templating: { list } }) => list.map(({ query = "" }) => labelValues(query)?.series ?? "")),
  ...rules.flatMap(({ groups }) => groups.flatMap((group) => group.rules.map(({ expr }) => expr))),
];
const asked = new Set(expressions.flatMap((expr) => usesOf(expr).selectors.map(({ name }) => name)));
const isAsked = (name: string): boolean => ["", "_bucket", "_sum", "_count"].some((suffix) => asked.has(name + suffix));

test("every metric is on a dashboard or in a rule, or stands in a list with the reason", () => {
  assert.ok(rules.length > 0 && asked.size > 50);
  const unused = catalogue.map(({ name }) => name).filter((name) => !isAsked(name));
  assert.deepEqual(unused.sort(), Object.keys(UNUSED).sort());
});
