import { collectDefaultMetrics, Registry } from "prom-client";
import { catalogue } from "../../src/metrics/index.ts";
import { type DashboardFile, type Link, type Panel, queriesOf } from "./files.ts";
import { lintQuery, type Vocabulary } from "./lint-query.ts";
import { lintVariables } from "./lint-variables.ts";

/** Everything that is wrong with one dashboard, as a sentence each. */
export function lintDashboard(
  file: string,
  dashboard: DashboardFile,
  context: { uids: readonly string[]; runbooks: readonly string[] },
): string[] {
  const { panels } = dashboard;
  const problems = [
    ...panels.flatMap((panel) => lintPanel(panel)),
    ...repeated(
      "id",
      panels.map(({ id }) => String(id)),
    ),
    ...repeated(
      "title",
      panels.map(({ title }) => title ?? ""),
    ),
    ...overlaps(panels),
    ...lintSources(dashboard),
    ...[...dashboard.links, ...panels.flatMap(linksOf)].flatMap((link) => lintLink(link, dashboard, context)),
    ...queriesOf(file, dashboard).flatMap((query) => lintQuery(query, vocabulary)),
    ...unusedVariables(dashboard),
    ...lintVariables(dashboard, vocabulary),
  ];
  return problems.map((problem) => `${file}: ${problem}`);
}

const linksOf = ({ links = [], fieldConfig }: Panel): Link[] => [...links, ...(fieldConfig?.defaults.links ?? [])];

/** Labels that each series may have, by its name in a query. */
const vocabulary: Vocabulary = makeVocabulary();

function makeVocabulary(): Vocabulary {
  const labels = new Map<string, readonly string[]>([["up", []]]);
  const add = (name: string, type: string, own: readonly string[]): void => {
    if (type !== "histogram" && type !== "summary") labels.set(name, own);
    else for (const suffix of ["_sum", "_count"]) labels.set(`${name}${suffix}`, own);
    if (type === "histogram") labels.set(`${name}_bucket`, [...own, "le"]);
  };
  for (const { name, type, labels: own } of catalogue)
    add(
      name,
      type,
      own.map((label) => label.name),
    );
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const metric of registry.getMetricsAsArray()) {
    const { labelNames = [] } = metric as unknown as { labelNames?: readonly string[] };
    add(metric.name, metric.type.toString(), labelNames);
  }
  return labels;
}

function lintPanel(panel: Panel): string[] {
  if (panel.type === "row") return panel.collapsed === true ? [`the row ${panel.title} is collapsed`] : [];
  const { description = "", fieldConfig, targets = [] } = panel;
  const problems: string[] = [];
  if (!/^[A-Z0-9].{15,}\.$/s.test(description)) problems.push("has no description of a sentence");
  if ((fieldConfig?.defaults.unit ?? "") === "") problems.push("has no unit");
  if ((fieldConfig?.defaults.thresholds?.steps ?? []).length === 0) problems.push("has no thresholds");
  if (targets.length === 0) problems.push("has no query");
  if (targets.some(({ hide }) => hide === true)) problems.push("hides a query");
  if (targets.some(({ expr, instant }) => instant !== true && /\$__range\](?! @ end\(\))/.test(expr)))
    problems.push("asks for the time range before each moment, not for the one that is shown");
  problems.push(
    ...repeated(
      "query letter",
      targets.map(({ refId }) => String(refId)),
    ),
  );
  return problems.map((problem) => `the panel ${panel.title} ${problem}`);
}

function repeated(what: string, values: readonly string[]): string[] {
  return values
    .filter((value, index) => value === "" || value === "undefined" || values.indexOf(value) !== index)
    .map((value) => `has the ${what} ${value} twice or none`);
}

function overlaps(panels: readonly Panel[]): string[] {
  const taken = new Map<string, string>();
  const problems = new Set<string>();
  for (const { title = "", gridPos } of panels) {
    if (gridPos === undefined || gridPos.x + gridPos.w > 24 || gridPos.w < 1 || gridPos.h < 1) {
      problems.add(`the panel ${title} is not in the grid of 24 columns`);
      continue;
    }
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        const other = taken.get(`${x},${y}`);
        if (other !== undefined) problems.add(`the panels ${other} and ${title} overlap`);
        taken.set(`${x},${y}`, title);
      }
  }
  return [...problems];
}

/** Nothing but the variable names a data source, and nothing is off. */
function lintSources({ panels, annotations, templating }: DashboardFile): string[] {
  const chosen = (reference: { uid?: string } | undefined): boolean => reference?.uid === `\${datasource}`;
  const problems: string[] = [];
  for (const { type, title, datasource, targets = [] } of panels)
    if (type !== "row" && ![datasource, ...targets.map((target) => target.datasource)].every(chosen))
      problems.push(`the panel ${title} does not use the variable datasource everywhere`);
  for (const { name, enable, hide, placement, datasource } of annotations.list ?? []) {
    if (!chosen(datasource)) problems.push(`the annotation ${name} does not use the variable datasource`);
    if (!enable || hide === true || placement !== undefined) problems.push(`the annotation ${name} is off or in a menu`);
  }
  for (const { name, type, datasource, hide = 0, description = "" } of templating.list) {
    if (type === "query" && !chosen(datasource)) problems.push(`the variable ${name} does not use the variable datasource`);
    if (hide !== 0) problems.push(`the variable ${name} is hidden`);
    if (description === "") problems.push(`the variable ${name} has no description`);
  }
  return problems;
}

/** To a dashboard of ours or to a page that is there, and with nothing but variables that the dashboard has. */
function lintLink(
  { title, url = "", placement }: Link,
  { templating }: DashboardFile,
  { uids, runbooks }: { uids: readonly string[]; runbooks: readonly string[] },
): string[] {
  const dashboard = /^\/d\/([^?]+)(?:\?|$)/.exec(url)?.[1];
  const page = /^\$\{runbooks:raw\}\/(.+)\.md$/.exec(url)?.[1];
  const problems: string[] = [];
  if (placement !== undefined) problems.push("is in a menu, where nobody sees it");
  if (dashboard === undefined && page === undefined) problems.push(`leads to ${url}: neither a dashboard nor a runbook`);
  if (dashboard !== undefined && !uids.includes(dashboard)) problems.push(`leads to the dashboard ${dashboard}, which is not there`);
  if (page !== undefined && !page.startsWith("${") && !runbooks.includes(page))
    problems.push(`leads to the runbook ${page}, which is not there`);
  const variables = [...url.matchAll(/\$\{(?!__)(\w+)/g)].map(([, name = ""]) => name);
  for (const name of variables)
    if (!templating.list.some((variable) => variable.name === name))
      problems.push(`uses the variable ${name}, which the dashboard does not have`);
  return problems.map((problem) => `the link ${title} ${problem}`);
}

function unusedVariables(dashboard: DashboardFile): string[] {
  const text = JSON.stringify([
    dashboard.panels,
    dashboard.annotations,
    dashboard.links,
    dashboard.templating.list.map(({ query }) => query),
  ]);
  return dashboard.templating.list
    .filter(({ name }) => !new RegExp(`\\$\\{?${name}\\b`).test(text))
    .map(({ name }) => `the variable ${name} is used nowhere`);
}
