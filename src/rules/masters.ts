import { conditionHere, freshHost, freshInfo, heard, unlessAnywhere, unlessHere } from "./joined.ts";
import { by, indent, local, on, oneOf, onHost, shared, withSegment } from "./labels.ts";
import { overFailedScrapes, type Rule } from "./rule.ts";
import { listOf, ownPage, where } from "./texts.ts";

const claim = "instance:vrrp_master_claim:fresh";
export const claims = "segment:vrrp_master_claims:max";
const words = "segment:vrrp_masters_named:max";

/** Who is master, by the word of several agents. */
export const masterRules: readonly Rule[] = [
  {
    record: claim,
    why: "Hosts that are master: their adverts leave, or their keepalived says so.",
    expr: `${freshHost}
and ${on(...local)} (
  vrrp_master_is_local == 1
  or vrrp_router_state{state="master"} == 1
)`,
  },
  {
    record: claims,
    why: "How many hosts are master of one address: routers that share a number and no address are two virtual routers.",
    expr: `max ${by(...shared)} (
  count ${by(...shared, "address")} (
    max ${by(...shared, "address", "host")} (
${indent(indent(indent(withSegment("vrrp_advertised_address_info", claim, "host"))))}
    )
  )
)`,
  },
  {
    record: words,
    why: "How many masters of one address the agents name.",
    expr: `max ${by(...shared)} (
  count ${by(...shared, "address")} (
    count ${by(...shared, "address", "master")} (
      vrrp_advertised_address_info
      * ${on(...local)} group_left (segment, master)
      (
${indent(indent(indent(indent(withSegment(oneOf("vrrp_master_info", "master"), freshInfo)))))}
      )
    )
  )
)`,
  },
  {
    alert: "VRRPMastersOnTwoHosts",
    expr: `${claims} > 1\n${unlessAnywhere(["split_brain"])}`,
    for: "10s",
    keepFiringFor: overFailedScrapes,
    severity: "critical",
    summary: `${where}: {{ $value }} hosts are master, and none hears another`,
    description: `These agents say that their own host is master:${listOf(`${claim}{`, "instance")}. No agent hears two masters, so the network between them is parted, or adverts are dropped.`,
    runbook: ownPage("VRRPMastersOnTwoHosts"),
  },
  {
    alert: "VRRPAgentsDisagreeOnMaster",
    expr: `${words} > 1\nunless ${on(...shared)}\n  ${claims} > 1\n${unlessAnywhere(["split_brain"])}`,
    for: "20s",
    keepFiringFor: overFailedScrapes,
    severity: "critical",
    summary: `${where}: agents name {{ $value }} different masters`,
    description: `Agents of one segment hear {{ $value }} different masters, each of them only one: the network between them is parted, and at most one of the masters has an agent. \`vrrp_master_info{vrid="{{ $labels.vrid }}",family="{{ $labels.family }}"}\` shows who hears whom.`,
    runbook: ownPage("VRRPAgentsDisagreeOnMaster"),
  },
  {
    alert: "VRRPMasterNotHeard",
    expr: `max ${by(...onHost)} (
  ${conditionHere}{condition="no_master"}
${indent(unlessHere("capture_blind"))}
)
and ${on(...shared)} ${heard}`,
    for: "30s",
    severity: "warning",
    summary: `{{ $labels.instance }}: ${where}: no master is heard here, and others hear one`,
    description: `The agent on {{ $labels.instance }} hears no master. Others do:${listOf(`${heard}{`, "instance")}. {{ $labels.instance }} is cut off, or adverts are dropped on the way to it.`,
    runbook: ownPage("VRRPMasterNotHeard"),
  },
];
