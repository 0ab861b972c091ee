import * as z from "zod";
import { type Severity, severities } from "../../core/events.ts";
import { defaultSeverities } from "../../core/options.ts";
import { seconds } from "../../lib/time.ts";
import { duration, flag, oneOf, whole } from "../fields.ts";

/** The keys that every condition has. */
const common = (severity: Severity) => ({
  enabled: flag().default(true).describe("Whether the condition is judged."),
  severity: oneOf(severities).default(severity).describe("How urgent it is."),
});

const condition = (severity: Severity, description: string) => z.strictObject(common(severity)).prefault({}).describe(description);

/** Conditions seen from the wire alone. */
const fromTheWire = {
  split_brain: condition("critical", "Two live masters of one virtual router."),
  no_master: condition(defaultSeverities.no_master, "The master fell silent or resigned, and nobody took over."),
  flapping: z
    .strictObject({
      ...common("warning"),
      changes: whole(2, 1_000).default(6).describe("Master changes within the window that raise it."),
      window: duration(seconds(1), seconds(86_400)).prefault("5m").describe("The length of the window."),
    })
    .prefault({})
    .describe("The master changes again and again."),
  slow_adverts: condition("warning", "Adverts of a living master come late, close to a needless takeover."),
  vrid_conflict: condition("critical", "Two clusters use one VRID: their address lists have nothing in common."),
  address_mismatch: condition("warning", "Senders of one virtual router advertise different addresses."),
  interval_mismatch: condition("warning", "Senders of one virtual router advertise different intervals."),
  version_mismatch: condition("warning", "Senders of one virtual router use different VRRP versions."),
  auth_mismatch: condition("warning", "Senders of one virtual router use different authentication."),
  checksum_mismatch: condition("warning", "Senders of one virtual router compute checksums differently."),
  equal_priority: condition("info", "Two senders of one virtual router have the same priority."),
  vip_conflict: condition("critical", "A virtual address is claimed by a MAC that no sender of the virtual router has."),
  vip_arp_stale: condition("warning", "The last ARP or ND claim for a virtual address is not the master's."),
  unauthorized_sender: condition("warning", "An advert came from an address that virtual_routers does not allow."),
  ttl_violation: condition("warning", "Adverts arrive with a TTL other than 255: routed, or forged from afar."),
  carp_vhid_conflict: condition("warning", "CARP and VRRP use the same id, and so the same virtual MAC."),
};

/** Conditions that need the host's own view. */
const fromTheHost = {
  master_without_vip: condition("critical", "keepalived is master here, but the address is not on the interface."),
  backup_with_vip: condition("critical", "keepalived is not master here, but the address is on the interface."),
  dad_failed: condition("critical", "Duplicate address detection refused a virtual IPv6 address."),
  local_receive_blocked: condition("critical", "Adverts reach this host, but not its keepalived."),
  local_send_blocked: condition("critical", "keepalived is master here, but none of its adverts leaves."),
  state_inconsistent: condition("warning", "keepalived's state and the wire contradict each other."),
  keepalived_down: condition("critical", "keepalived should run here and does not."),
  sync_group_split: condition("warning", "Members of one sync group are in different states."),
  config_drift: condition("warning", "What keepalived does differs from its configuration file."),
  capture_blind: condition("warning", "This agent cannot hear an interface that it should watch."),
};

/** Per condition: whether and how urgently; some have options of their own. */
export const conditionsSection = z.strictObject({ ...fromTheWire, ...fromTheHost });

export const configurableConditions = Object.keys(conditionsSection.shape) as ReadonlyArray<keyof typeof conditionsSection.shape>;
