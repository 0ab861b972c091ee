import type { Duration, Instant, WallTime } from "../lib/time.ts";
import type { Family } from "../wire/decoded.ts";
import type { Suspect } from "./host/suspect.ts";
import type { RouterState, StateSource } from "./host/view.ts";
import type { VipAction } from "./host/vip.ts";

/** What names a virtual router: one (interface, VLAN tags, family, VRID). */
export interface VirtualRouterId {
  readonly interface: string | null;
  readonly vlan?: number;
  readonly innerVlan?: number;
  readonly family: Family;
  readonly vrid: number;
}

export const masterChangeReasons = ["initial", "priority_zero", "preempted", "no_response", "split_resolved", "unknown"] as const;
export type MasterChangeReason = (typeof masterChangeReasons)[number];

export const severities = ["critical", "warning", "info"] as const;
export type Severity = (typeof severities)[number];

/** Conditions of the segment, then those of one host: the order in which they are judged and listed. */
export const conditionNames = [
  "split_brain",
  "no_master",
  "flapping",
  "slow_adverts",
  "vrid_conflict",
  "address_mismatch",
  "interval_mismatch",
  "version_mismatch",
  "auth_mismatch",
  "checksum_mismatch",
  "equal_priority",
  "vip_conflict",
  "vip_arp_stale",
  "unauthorized_sender",
  "ttl_violation",
  "carp_vhid_conflict",
  "master_without_vip",
  "backup_with_vip",
  "dad_failed",
  "local_receive_blocked",
  "local_send_blocked",
  "state_inconsistent",
  "keepalived_down",
  "sync_group_split",
  "config_drift",
  "capture_blind",
] as const;
export type ConditionName = (typeof conditionNames)[number];

interface Base {
  readonly at: Instant;
  readonly wall: WallTime;
  readonly router: VirtualRouterId;
}

interface ConditionFields extends Base {
  readonly condition: ConditionName;
  readonly severity: Severity;
  readonly since: WallTime;
  readonly cause: string | null;
  /** One sentence for a person. */
  readonly summary: string;
  readonly evidence: Readonly<Record<string, unknown>>;
  /** The condition whose consequence it is; null: it is a story of its own. */
  readonly inhibitedBy: ConditionName | null;
}

/** What keepalived on this host became, and what happened to its addresses. */
export type HostEvent =
  | (Omit<Base, "router"> & {
      readonly kind: "router_state_changed";
      /** null: nothing says which virtual router the instance is. */
      readonly router: VirtualRouterId | null;
      readonly instance: string;
      readonly from: RouterState;
      readonly to: RouterState;
      readonly by: StateSource;
      /** Effective priority, where it is known. */
      readonly priority: number | null;
      readonly suspect?: Suspect;
    })
  | (Omit<Base, "router"> & {
      readonly kind: "effective_priority_changed";
      readonly router: VirtualRouterId | null;
      readonly instance: string;
      readonly from: number;
      readonly to: number;
      readonly suspect?: Suspect;
    })
  | (Base & { readonly kind: "address_changed"; readonly address: string; readonly dev: string; readonly action: VipAction });

/** A change of master, once all is known of it that will be known. */
export interface FailoverEvent extends Base {
  readonly kind: "failover";
  /** As `master_changed` had it. */
  readonly from: string | null;
  readonly to: string;
  readonly reason: MasterChangeReason;
  /** The old master left on purpose: it resigned without a fault of its own, or gave way. */
  readonly planned: boolean;
  /** Last advert of the old master to the first advert of the new one. */
  readonly gap: Duration | null;
  readonly inevitable: Duration | null;
  readonly excess: Duration | null;
  /** `computed`: from interval and priority; `notify`: keepalived on this host said so. */
  readonly detectedBy: "notify" | "computed" | null;
  /** null: not known. */
  readonly phases: {
    readonly lastAdvert: WallTime | null;
    readonly detected: WallTime | null;
    readonly firstAdvert: WallTime | null;
    readonly addressPresent: WallTime | null;
    readonly announced: WallTime | null;
  };
}

/** What the engine reports. `event-json.ts` gives the documented shape. */
export type Event =
  | (Base & {
      readonly kind: "virtual_router_seen";
      readonly version: 2 | 3;
      readonly interval: Duration | null;
      readonly addresses: readonly string[];
      readonly master: string | null;
    })
  | (Base & {
      readonly kind: "master_changed";
      readonly from: string | null;
      /** null: the master expired and nobody took over. */
      readonly to: string | null;
      readonly reason: MasterChangeReason;
      /** Last advert of any other sender to the first advert of the new master. */
      readonly gap: Duration | null;
      /** What interval and priority make inevitable between the two; null where that is not known. */
      readonly inevitable: Duration | null;
    })
  | FailoverEvent
  | (Base & {
      readonly kind: "priority_changed";
      readonly sender: string;
      readonly from: number;
      readonly to: number;
      /** Of a sender on this host: what is tracked and fits. */
      readonly suspect?: Suspect;
    })
  | HostEvent
  | (ConditionFields & { readonly kind: "condition_raised" })
  | (ConditionFields & {
      readonly kind: "condition_cleared";
      /** false: it is not followed any more, and whether it is over nobody knows. */
      readonly resolved: boolean;
    });
