import type { Duration, Instant, WallTime } from "../lib/time.ts";
import type { Advert } from "../wire/decoded.ts";
import type { DisagreementField } from "./disagreement.ts";
import type { ConditionName, MasterChangeReason, Severity, VirtualRouterId } from "./events.ts";
import type { FailoverView } from "./failover-log.ts";
import type { HostView } from "./host/view.ts";

/** Upper bounds of `vrrp_advert_lateness_ratio`, as multiples of the advert interval; one more bucket holds the rest. */
export const latenessBuckets = [0.5, 0.9, 1.1, 1.25, 1.5, 2, 2.5, 3, 4, 8] as const;

/** keepalived numbers its IPv4 adverts 1, 2, 3 ... per instance, so a sniffer can tell a lost advert from one never sent. */
export interface IpIdContinuity {
  /** `counter` once the steps look like keepalived's, `irregular` where they do not (FRR), `unknown` before that. */
  readonly mode: "unknown" | "counter" | "irregular";
  readonly last: number | null;
  /** Adverts that were sent (the counter moved) but not captured. */
  readonly lost: number;
  /** Times the counter began again: restart or reload of the sender. */
  readonly restarts: number;
}

/** Live, read-only: valid until the engine is called again. Instants are compared with the snapshot's `now`. */
export interface SenderView {
  readonly source: string;
  readonly mac: string | null;
  /** Adverts captured in each direction, priority zero ones included. */
  readonly received: number;
  readonly sent: number;
  readonly priorityZero: number;
  /** Last priority other than 0; null if it only ever resigned. */
  readonly priority: number | null;
  readonly lastAdvertAt: Instant;
  readonly lastAdvertWall: WallTime;
  readonly lastAdvert: Advert;
  /** Whether it counts as a live claim to be master. */
  readonly claims: boolean;
  /** Its last advert was captured on its way out: the sender is this host. */
  readonly local: boolean;
  readonly ipId: IpIdContinuity;
}

export interface ConditionView {
  readonly condition: ConditionName;
  readonly severity: Severity;
  readonly since: WallTime;
  readonly summary: string;
  readonly cause: string | null;
  readonly evidence: Readonly<Record<string, unknown>>;
  /** The raised condition whose consequence it is; null: it is a story of its own. */
  readonly inhibitedBy: ConditionName | null;
}

/** The conditions of one virtual router. */
export interface ConditionsView {
  /** Whether it holds; null: that cannot be judged now. */
  holds(condition: ConditionName): boolean | null;
  readonly active: readonly ConditionView[];
  /** Times that it was raised. */
  transitions(condition: ConditionName): number;
  /** null: never. */
  lastRaisedWall(condition: ConditionName): WallTime | null;
}

/** Adverts of a virtual router in one direction, those of forgotten senders included: it only grows. */
export interface AdvertCount {
  readonly adverts: number;
  /** How many of them were resignations. */
  readonly priorityZero: number;
}

export interface VirtualRouterView {
  readonly id: VirtualRouterId;
  /** false while its interface is not captured: what follows is the last that was known. */
  readonly hearing: boolean;
  readonly firstSeenWall: WallTime;
  /** Of the last advert of the master, or of the last advert at all. */
  readonly version: 2 | 3;
  readonly interval: Duration;
  readonly addresses: readonly string[];
  readonly senders: readonly SenderView[];
  readonly totals: Readonly<Record<"sent" | "received", AdvertCount>>;
  /** null while nobody holds it. */
  readonly master: SenderView | null;
  readonly masterSinceWall: WallTime | null;
  /** The living claims: 1 is healthy. */
  readonly claims: number;
  /** MDI of the least preferred backup: when the master is given up (RFC 9568 §6.1, contract of the metric). */
  readonly masterDownInterval: Duration;
  /** gap / interval of the living master; one count per bucket plus the overflow bucket, not cumulative. */
  readonly lateness: { readonly counts: readonly number[]; readonly sum: number; readonly count: number };
  readonly missedAdverts: number;
  readonly consecutiveMissed: number;
  readonly transitions: Readonly<Record<MasterChangeReason, number>>;
  readonly lastTransitionWall: WallTime | null;
  readonly failoverGap: { readonly sum: Duration; readonly count: number; readonly last: Duration | null };
  readonly failovers: FailoverView;
  readonly noMaster: Duration;
  readonly multipleMaster: Duration;
  /** Times that an advert disagreed with the one before it, which came from another sender. */
  readonly mismatches: Readonly<Record<DisagreementField, number>>;
}

/** Counts that belong to an interface, not to a virtual router. */
export interface InterfaceView {
  readonly interface: string | null;
  readonly rejected: ReadonlyMap<string, number>; // key: `${family} ${reason}`, family "unknown" where it could not be read
  readonly carp: Readonly<Record<"ipv4" | "ipv6", number>>;
}

export interface Snapshot {
  readonly now: Instant;
  readonly wall: WallTime;
  /** Those of which adverts were heard. */
  readonly routers: readonly VirtualRouterView[];
  readonly interfaces: readonly InterfaceView[];
  readonly host: HostView;
  readonly evictions: Readonly<Record<EvictionKind, number>>;
  readonly lateInputs: number;
}

export const evictionKinds = ["virtual_router", "sender", "address", "interface"] as const;
export type EvictionKind = (typeof evictionKinds)[number];
