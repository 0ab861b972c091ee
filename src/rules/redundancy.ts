import { answers } from "./agents.ts";
import { unlessAnywhere } from "./joined.ts";
import { agent, by, indent, local, on, shared, target, withSegment } from "./labels.ts";
import { claims } from "./masters.ts";
import type { Rule } from "./rule.ts";
import { ownPage, where } from "./texts.ts";

const alive = "instance:vrrp_router:alive";
const known = "instance:vrrp_router:known";
const aliveCount = "segment:vrrp_routers_alive:count";
export const localSenders = "segment_sender:vrrp_adverts_sent:agents";

const received = `max ${by(...shared, "sender")} (\n${indent(withSegment("vrrp_adverts_received_total"))}\n)`;

/** Backups are silent, so only agents on the routers can say that there is one. */
export const redundancyRules: readonly Rule[] = [
  {
    record: alive,
    why: "2: master, 1: backup, 0: neither, by the keepalived of the host. Nothing where its state is not known.",
    expr: `max ${by(...local, "segment")} (
${indent(
  withSegment(`(
  (
    2 * vrrp_router_state{state="master"}
    + ignoring (state) vrrp_router_state{state="backup"}
    unless ignoring (state) vrrp_router_state{state="unknown"} == 1
  )
  * ${on(...target)} group_left ()
  max ${by(...target)} (keepalived_up or ${on(...target)} up)
)`),
)}
)`,
  },
  {
    record: known,
    why: "The same, and of an agent that does not answer what it was in the evaluation before, for as long as it is a target.",
    expr: `${alive}\nor\n${known} and ${on(...target)} ${answers} == 0`,
  },
  {
    record: aliveCount,
    why: "An agent that does not answer proves nothing at first: its router counts for 15 min, but a silent master whom another one followed is gone.",
    expr: `count ${by(...shared)} (
  max ${by(...shared, "instance")} (
    ${known} > 0
    unless ${on(...target)}
      max_over_time(${answers}[15m]) == 0
    unless (
      ${known} == 2
      and ${on(...target)} ${answers} == 0
      and ${on(...shared)} max_over_time(${claims}[2m])
    )
  )
)
or
0 * max ${by(...shared)} (${known})`,
  },
  {
    record: localSenders,
    why: "Senders whose host has an agent, or had one and is remembered by others.",
    expr: `count ${by(...shared, "sender")} (
${indent(withSegment("vrrp_adverts_sent_total"))}
)
or
last_over_time(${localSenders}[1d])
and ${on(...shared, "sender")}
${indent(received)}`,
  },
  {
    alert: "VRRPRedundancyLost",
    expr: `${aliveCount} < 2
and ${on(...shared)}
  count ${by(...shared)} (max ${by(...shared, "instance")} (last_over_time(${known}[2m]))) > 1
and ${on(...shared)}
  last_over_time(${alive}[2m])
unless ${on(...shared)} (
${indent(received)}
  unless ${on(...shared, "sender")} ${localSenders}
)
unless ${on(...shared)} (
  ${alive} == 0
  and ${on(...agent)} ALERTS{alertname="VRRPKeepalivedDown",alertstate="firing"}
)
${unlessAnywhere(["no_master"])}`,
    for: "5m",
    severity: "warning",
    summary: `${where}: {{ $value }} router(s) left`,
    description:
      "Two routers or more are known, and {{ $value }} is left that is master or backup: the next failure takes the addresses away.",
    runbook: ownPage("VRRPRedundancyLost"),
  },
];
