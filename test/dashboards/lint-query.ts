import type { Query } from "./files.ts";
import { concrete } from "./grafana.ts";
import { type Selector, usesOf } from "./promql.ts";

/** The labels of each series that there is. */
export type Vocabulary = ReadonlyMap<string, readonly string[]>;

/** What the scrape adds to every series, and the targets or the Prometheus where there are several sites. */
export const scraped = ["job", "instance", "cluster", "site"];

/** Leaves what is said by targets that are agents. */
const onlyAgents = /\band on \(cluster, site, job, instance\) (?:last_over_time\()?vrrpwatch_build_info\{/;

/** What is wrong with one expression, its legend and its links. */
export function lintQuery({ where, expr, texts }: Query, vocabulary: Vocabulary): string[] {
  const { selectors, grouped, made } = usesOf(expr);
  const problems: string[] = [];
  if (selectors.length === 0) problems.push("asks for no metric");
  const known = new Set([...scraped, ...made]);
  for (const selector of selectors) {
    const { name, labels } = selector;
    const own = vocabulary.get(name);
    if (own === undefined) {
      problems.push(`asks for ${name}, which nobody exports`);
      continue;
    }
    for (const label of own) known.add(label);
    for (const label of labels)
      if (![...own, ...scraped].includes(label)) problems.push(`matches the label ${label}, which ${name} does not have`);
    if (!/^(vrrp|vrrpwatch|keepalived)_/.test(name) && !onlyAgents.test(expr))
      problems.push(`shows ${name} of every target, not only of agents`);
    if (!labels.includes("instance")) problems.push(`does not leave the choice of agents to the variable for ${name}`);
    problems.push(...lintChoice(selector, own));
  }
  const shown = texts.flatMap((text) => [...text.matchAll(/\{\{\s*(\w+)\s*\}\}|\$\{__(?:field\.labels|data\.fields)\.(\w+)\}/g)]);
  for (const label of [...grouped, ...shown.map(([, legend, link]) => legend ?? link ?? "")])
    if (!known.has(label)) problems.push(`names the label ${label}, which nothing in it has`);
  const left = concrete(expr, { rate: "1m", range: "1h" }).match(/\$[a-zA-Z_{]\w*/g) ?? [];
  for (const name of left) problems.push(`has the variable ${name}, which Grafana would not replace`);
  return problems.map((problem) => `${where} ${problem}`);
}

/** The variable that chooses values of a label: keepalived's series call the interface otherwise. */
const chosenBy: Readonly<Record<string, string>> = { segment: "segment", interface: "interface", intf: "interface", vrid: "vrid" };

/** Every label that a variable chooses is left to it, in a way that takes several values. */
function lintChoice({ name, variables }: Selector, own: readonly string[]): string[] {
  const problems = variables.filter(({ operator }) => !operator.endsWith("~")).map(({ variable }) => `does not match $${variable} with =~`);
  // What is not chosen, to be taken away from something else.
  if (variables.some(({ operator }) => operator === "!~")) return problems;
  for (const [label, variable] of Object.entries(chosenBy))
    if (own.includes(label) && !variables.some((one) => one.label === label && one.variable === variable))
      problems.push(`does not leave the choice of ${variable} to the variable for ${name}`);
  return problems;
}
