import { disagreementFields } from "../core/disagreement.ts";
import { conditionNames, masterChangeReasons, severities } from "../core/events.ts";
import { type FailoverPhase, failoverPhases } from "../core/failover-log.ts";
import { announcementRoles, driftKinds, routerStates } from "../core/host/view.ts";
import { notifyEvents, notifyKinds, notifySources } from "../core/host-facts.ts";
import { evictionKinds } from "../core/view.ts";
import { deliveryOutcomes } from "../lib/alerts-view.ts";
import { webRefusals } from "../lib/web-view.ts";
import { rejectReasons } from "../wire/decoded.ts";

/** One label as the reference describes it. `values` is there where the set is closed. */
export interface Label<Value extends string = string> {
  readonly name: string;
  readonly meaning: string;
  readonly values?: readonly Value[];
}

/** A label whose values are a closed list. */
export interface ClosedLabel<Value extends string> extends Label<Value> {
  readonly values: readonly Value[];
}

export const interfaceLabel: Label = {
  name: "interface",
  meaning: "Network interface; empty where the capture does not say or no single one is meant.",
};
export const familyLabel: ClosedLabel<"ipv4" | "ipv6"> = {
  name: "family",
  meaning: "Address family of the packets.",
  values: ["ipv4", "ipv6"],
};

/** The labels that name a virtual router: R in the documentation. */
export const routerLabels: readonly Label[] = [
  interfaceLabel,
  { name: "vrid", meaning: "Virtual router identifier, 1 to 255." },
  familyLabel,
  { name: "vlan", meaning: "VLAN id (the outer one of two tags); left out when untagged." },
  { name: "inner_vlan", meaning: "Inner VLAN id; left out unless there are two tags." },
];

export const senderLabel: Label = { name: "sender", meaning: "Source address of the adverts." };
export const addressLabel: Label = { name: "address", meaning: "Virtual address that the master advertises." };
export const virtualAddressLabel: Label = {
  name: "address",
  meaning: "Virtual address: of the adverts, of keepalived.conf or of virtual_routers.",
};
export const deviceLabel: Label = { name: "dev", meaning: "Device of this host that has the address, or should have it." };
export const vipActionLabel: ClosedLabel<"added" | "removed"> = {
  name: "action",
  meaning: "What the kernel did with the address.",
  values: ["added", "removed"],
};
export const announcementRoleLabel: ClosedLabel<(typeof announcementRoles)[number]> = {
  name: "role",
  meaning: "Whose MAC announced the address: the master's (or the virtual MAC), another sender's, or a stranger's.",
  values: announcementRoles,
};
export const routerStateLabel: ClosedLabel<(typeof routerStates)[number]> = {
  name: "state",
  meaning: "State of an instance or sync group of keepalived.",
  values: routerStates,
};
export const instanceLabel: Label = { name: "iname", meaning: "Name of the vrrp_instance." };
export const instanceInterfaceLabel: Label = { name: "intf", meaning: "Interface of the instance; empty where it is not known." };
export const instanceVridLabel: Label = { name: "vrid", meaning: "VRID of the instance; empty where it is not known." };
export const instanceAddressLabel: Label = {
  name: "ip_address",
  meaning: "Virtual address of the instance, without its prefix length; empty where none is known.",
};
export const groupLabel: Label = { name: "group", meaning: "Name of the vrrp_sync_group." };
export const notifySourceLabel: ClosedLabel<(typeof notifySources)[number]> = {
  name: "source",
  meaning: "How the call reached the agent.",
  values: notifySources,
};
export const notifyKindLabel: ClosedLabel<(typeof notifyKinds)[number]> = {
  name: "kind",
  meaning: "What the call was about.",
  values: notifyKinds,
};
export const notifyEventLabel: ClosedLabel<(typeof notifyEvents)[number]> = {
  name: "event",
  meaning: "keepalived's own word, in lower case.",
  values: notifyEvents,
};
export const driftKindLabel: ClosedLabel<(typeof driftKinds)[number]> = {
  name: "kind",
  meaning: "What differs between keepalived.conf and the running keepalived.",
  values: driftKinds,
};
export const masterLabel: Label = { name: "master", meaning: "Source address of the master." };
export const segmentLabel: Label = { name: "segment", meaning: "Configured name of the segment, else its subnet, else the interface." };
export const macLabel: Label = { name: "mac", meaning: "Source MAC of the last advert; empty on a link layer without one." };
export const versionLabel: ClosedLabel<"2" | "3"> = { name: "version", meaning: "VRRP version.", values: ["2", "3"] };

