import { by, indent, info, local, on, oneOf, shared, target, withSegment } from "./labels.ts";
import type { RecordingRule } from "./rule.ts";

const lastChange = "segment:vrrp_last_master_transition_timestamp_seconds:max";
export const freshInfo = "instance:vrrp_virtual_router_info:fresh";
export const freshHost = "instance:vrrp_virtual_router_host:fresh";
export const conditionHere = "instance:vrrp_condition_active:latched";
export const heard = "instance:vrrp_master:heard";
export const conditionAnywhere = "segment:vrrp_condition_active:latched";

/** What agents say, with the segment that makes it comparable. */
export const joined: readonly RecordingRule[] = [
  {
    record: info,
    why: "The segment of each virtual router, one series each whatever other labels the targets have, and for a minute after a scrape that failed.",
    expr: `topk ${by(...local)} (1,
  max ${by(...local, "segment")} (vrrp_virtual_router_info)
  or ${on(...local)}
  max ${by(...local, "segment")} (last_over_time(vrrp_virtual_router_info[1m]))
)`,
  },
  {
    record: lastChange,
    why: "When the master changed last, by whoever saw it; an agent that has just started did not. A time in the future is a wrong clock, and no reason to wait for it.",
    expr: `max ${by(...shared)} (
${indent(withSegment("(vrrp_last_master_transition_timestamp_seconds <= time())"))}
  or
  ${info}
  * ${on(...target)} group_left ()
  max ${by(...target)} (process_start_time_seconds <= time())
)`,
  },
  {
    record: freshInfo,
    why: "Agents that were scraped since then, and 2 s more for the addresses: what an older scrape says of the old master is no second one.",
    expr: `${info}\nunless\n  min ${by(...local, "segment")} (timestamp(vrrp_virtual_router_info))\n  < ${on(...shared)} group_left ()\n  (${lastChange} + 2)`,
  },
  {
    record: freshHost,
    why: "The same with a name of the host: the address that it is master with, so that a target with a new name is no second host; else its instance.",
    expr: `label_replace(
${indent(withSegment(oneOf(`vrrp_master_info\nand ${on(...local)} vrrp_master_is_local == 1`, "master"), freshInfo))},
  "host", "$1", "master", "(.*)"
)
or ${on(...local)}
label_replace(${freshInfo}, "host", "$1", "instance", "(.*)")`,
  },
  {
    record: conditionHere,
    why: "What holds; what was raised between two scrapes, for a minute: by the counter, and by the time where the counter was not there before; what an agent said last, for a minute after a scrape that failed.",
    expr: `max ${by(...local, "segment", "condition")} (
${indent(
  withSegment(`clamp(
  last_over_time(vrrp_condition_active[1m]) == 1
  or increase(vrrp_condition_transitions_total[1m]) > 0
  or vrrp_condition_transitions_total > last_over_time(vrrp_condition_transitions_total[10m] offset 1m)
  or abs(time() - vrrp_condition_last_raised_timestamp_seconds) < 60
    unless last_over_time(vrrp_condition_transitions_total[10m] offset 1m),
  1, 1
)`),
)}
)`,
  },
  {
    record: heard,
    why: "Agents that hear a master, now and all of the last minute: who hears none is cut off alone.",
    expr: `max ${by(...local, "segment", "condition")} (
${indent(
  withSegment(`(
  vrrp_condition_active{condition="no_master"} == 0
  and ${on(...local)} vrrp_masters > 0
)`),
)}
)
unless ${on(...local)}
  ${conditionHere}{condition="no_master"}`,
  },
  {
    record: conditionAnywhere,
    why: "How many agents say so.",
    expr: `count ${by(...shared, "condition")} (\n  ${conditionHere}\n  unless ${on(...shared, "condition")} ${heard}\n)`,
  },
];

/** Nothing while one of the conditions holds for this virtual router at anybody's, nor for a while after. */
export const unlessAnywhere = (conditions: readonly string[], after = "1m"): string =>
  `unless ${on(...shared)}\n  max_over_time(${conditionAnywhere}{condition=~"${conditions.join("|")}"}[${after}])`;

/** The same for what this agent itself says. */
export const unlessHere = (...conditions: readonly string[]): string =>
  `unless ${on(...local)}\n  max_over_time(${conditionHere}{condition=~"${conditions.join("|")}"}[1m])`;
