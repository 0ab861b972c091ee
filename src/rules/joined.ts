import { by, indent, local, on, shared, withSegment } from "./labels.ts";
import type { RecordingRule } from "./rule.ts";

export const lastChange = "segment:vrrp_last_master_transition_timestamp_seconds:max";
export const freshInfo = "instance:vrrp_virtual_router_info:fresh";
export const conditionHere = "instance:vrrp_condition_active:latched";
export const conditionAnywhere = "segment:vrrp_condition_active:latched";

/** What agents say, with the segment that makes it comparable. */
export const joined: readonly RecordingRule[] = [
  {
    record: lastChange,
    why: "When the master changed last, by whoever saw it. A time in the future is a wrong clock, and no reason to wait for it.",
    expr: `max ${by(...shared)} (\n${indent(withSegment("(vrrp_last_master_transition_timestamp_seconds <= time())"))}\n)`,
  },
  {
    record: freshInfo,
    why: "Agents that were scraped since then, and 2 s more for the addresses: what an older scrape says of the old master is no second one.",
    expr: `vrrp_virtual_router_info\nunless\n  timestamp(vrrp_virtual_router_info) < ${on(...shared)} group_left () (${lastChange} + 2)`,
  },
  {
    record: conditionHere,
    why: "What holds, and for a minute what was raised between two scrapes: by the counter, and by the time where the counter was not there before.",
    expr: withSegment(`clamp(
  vrrp_condition_active == 1
  or increase(vrrp_condition_transitions_total[1m]) > 0
  or abs(time() - vrrp_condition_last_raised_timestamp_seconds) < 60,
  1, 1
)`),
  },
  {
    record: conditionAnywhere,
    why: "How many agents say so.",
    expr: `count ${by(...shared, "condition")} (${conditionHere})`,
  },
];

/** Nothing while one of the conditions holds for this virtual router at anybody's, nor for a minute after. */
export const unlessAnywhere = (...conditions: readonly string[]): string =>
  `unless ${on(...shared)}\n  max_over_time(${conditionAnywhere}{condition=~"${conditions.join("|")}"}[1m])`;

/** The same for what this agent itself says. */
export const unlessHere = (...conditions: readonly string[]): string =>
  `unless ${on(...local)}\n  max_over_time(${conditionHere}{condition=~"${conditions.join("|")}"}[1m])`;
