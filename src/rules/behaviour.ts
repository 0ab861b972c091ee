import { unlessAnywhere } from "./joined.ts";
import { agent, by, indent, local, on, shared, withSegment } from "./labels.ts";
import { localSenders } from "./redundancy.ts";
import type { Rule } from "./rule.ts";
import { ownPage, where } from "./texts.ts";

const changes = "segment:vrrp_master_transitions:increase1h";

/** What is no fault by itself, but other than it should be or was. */
export const behaviourRules: readonly Rule[] = [
  {
    record: changes,
    why: "Changes of master within an hour, by the agent that saw most.",
    expr: `max ${by(...shared)} (\n${indent(withSegment(`sum ${by(...local)} (increase(vrrp_master_transitions_total{reason!="initial"}[1h]))`))}\n)`,
  },
  {
    alert: "VRRPFailoverSlow",
    expr: `max ${by(...shared)} (\n${indent(withSegment(`(\n  vrrp_last_failover_excess_seconds > 1\n  and ${on(...local)} time() - vrrp_last_master_transition_timestamp_seconds < 900\n)`))}\n)\n${unlessAnywhere(["no_master", "split_brain"], "15m")}`,
    severity: "warning",
    summary: `${where}: the last failover took {{ $value | humanizeDuration }} longer than it must`,
    description:
      "Interval and priority made a part of the gap inevitable; the last change of master took {{ $value | humanizeDuration }} more than that (more than 1 s is slow).",
    runbook: ownPage("VRRPFailoverSlow"),
  },
  {
    alert: "VRRPPriorityLow",
    expr: `max ${by(...agent, "iname")} (
  keepalived_effective_priority < quantile_over_time(0.5, keepalived_effective_priority[1d])
)
or
max ${by(...shared, "sender")} (
${indent(withSegment(`(\n  vrrp_sender_priority < quantile_over_time(0.5, vrrp_sender_priority[1d])\n  and ${on(...local, "sender")} time() - vrrp_sender_last_advert_timestamp_seconds < 60\n)`))}
)
unless ${on(...shared, "sender")}
  ${localSenders}`,
    for: "15m",
    severity: "warning",
    summary:
      "{{ with $labels.iname }}{{ $labels.instance }}: {{ . }}{{ else }}{{ $labels.sender }}: VRID {{ $labels.vrid }} ({{ $labels.family }}) on {{ $labels.segment }}{{ end }}: the priority is lowered to {{ $value }}",
    description:
      "The priority is {{ $value }} for 15 min, lower than it was for most of the last day: a tracked script, interface or process fails, or somebody changed it.",
    runbook: ownPage("VRRPPriorityLow"),
  },
  {
    alert: "VRRPMoreMasterChangesThanUsual",
    expr: `${changes} > 3.5\nand ${on(...shared)}\n  ${changes} > 4 * avg_over_time(${changes}[1w] offset 1h)\nand ${on(...shared)}\n  ${changes} offset 1d\n${unlessAnywhere(["flapping", "split_brain", "vrid_conflict"], "1h")}`,
    severity: "warning",
    summary: `${where}: {{ $value | humanize }} changes of master within an hour`,
    description:
      "The master changed {{ $value | humanize }} times within the last hour, more than four times as often as in an average hour of the week before.",
    runbook: ownPage("VRRPMoreMasterChangesThanUsual"),
  },
];