export const modeLabel: ClosedLabel<"multicast" | "unicast"> = {
  name: "mode",
  meaning: "How the adverts are addressed.",
  values: ["multicast", "unicast"],
};

export const authLabel: ClosedLabel<"none" | "simple" | "ah" | "hmac"> = {
  name: "auth",
  meaning: "Authentication that the adverts carry.",
  values: ["none", "simple", "ah", "hmac"],
};

export const rejectReasonLabel: ClosedLabel<(typeof rejectReasons)[number]> = {
  name: "reason",
  meaning: "Why the packet is no advert that a router may believe.",
  values: rejectReasons,
};

/** As `familyLabel`, for packets so broken that the family could not be read. */
export const rejectFamilyLabel: ClosedLabel<"ipv4" | "ipv6" | "unknown"> = {
  name: "family",
  meaning: "Address family; unknown where it could not be read.",
  values: ["ipv4", "ipv6", "unknown"],
};

export const transitionReasonLabel: ClosedLabel<(typeof masterChangeReasons)[number]> = {
  name: "reason",
  meaning: "Why the master changed.",
  values: masterChangeReasons,
};

export const failoverPhaseLabel: ClosedLabel<FailoverPhase> = {
  name: "phase",
  meaning:
    "Part of a failover: from the old master's last advert to the detection, from there to the new master's first advert, from that one to its addresses being there, or to its first announcement.",
  values: failoverPhases,
};

export const conditionLabel: ClosedLabel<(typeof conditionNames)[number]> = {
  name: "condition",
  meaning: "What can be wrong with a virtual router.",
  values: conditionNames,
};

export const disagreementLabel: ClosedLabel<(typeof disagreementFields)[number]> = {
  name: "field",
  meaning: "What two senders of one virtual router disagree about.",
  values: disagreementFields,
};

export const evictionKindLabel: ClosedLabel<(typeof evictionKinds)[number]> = {
  name: "kind",
  meaning: "What was not tracked, or no longer, because its table was full.",
  values: evictionKinds,
};

export const receiverLabel: Label = { name: "receiver", meaning: "Name of the receiver, from `alerts.receivers`." };
export const deliveryOutcomeLabel: ClosedLabel<(typeof deliveryOutcomes)[number]> = {
  name: "outcome",
  meaning:
    "What became of a delivery: taken by the receiver, to be tried again, refused by the receiver, given up because it waited for too long, or left out because too many waited.",
  values: deliveryOutcomes,
};
export const severityLabel: ClosedLabel<(typeof severities)[number]> = {
  name: "severity",
  meaning: "How urgent the alert is.",
  values: severities,
};
export const heartbeatOutcomeLabel: ClosedLabel<"sent" | "failed"> = {
  name: "outcome",
  meaning: "Whether the sign of life arrived.",
  values: ["sent", "failed"],
};

export const keepalivedVersionLabel: Label = { name: "version", meaning: "Version of keepalived; empty where it could not be found out." };
export const buildVersionLabel: Label = { name: "version", meaning: "Version of vrrpwatch." };
export const runbooksUrlLabel: Label = {
  name: "url",
  meaning: "Address of the folder of the pages; `/split_brain.md` behind it is that of `split_brain`.",
};
export const revisionLabel: Label = { name: "revision", meaning: "Commit that was built; empty where it is not known." };
export const nodeVersionLabel: Label = { name: "nodeversion", meaning: "Version of Node." };
export const webRefusalLabel: ClosedLabel<(typeof webRefusals)[number]> = {
  name: "reason",
  meaning:
    "client_certificate: none given, not trusted or without an allowed name; connection_limit: too many connections; credentials_missing, credentials_wrong: basic authentication; password_queue: too many passwords wait to be checked; rate_limit: more requests than rate_limit allows.",
  values: webRefusals,
};
