import type { Duration, WallTime } from "../../lib/time.ts";
import type { VirtualRouterId } from "../events.ts";
import type { KeepalivedProcess, Notify, NotifySource } from "../host-facts.ts";
import type { ConfiguredInstance, KeepalivedConfigState } from "../keepalived-config.ts";
import type { ConditionsView, SenderView, VirtualRouterView } from "../view.ts";

/** What keepalived is in one virtual router. `stop`: it ended or does not run; `init`: it has started and said nothing yet. */
export const routerStates = ["master", "backup", "fault", "stop", "init", "unknown"] as const;
export type RouterState = (typeof routerStates)[number];

/**
 * How the state is known: `notify`, keepalived said so; `process`, its process started or is gone; `inferred`, the addresses of
 * this host and the adverts tell, as after a start of the agent; `none`, it is not known.
 */
export const stateSources = ["notify", "process", "inferred", "none"] as const;
export type StateSource = (typeof stateSources)[number];

/** One instance of the keepalived on this host: in its configuration, or named by a notify call. Live, read-only. */
export interface InstanceView {
  readonly name: string;
  /** null while no readable configuration (and no `virtual_routers[].instance`) says which virtual router it is. */
  readonly router: VirtualRouterId | null;
  /** null where no readable configuration has it. */
  readonly configured: ConfiguredInstance | null;
  readonly state: RouterState;
  /** Since when it is known to be so; null: since before we looked. */
  readonly sinceWall: WallTime | null;
  readonly by: StateSource;
  /** Effective priority: of this host's adverts while it sends any, or of the last notify call that had one, whichever is newer; null while neither is known. */
  readonly priority: number | null;
  readonly becameMaster: number;
  readonly releasedMaster: number;
}

export interface SyncGroupView {
  readonly name: string;
  readonly members: readonly string[];
  readonly state: RouterState;
  readonly sinceWall: WallTime | null;
}

/** Who says that an address belongs to a virtual router: its adverts, keepalived.conf, or `virtual_routers[].addresses`. */
export type AddressOrigin = "wire" | "keepalived" | "user";

/** Who announced an address by gratuitous ARP or unsolicited neighbour advertisement. */
export const announcementRoles = ["master", "backup", "foreign"] as const;
export type AnnouncementRole = (typeof announcementRoles)[number];

/** A device on which a virtual address is, or should be. */
export interface VipDeviceView {
  readonly dev: string;
  /** The kernel has the address there, and the link is up. */
  readonly present: boolean;
  /** The kernel has the address there, whatever the link does: the flags below mean something only then. */
  readonly configured: boolean;
  readonly tentative: boolean;
  readonly dadFailed: boolean;
  readonly deprecated: boolean;
  readonly nodad: boolean;
  readonly secondary: boolean;
}

/** One virtual address of one virtual router, as the kernel of this host and the ARP and ND messages of its segment have it. */
export interface VipView {
  readonly address: string;
  readonly origins: readonly AddressOrigin[];
  /** The device where it belongs first, present or not; then every other one that has it. */
  readonly devices: readonly VipDeviceView[];
  readonly present: boolean;
  /** Last change of `present`; null: none since the agent runs. */
  readonly changedWall: WallTime | null;
  /** The change of keepalived.conf that brought it; null: it was known without that file. */
  readonly writtenWall: WallTime | null;
  /** Times that the kernel gained and lost it. */
  readonly changes: Readonly<Record<"added" | "removed", number>>;
  readonly announcements: Readonly<Record<AnnouncementRole, number>>;
  /** Whether the last ARP or ND claim came from another MAC than the master's; null while no claim or no master is known. */
  readonly ownerMismatch: boolean | null;
  readonly ownerMismatchTotal: Duration;
  /** MAC of the last claim; null while there was none. */
  readonly claimedBy: string | null;
}

/** Where keepalived.conf, the running keepalived and the wire differ. */
export const driftKinds = ["file", "priority", "addresses", "interval", "version", "authentication"] as const;
export type DriftKind = (typeof driftKinds)[number];

export interface Drift {
  readonly kind: DriftKind;
  /** One sentence for a person. */
  readonly text: string;
  readonly configured: string;
  readonly running: string;
}

/** One virtual router of this host: what the wire, the kernel and keepalived say of it. Live, read-only: valid until the engine is called again. */
export interface JoinedRouterView {
  readonly id: VirtualRouterId;
  /** null: no advert of it was ever heard, it is known from keepalived.conf or from the user only. */
  readonly wire: VirtualRouterView | null;
  /** Who holds it, as far as that is heard now; null also where it may have changed while we were deaf. */
  readonly confirmedMaster: SenderView | null;
  /** null: no keepalived instance of this host is known for it. */
  readonly instance: InstanceView | null;
  readonly vips: readonly VipView[];
  readonly drift: readonly Drift[];
  /** What could be compared now: of the rest nobody can say whether it drifts. */
  readonly driftJudged: readonly DriftKind[];
  /** Sentences about answers that contradict each other, such as an address without a master. */
  readonly contradictions: readonly string[];
  /** Senders whose address is on this host, on the interface or where it can be no other one: its own, or somebody who uses the same. */
  readonly sendersHere: readonly string[];
  /** Whether this host is master now: keepalived's answer, else that of the wire. */
  readonly isMasterHere: boolean;
  readonly conditions: ConditionsView;
}

export interface HostView {
  readonly routers: readonly JoinedRouterView[];
  readonly instances: readonly InstanceView[];
  readonly syncGroups: readonly SyncGroupView[];
  /** null where it cannot be told whether keepalived runs, or none is expected here. */
  readonly process: KeepalivedProcess | null;
  /** Starts seen of the VRRP process after the first. */
  readonly restarts: number;
  readonly config: KeepalivedConfigState | null;
  /** Notify calls, key: `${source} ${kind} ${event}`. */
  readonly notifies: ReadonlyMap<`${NotifySource} ${Notify["kind"]} ${Notify["event"]}`, number>;
  readonly unparsable: Readonly<Record<NotifySource, number>>;
}
