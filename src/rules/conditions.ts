import { alertName } from "../core/conditions/alert-name.ts";
import type { Detector } from "../core/conditions/definition.ts";
import { detectors } from "../core/detectors/index.ts";
import type { ConditionName } from "../core/events.ts";
import { conditionHere, heard, unlessAnywhere, unlessHere } from "./joined.ts";
import { agent, by, indent, on, onHost, shared, target } from "./labels.ts";
import type { AlertRule } from "./rule.ts";
import { listOf, where } from "./texts.ts";

function alertOf(detector: Detector): AlertRule {
  const { id, severity, scope, meaning } = detector;
  const page = `docs/conditions/${id}.md`;
  return {
    alert: alertName(id),
    expr: [expression(detector), ...(more[id] ?? [])].join("\n"),
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
  return [aggregated, ...(ofSegment.length > 0 ? [unlessAnywhere(ofSegment)] : [])].join("\n");
}

/**
 * Where keepalived.conf cannot be read there is no instance that the condition could be about. For a little more than a minute:
 * at 60 s between scrapes one that met a restart is not enough.
 */
const withoutConfiguration = `or
(
  max ${by(...agent)} (
    keepalived_up == 0
    and ${on(...target)} last_over_time(keepalived_up[5m] offset 70s) == 0
    unless ${on(...target)} max_over_time(keepalived_up[70s]) > 0
    unless ${on(...target)} vrrpwatch_keepalived_config_last_read_successful == 1
    unless ${on(...target)} vrrp_condition_active{condition="keepalived_down"}
  ) + 1
)`;

/** What only Prometheus knows of a condition. */
const more: Partial<Record<ConditionName, readonly string[]>> = {
  keepalived_down: [withoutConfiguration],
  no_master: [`unless ${on(...shared)}\n  ${heard}`],
};

/** One thin rule for each condition of the agents. */
export const conditionAlerts: readonly AlertRule[] = detectors.map(alertOf);
