import type { Duration, WallTime } from "../lib/time.ts";
import type { AuthMode, Family } from "../wire/decoded.ts";

/** A virtual address as keepalived.conf lists it. */
export interface ConfiguredAddress {
  /** Canonical text (RFC 5952). */
  readonly address: string;
  readonly prefixLength: number;
  /** The device that it is put on; null: that of the instance (its VMAC interface where it has one). */
  readonly dev: string | null;
  /** false for `virtual_ipaddress_excluded`: never in an advert. */
  readonly advertised: boolean;
  /** `-nodad`: duplicate address detection is done. */
  readonly dad: boolean;
}

/** `track_script`, `track_process`, `track_file`, `track_interface` or `track_bfd` of an instance or of its sync group. */
export interface ConfiguredTrack {
  readonly kind: "script" | "process" | "file" | "interface" | "bfd";
  readonly name: string;
  /** What it adds to the priority when it fails (negative) or succeeds (positive); 0: its failure is a FAULT. */
  readonly weight: number;
}

/** One `vrrp_instance`, with every default of keepalived filled in. */
export interface ConfiguredInstance {
  readonly name: string;
  readonly interface: string;
  readonly family: Family;
  readonly vrid: number;
  readonly version: 2 | 3;
  readonly initialState: "MASTER" | "BACKUP";
  /** Base priority, without what tracking adds. */
  readonly priority: number;
  readonly interval: Duration;
  readonly downTimerAdverts: number;
  /** Never the password itself. */
  readonly auth: AuthMode;
  readonly addresses: readonly ConfiguredAddress[];
  /** Name of the VMAC or ipvlan interface; null without `use_vmac` and `use_ipvlan`. */
  readonly vmac: string | null;
  readonly nopreempt: boolean;
  /** `dont_track_primary`: its own interface may be down without FAULT. */
  readonly dontTrackPrimary: boolean;
  readonly preemptDelay: Duration;
  /** Empty: multicast. */
  readonly unicastPeers: readonly string[];
  /** `unicast_src_ip` or `mcast_src_ip`. */
  readonly sourceAddress: string | null;
  readonly tracks: readonly ConfiguredTrack[];
  /** Where it stands, for messages. */
  readonly file: string;
  readonly line: number;
}

export interface ConfiguredSyncGroup {
  readonly name: string;
  /** Names of instances. */
  readonly members: readonly string[];
}

/** What vrrpwatch reads of keepalived.conf. Holds no password. */
export interface KeepalivedConfig {
  readonly instances: readonly ConfiguredInstance[];
  readonly syncGroups: readonly ConfiguredSyncGroup[];
  /** `vrrp_notify_fifo`, `notify_fifo`; null where not set. `script` tells that keepalived starts a reader of its own for it. */
  readonly notifyFifo: { readonly path: string; readonly script: boolean } | null;
  readonly vrrpNotifyFifo: { readonly path: string; readonly script: boolean } | null;
  /** `script_user` of global_defs; null where not set. */
  readonly scriptUser: string | null;
}

/** The file (with its includes) as it is now, beside what could last be read of it. */
export interface KeepalivedConfigState {
  readonly path: string;
  /**
   * `read`: `config` is what stands there. `broken` and `unreadable`: `config` is the last that could be read, or null.
   * `absent`: there is no such file, and no configuration.
   */
  readonly state: "read" | "broken" | "unreadable" | "absent";
  readonly config: KeepalivedConfig | null;
  /**
   * The last change of the file or of one that it includes (mtime), or when others took their place or one was removed, as far as that
   * was seen; null where there is none.
   */
  readonly modified: WallTime | null;
  /** When `config` was read; null without one. */
  readonly readAt: WallTime | null;
  /** What is wrong with it and what would help, for a person; null while it is read. */
  readonly problem: string | null;
}

/** The entry of an address in an instance; undefined where it lists no such address. */
export const entryOf = (configured: ConfiguredInstance, address: string): ConfiguredAddress | undefined =>
  configured.addresses.find((entry) => entry.address === address);
