import type { LinkChange } from "../lib/link.ts";
import type { AddressChange } from "../lib/local-address.ts";
import type { WallTime } from "../lib/time.ts";
import type { KeepalivedConfigState } from "./keepalived-config.ts";

/** How a notify call reached the agent. `spool` is what scripts left behind while it was away. */
export const notifySources = ["fifo", "socket", "spool"] as const;
export type NotifySource = (typeof notifySources)[number];

/** What a notify call is about. */
export const notifyKinds = ["instance", "group", "virtual_server", "real_server"] as const;
export type NotifyKind = (typeof notifyKinds)[number];

/** What it tells: keepalived's own words in lower case. `up` and `down` are of virtual and real servers. */
export const notifyEvents = [
  "master",
  "backup",
  "fault",
  "stop",
  "deleted",
  "master_rx_lower_pri",
  "master_priority",
  "backup_priority",
  "up",
  "down",
] as const;
export type NotifyEvent = (typeof notifyEvents)[number];

/** One notify call of keepalived (a FIFO line, or a script's arguments). */
export interface Notify {
  readonly kind: NotifyKind;
  /** As keepalived.conf spells it; may hold spaces and quotes. */
  readonly name: string;
  readonly event: NotifyEvent;
  /** Effective priority; null where the call does not say (scripts with fixed arguments). 0 of a group means nothing. */
  readonly priority: number | null;
}

/** keepalived as a process: the parent and its VRRP child. */
export interface KeepalivedProcess {
  /** Whether the VRRP child runs: it does the work. */
  readonly running: boolean;
  /** Start of the VRRP child that runs now, or ran last; null where this is not known. */
  readonly startedWall: WallTime | null;
  /** Last time that it read its configuration again (SIGHUP), as far as that could be seen; null: not since we look. */
  readonly reloadedWall: WallTime | null;
  /**
   * Last time that something happened that may have been that, or was another VRRP speaker's beside it; null: not since we look.
   */
  readonly mayHaveReloadedWall: WallTime | null;
  /** Such as `2.2.7`; null where it could not be found out. */
  readonly version: string | null;
}

/**
 * What this host knows and the wire does not: devices and addresses (netlink), and keepalived (its notify calls, its
 * configuration, its process). Facts of one source arrive in the order in which they happened, except that notify scripts may overtake each other.
 */
export type HostFact =
  | { readonly kind: "links"; readonly changes: readonly LinkChange[] }
  | { readonly kind: "addresses"; readonly changes: readonly AddressChange[] }
  | {
      readonly kind: "notify";
      readonly source: NotifySource;
      readonly notify: Notify;
      /** When it happened, where it waited for us: from the spool's file; null for what lay in the FIFO. Left out: it happens now. */
      readonly happened?: WallTime | null;
    }
  /** A line that is none of keepalived's. */
  | { readonly kind: "notify_unparsable"; readonly source: NotifySource }
  | { readonly kind: "keepalived_config"; readonly state: KeepalivedConfigState }
  /** null: whether it runs cannot be told from here. */
  | { readonly kind: "keepalived_process"; readonly process: KeepalivedProcess | null };
