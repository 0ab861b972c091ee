import { type Topic, topics } from "./index.ts";
import { type Label, routerLabels } from "./labels.ts";
import type { Metric } from "./metric.ts";

const isRouterLabel = (label: Label): boolean => routerLabels.includes(label);

/** R stands for the labels of a virtual router, where all of them are there. */
function labelCell({ labels }: Metric): string {
  if (labels.length === 0) return "";
  const router = routerLabels.every((label) => labels.includes(label));
  const names = (router ? labels.filter((label) => !isRouterLabel(label)) : labels).map((label) => `\`${label.name}\``);
  return (router ? ["R", ...names] : names).join(", ");
}

const cell = (text: string): string => text.replaceAll("|", "\\|");

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
}

const values = (label: Label): string => (label.values === undefined ? "" : label.values.map((value) => `\`${value}\``).join(", "));

function metricTable({ title, metrics }: Topic): string {
  const rows = metrics.map((metric) => [`\`${metric.name}\``, metric.type, labelCell(metric), metric.help]);
  return `## ${title}\n\n${table(["Metric", "Type", "Labels", "Meaning"], rows)}\n`;
}

/** The labels that are not part of R; one name may mean different things in different metrics, and then has a row for each. */
function otherLabelRows(): string[][] {
  const users = new Map<Label, string[]>();
  for (const { metrics } of topics) {
    for (const metric of metrics) {
      const router = metric.labels.includes(routerLabels[1] as Label);
      for (const label of metric.labels) {
        if (router && isRouterLabel(label)) continue;
        users.set(label, [...(users.get(label) ?? []), `\`${metric.name}\``]);
      }
    }
  }
  return [...users].map(([label, names]) => [`\`${label.name}\``, label.meaning, values(label), names.join(", ")]);
}

/** The whole of docs/metrics.md, from the catalogue. */
export function metricsReference(): string {
  return `# Metrics

Generated from the catalogue in \`src/metrics\`; do not edit.

\`vrrp_\` is what was observed, on the wire or in the kernel; \`vrrpwatch_\` is the agent itself. Times are in seconds. A series is
dropped when what it describes is gone, and what is not known is absent, not 0. The answer of \`/metrics\` is in the Prometheus text
format or in OpenMetrics, as the \`Accept\` header asks; where OpenMetrics names a family otherwise (a counter without \`_total\`, an
info without \`_info\`), the series are still named as here. \`info\` metrics are always 1: their labels are the fact.
How many series that makes: [prometheus/series.md](prometheus/series.md).

${topics.map(metricTable).join("\n")}
Besides these there are the usual \`process_*\` and \`nodejs_*\` metrics of a Node program.

## Labels

R, the labels of a virtual router:

${table(
  ["Label", "Meaning", "Values"],
  routerLabels.map((label) => [`\`${label.name}\``, label.meaning, values(label)]),
)}

All others:

${table(["Label", "Meaning", "Values", "Of"], otherLabelRows())}
`;
}
