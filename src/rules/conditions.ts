import { alertName } from "../core/conditions/alert-name.ts";
import type { Detector } from "../core/conditions/definition.ts";
import { detectors } from "../core/detectors/index.ts";
import { conditionHere, unlessAnywhere, unlessHere } from "./joined.ts";
import { by, indent, on, onHost, shared, target } from "./labels.ts";
import type { AlertRule } from "./rule.ts";
import { listOf, where } from "./texts.ts";

function alertOf(detector: Detector): AlertRule {
  const { id, severity, scope, meaning } = detector;
  const more = id === "keepalived_down" ? `\n${withoutConfiguration}` : "";
  const page = `docs/conditions/${id}.md`;
  return {
    alert: alertName(id),
    expr: `${expression(detector)}${more}`,
    severity,
    summary: `${scope === "host" ? "{{ $labels.instance }}: " : ""}${id === "keepalived_down" ? whereIfAny : where}: ${meaning}`,
    description:
      scope === "host"
        ? `${meaning} Said by the agent on {{ $labels.instance }}; its /api/v1/conditions has the cause and the evidence.`
        : `${meaning} {{ $value }} agent(s) say so:${listOf(`${conditionHere}{condition="${id}",`, "instance")}. Their /api/v1/conditions has the cause and the evidence.`,
    runbook: page,
  };
}

const whereIfAny = `{{ if $labels.vrid }}${where}{{ else }}keepalived{{ end }}`;

/** A consequence of another condition is no story of its own: of one of the same agent, or one of the segment. */
function expression({ id, scope }: Detector): string {
  const inhibitors = detectors.filter(({ inhibits }) => inhibits.includes(id));
  const ofSegment = inhibitors.filter((other) => other.scope === "segment").map((other) => other.id);
  const ofHost = inhibitors.filter((other) => other.scope === "host").map((other) => other.id);
  const inner = [`${conditionHere}{condition="${id}"}`, ...(ofHost.length > 0 ? [unlessHere(...ofHost)] : [])].join("\n");
  const aggregated = scope === "host" ? `max ${by(...onHost)} (\n${indent(inner)}\n)` : `count ${by(...shared)} (\n${indent(inner)}\n)`;
  return [aggregated, ...(ofSegment.length > 0 ? [unlessAnywhere(...ofSegment)] : [])].join("\n");
}

/** Where keepalived.conf cannot be read there is no instance that the condition could be about. The time is its grace and a scrape. */
const withoutConfiguration = `or
(
  max ${by(...target.filter((label) => label !== "job"))} (
    max_over_time(keepalived_up[30s]) == 0
    unless ${on(...target)}
      vrrp_condition_active{condition="keepalived_down"}
  ) + 1
)`;

/** One thin rule for each condition of the agents. */
export const conditionAlerts: readonly AlertRule[] = detectors.map(alertOf);
