import { unlessAnywhere } from "./joined.ts";
import { by, on, shared, target, withSegment } from "./labels.ts";
import { claims } from "./masters.ts";
import type { Rule } from "./rule.ts";
import { ownPage, where } from "./texts.ts";

const alive = "instance:vrrp_router:alive";
const aliveCount = "segment:vrrp_routers_alive:count";
export const localSenders = "segment_sender:vrrp_adverts_sent:agents";

/** Backups are silent, so only agents on the routers can say that there is one. */
export const redundancyRules: readonly Rule[] = [
  {
    record: alive,
    why: "2: master, 1: backup, 0: neither, by the keepalived of the host.",
    expr: withSegment(`(
  (
    2 * vrrp_router_state{state="master"}
    + ignoring (state) vrrp_router_state{state="backup"}
  )
  * ${on(...target)} group_left ()
  (keepalived_up or ${on(...target)} up)
)`),
  },
  {
    record: aliveCount,
    why: "An agent that does not answer proves nothing: its router counts as it last stood, but a silent master whom another one followed is gone.",
    expr: `count ${by(...shared)} (
  max ${by(...shared, "instance")} (
    ${alive} > 0
    or
    (last_over_time(${alive}[1d]) == 1 and ${on(...target)} up == 0)
    or
    (last_over_time(${alive}[1d]) == 2 and ${on(...target)} up == 0)
      unless ${on(...shared)} ${claims}
  )
)
or
0 * max ${by(...shared)} (${alive})`,
  },
  {
    record: localSenders,
    why: "Senders whose host has an agent.",
    expr: `count ${by(...shared, "sender")} (\n  ${withSegment("vrrp_adverts_sent_total").replaceAll("\n", "\n  ")}\n)`,
  },
  {
    alert: "VRRPRedundancyLost",
    expr: `${aliveCount} < 2
and ${on(...shared)}
  max_over_time(${aliveCount}[1d]) > 1
unless ${on(...shared)} (
  count ${by(...shared, "sender")} (
    ${withSegment("vrrp_adverts_received_total").replaceAll("\n", "\n    ")}
  )
  unless ${on(...shared, "sender")}
    last_over_time(${localSenders}[1d])
)
${unlessAnywhere("no_master", "keepalived_down")}`,
    for: "5m",
    severity: "warning",
    summary: `${where}: {{ $value }} router(s) left`,
    description:
      "There were two routers or more within the last day, and {{ $value }} is left that is master or backup: the next failure takes the addresses away.",
    runbook: ownPage("VRRPRedundancyLost"),
  },
];
