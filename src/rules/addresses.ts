import { freshHost, freshInfo, unlessAnywhere } from "./joined.ts";
import { by, indent, local, on, shared, target, withSegment } from "./labels.ts";
import { claims } from "./masters.ts";
import { overFailedScrapes, type Rule } from "./rule.ts";
import { listOf, ownPage, where } from "./texts.ts";

const hosts = "segment_address:vrrp_vip_present:hosts";
const nowhere = "segment_address:vrrp_vip_present:nowhere";
const address = [...shared, "address"] as const;

/** Where the addresses are, by the word of several agents. */
export const addressRules: readonly Rule[] = [
  {
    record: hosts,
    why: "On how many hosts with an agent an address is. Real servers of a balancer that answers directly have it on lo.",
    expr: `sum ${by(...address)} (
  max ${by(...address, "host")} (
${indent(indent(withSegment('vrrp_vip_present{dev!="lo"}', freshHost, "host")))}
  )
)`,
  },
  {
    record: nowhere,
    why: "Addresses that are on no host: a router without an agent may have them while it is master, so either the master has an agent, or an agent on a router hears none.",
    expr: `${hosts} == 0
and (
  max ${by(...address)} (
${indent(indent(withSegment(`(\n  vrrp_advertised_address_info\n  and ${on(...local)} vrrp_master_is_local == 1\n)`, freshInfo)))}
  )
  or
  ${hosts}
  and ${on(...shared)}
    max ${by(...shared)} (
${indent(indent(indent(withSegment(`(\n  vrrp_router_state{state="master"}\n  and ${on(...target, "interface")} vrrp_interface_capture_up == 1\n)`, freshInfo))))}
    )
  unless ${on(...shared)}
    max ${by(...shared)} (
${indent(indent(indent(withSegment("(vrrp_masters > 0)"))))}
    )
)`,
  },
  {
    alert: "VRRPAddressOnTwoHosts",
    expr: `count ${by(...shared)} (${hosts} > 1)\nunless ${on(...shared)}\n  (\n${indent(indent(`${claims} > 1\n${unlessAnywhere(["split_brain"])}`))}\n  )\n${unlessAnywhere(["backup_with_vip"])}`,
    for: "10s",
    keepFiringFor: overFailedScrapes,
    severity: "critical",
    summary: `${where}: {{ $value }} address(es) on more than one host`,
    description: `On more than one host at the same time:${listOf(`${hosts}{`, "address", " > 1")}. Clients reach the one that announced itself last.`,
    runbook: ownPage("VRRPAddressOnTwoHosts"),
  },
  {
    alert: "VRRPAddressNowhere",
    expr: `count ${by(...shared)} (${nowhere})\n${unlessAnywhere(["no_master", "master_without_vip", "split_brain"])}`,
    for: "30s",
    keepFiringFor: overFailedScrapes,
    severity: "critical",
    summary: `${where}: {{ $value }} address(es) on no host`,
    description: `On no host:${listOf(`${nowhere}{`, "address")}. Nobody answers for them.`,
    runbook: ownPage("VRRPAddressNowhere"),
  },
];
