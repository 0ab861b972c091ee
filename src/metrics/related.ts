import type { ConditionName } from "../core/events.ts";
import { catalogue } from "./index.ts";
import type { Metric } from "./metric.ts";

const mismatch = ["vrrp_mismatches_total", "vrrp_master_info", "vrrp_masters"];

/** What shows more of a condition than whether it holds. */
const names: Readonly<Record<ConditionName, readonly string[]>> = {
  split_brain: ["vrrp_masters", "vrrp_multiple_master_seconds_total", "vrrp_adverts_received_total", "vrrp_router_state"],
  no_master: ["vrrp_masters", "vrrp_no_master_seconds_total", "vrrp_priority_zero_adverts_total", "vrrp_invalid_packets_total"],
  flapping: [
    "vrrp_master_transitions_total",
    "vrrp_last_master_transition_timestamp_seconds",
    "vrrp_sender_priority",
    "vrrp_priority_zero_adverts_total",
  ],
  slow_adverts: [
    "vrrp_consecutive_missed_adverts",
    "vrrp_advert_lateness_ratio",
    "vrrp_adverts_missed_total",
    "vrrp_invalid_packets_total",
  ],
  vrid_conflict: ["vrrp_masters", "vrrp_sender_priority", "vrrp_mismatches_total"],
  address_mismatch: [...mismatch, "vrrp_advertised_address_info"],
  interval_mismatch: [...mismatch, "vrrp_advert_interval_seconds"],
  version_mismatch: mismatch,
  auth_mismatch: mismatch,
  checksum_mismatch: mismatch,
  equal_priority: ["vrrp_sender_priority", "vrrp_master_priority"],
  vip_conflict: ["vrrp_vip_announcements_total", "vrrp_vip_owner_mismatch", "vrrp_master_info"],
  vip_arp_stale: ["vrrp_vip_owner_mismatch", "vrrp_vip_owner_mismatch_seconds_total", "vrrp_vip_announcements_total"],
  unauthorized_sender: ["vrrp_sender_priority", "vrrp_adverts_received_total", "vrrp_sender_last_advert_timestamp_seconds"],
  ttl_violation: ["vrrp_invalid_packets_total"],
  carp_vhid_conflict: ["vrrp_carp_packets_total", "vrrp_advert_lateness_ratio"],
  master_without_vip: ["vrrp_vip_present", "vrrp_vip_changes_total", "vrrp_master_is_local", "vrrp_router_state"],
  backup_with_vip: ["vrrp_vip_present", "vrrp_vip_changes_total", "vrrp_router_state"],
  dad_failed: ["vrrp_vip_dad_failed", "vrrp_vip_tentative", "vrrp_vip_present"],
  local_receive_blocked: ["vrrp_router_state", "vrrp_adverts_received_total", "vrrp_masters"],
  local_send_blocked: ["vrrp_router_state", "vrrp_adverts_sent_total", "vrrp_vip_present"],
  state_inconsistent: ["vrrp_router_state", "vrrp_master_is_local", "keepalived_vrrp_state"],
  keepalived_down: ["keepalived_up", "keepalived_restarts_total", "vrrp_vip_present"],
  sync_group_split: ["keepalived_sync_group_state", "keepalived_vrrp_state"],
  config_drift: ["keepalived_config_drift", "keepalived_last_reload_timestamp_seconds"],
  capture_blind: ["vrrp_interface_capture_up", "vrrp_interface_up", "vrrpwatch_capture_drops_total", "vrrpwatch_host_pause_seconds_total"],
};

/** The metrics to look at when a condition is raised, besides those that every condition has. Throws where the catalogue has no such metric. */
export const relatedMetrics = (condition: ConditionName): readonly Metric[] =>
  names[condition].map((name) => {
    const metric = catalogue.find((other) => other.name === name);
    if (metric === undefined) throw new Error(`no metric ${name} in the catalogue`);
    return metric;
  });
