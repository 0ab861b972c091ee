import { formatDuration } from "../../lib/duration.ts";
import { detectors } from "../detectors/index.ts";
import { alertName } from "./alert-name.ts";
import type { Detector } from "./definition.ts";
import type { OptionSpec } from "./options.ts";

/** A metric that shows more of a condition. */
interface RelatedMetric {
  readonly name: string;
  readonly help: string;
}

const scopes: Readonly<Record<Detector["scope"], string>> = {
  segment: "the segment: all agents that hear it make one alert",
  host: "one host: the alert carries `instance`",
};

/**
 * The generated part of the page of a condition.
 * @param metrics those to look at, besides the ones that every condition has
 */
export function conditionHead(detector: Detector, metrics: readonly RelatedMetric[]): string {
  const { id, severity, scope, meaning, rule, causes, evidence } = detector;
  const inhibitors = detectors.filter(({ inhibits }) => inhibits.includes(id));
  return `# ${id}

${meaning}

${table(
  ["", ""],
  [
    ["Alert", `\`${alertName(id)}\``],
    ["Severity", `${severity}, unless configured otherwise`],
    ["Scope", scopes[scope]],
    ["Inhibits", detector.inhibits.map(link).join(", ") || "nothing"],
    ["Inhibited by", inhibitors.map((other) => link(other.id)).join(", ") || "nothing"],
  ],
)}
## Rule

${rule}

## Causes

${table(
  ["Cause", "What it means", "How it is decided", "What to do"],
  Object.entries(causes).map(([cause, text]) => [`\`${cause}\``, text.meaning, text.decidedBy, text.remedy]),
)}
## Evidence

${table(["Key", "What it says"], Object.entries(evidence).map(quotedKey))}
## Options

${optionsOf(detector)}
## Metrics

${table(
  ["Metric", "What it says"],
  [...own.map(({ name, help }) => [`\`${name}{condition="${id}"}\``, help]), ...metrics.map(({ name, help }) => [`\`${name}\``, help])],
)}`;
}

/** What every condition has. */
const own: readonly RelatedMetric[] = [
  { name: "vrrp_condition_active", help: "Whether it holds now; absent where that cannot be judged." },
  { name: "vrrp_condition_transitions_total", help: "How often it was raised." },
  { name: "vrrp_condition_last_raised_timestamp_seconds", help: "When it was raised last, also between two scrapes." },
];

/** The whole of docs/conditions/README.md. */
export function conditionsIndex(): string {
  return `# Conditions

Generated from \`src/core/detectors\`; do not edit.

A condition is something that is wrong with a virtual router: raised and cleared as an event, exported as
\`vrrp_condition_active\`, listed with its cause and evidence by \`/api/v1/conditions\`, and made an alert. Each has a page here, whose
file name is the name of the condition: the \`runbook_url\` of an alert points to it, for example \`docs/conditions/split_brain.md\`.
Every agent serves these pages under that path: \`curl http://localhost:10112/docs/conditions/split_brain.md\`.
[The lab](../lab/README.md) is where to try them.

A condition that is only the consequence of another is inhibited by that one: it is still an event and a metric, and says
\`inhibited_by\`, but it is no story of its own. How to switch one off, or give it another severity: [configuration.md](../configuration.md#conditions).

## Of the segment

About the packets of a segment. An agent on a node with keepalived may know more of the cause than one that only listens.

${indexOf("segment")}
## Of one host

About the agent's own host: its kernel and its keepalived beside the packets.

${indexOf("host")}`;
}

function indexOf(scope: Detector["scope"]): string {
  const rows = detectors
    .filter((detector) => detector.scope === scope)
    .map(({ id, severity, meaning, causes }) => [
      link(id),
      severity,
      meaning,
      Object.keys(causes)
        .map((cause) => `\`${cause}\``)
        .join(", "),
    ]);
  return table(["Condition", "Severity", "What is wrong", "Causes"], rows);
}

function optionsOf({ id, options }: Detector): string {
  const rows = Object.entries(options).map(([key, spec]) => [`\`${key}\``, ...valuesOf(spec), spec.meaning]);
  const common = `\`enabled\` and \`severity\` of \`conditions.${id}\`, as every condition has them`;
  if (rows.length === 0) return `None but ${common}.\n`;
  return `Besides ${common}:\n\n${table(["Key", "Default", "Bounds", "Meaning"], rows)}`;
}

/** Default and bounds. */
function valuesOf(spec: OptionSpec): [string, string] {
  switch (spec.kind) {
    case "duration":
      return [`\`${formatDuration(spec.default)}\``, `\`${formatDuration(spec.min)}\` to \`${formatDuration(spec.max)}\``];
    case "count":
    case "ratio":
      return [`\`${spec.default}\``, `${spec.min} to ${spec.max}`];
    case "choice":
      return [`\`${spec.default}\``, spec.choices.map((choice) => `\`${choice}\``).join(", ")];
  }
}

const link = (id: string): string => `[\`${id}\`](${id}.md)`;

const quotedKey = ([key, meaning]: [string, string]): string[] => [`\`${key}\``, meaning];

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |\n`;
  return [header, header.map(() => "---"), ...rows].map(line).join("");
}
