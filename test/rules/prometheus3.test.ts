import assert from "node:assert/strict";
import { test } from "node:test";
import { ruleGroups } from "../../src/rules/index.ts";
import { dashboardFiles, queriesOf } from "../dashboards/files.ts";
import { concrete } from "../dashboards/grafana.ts";

/** What changed its meaning, its name or its place in Prometheus 3 (its migration guide), as far as a query can have it. */
const changed: Readonly<Record<string, RegExp>> = {
  "functions that have another name": /\b(?:holt_winters|double_exponential_smoothing)\b/,
  "bounds of buckets by their text": /\b(?:le|quantile)\s*(?:=|!=|=~|!~)/,
  "subqueries, which lose a sample at their left end": /\[[^\]]*:[^\]]*\]/,
  "names that are not of the old alphabet": /\{\s*"/,
};

const expressions = [
  ...ruleGroups.flatMap(({ rules }) => rules.map(({ expr }) => expr)),
  ...[...dashboardFiles()]
    .flatMap(([file, dashboard]) => queriesOf(file, dashboard))
    .map(({ expr }) => concrete(expr, { rate: "1m", range: "1h" })),
];

for (const [what, pattern] of Object.entries(changed))
  test(`neither rules nor dashboards have ${what}`, () => {
    assert.ok(expressions.length > 150);
    assert.deepEqual(
      expressions.filter((expr) => pattern.test(expr)),
      [],
    );
  });

test("each of these patterns finds what it is for", () => {
  const examples = ["holt_winters(a[1h], 0.3, 0.1)", 'a_bucket{le="1"}', "max_over_time(a[1h:1m])", '{"a.b"}'];
  for (const [index, pattern] of Object.values(changed).entries()) assert.match(examples[index] ?? "", pattern);
});

test("a range holds two scrapes at least at an interval of 15 s, also where its left end does not count", () => {
  const short = expressions
    .flatMap((expr) => [...expr.matchAll(/\[(\d+)s\]/g)].map(([, seconds]) => Number(seconds)))
    .filter((s) => s < 30);
  assert.deepEqual(short, []);
});
