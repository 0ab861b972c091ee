import type { DashboardFile, Variable } from "./files.ts";
import { labelValues } from "./grafana.ts";
import { scraped, type Vocabulary } from "./lint-query.ts";
import { usesOf } from "./promql.ts";

/** What is wrong with the queries that give the variables their values. */
export const lintVariables = ({ templating: { list } }: DashboardFile, vocabulary: Vocabulary): string[] =>
  list.flatMap((variable, index) =>
    variable.type === "query"
      ? lintVariable(
          variable,
          list.slice(0, index).map(({ name }) => name),
          vocabulary,
        ).map((problem) => `the variable ${variable.name} ${problem}`)
      : [],
  );

/** @param before the variables that have their values when this one asks: Grafana asks in the order of the list */
function lintVariable({ query = "" }: Variable, before: readonly string[], vocabulary: Vocabulary): string[] {
  const asked = labelValues(query);
  const selector = asked === null ? undefined : usesOf(asked.series).selectors[0];
  if (asked === null || selector === undefined) return ["is no label_values of a metric"];
  const own = vocabulary.get(selector.name);
  if (own === undefined) return [`asks for ${selector.name}, which nobody exports`];
  const labels = [...own, ...scraped];
  const problems = labels.includes(asked.label) ? [] : [`takes the label ${asked.label}, which ${selector.name} does not have`];
  for (const label of selector.labels)
    if (!labels.includes(label)) problems.push(`matches the label ${label}, which ${selector.name} does not have`);
  for (const { variable, operator } of selector.variables) {
    if (!before.includes(variable)) problems.push(`uses $${variable}, which is not before it`);
    if (operator !== "=~") problems.push(`does not match $${variable} with =~`);
  }
  return problems;
}
