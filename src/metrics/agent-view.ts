import type { VirtualRouterId } from "../core/events.ts";
import type { AlertsView } from "../lib/alerts-view.ts";
import type { Duration, WallTime } from "../lib/time.ts";
import type { WebView } from "../lib/web-view.ts";

export interface BuildView {
  readonly version: string;
  /** The commit that was built; an empty string where it is not known. */
  readonly revision: string;
  /** Such as `v20.19.0`. */
  readonly nodeVersion: string;
}

/** One interface that the agent captures on or wants to capture on. */
export interface AgentInterfaceView {
  readonly name: string;
  /** The link is up as the kernel says; null where this is not known. */
  readonly up: boolean | null;
  readonly capturing: boolean;
  /** Why it is not captured, for a person; null while it is. */
  readonly why: string | null;
  /** VRRP groups that nobody on this host has joined there: a switch that snoops multicast may hide their adverts. */
  readonly absentGroups: readonly string[];
}

/** What a person names a virtual router by. */
export interface RouterDescription {
  /** The user's name of the segment, else its subnet, else the name of the interface. */
  readonly segment: string;
  /** From the configuration; null where it gives none. */
  readonly name: string | null;
}

/** No advert has been heard for a while: what the agent listens on, and what could hide adverts from it. */
export interface NoAdvertHint {
  /** Listening in vain since then. */
  readonly since: WallTime;
  readonly interfaces: readonly string[];
  /** One sentence each. */
  readonly reasons: readonly string[];
  readonly text: string;
}

/** One way in for notify calls. */
export interface NotifyPathView {
  readonly path: string;
  readonly up: boolean;
  /** Why it is not up and what would help, for a person; null while it is. */
  readonly problem: string | null;
}

export interface NotifyIntakeView {
  readonly fifo: NotifyPathView;
  readonly socket: NotifyPathView;
}

/** Maintenance: whose alerts are held back. */
export interface SilencesView {
  /** How many silences hold now. */
  readonly active: number;
  /** Writes of the file of silences that failed since the start. */
  readonly storeFailures: number;
  /** The ids of those that hold now for a virtual router. */
  readonly of: (id: VirtualRouterId) => readonly string[];
}

/** How the configuration was loaded last. */
export interface ConfigReloadView {
  /** false: the file has problems, and the configuration before goes on. */
  readonly successful: boolean;
  readonly lastSuccess: WallTime | null;
  /** How many. What they are is for the log and the control socket: the text may repeat what stands in the file. */
  readonly problems: number;
  /** Settings of the file that take effect at the next start, such as `web.listen`. */
  readonly atNextStart: readonly string[];
}

/** What was recorded of incidents. */
export interface IncidentsView {
  /** Since the start. */
  readonly total: number;
  readonly open: number;
  readonly writeFailures: number;
  /** On disk, of all of them. */
  readonly bytes: number;
}

/** What the agent knows of itself: the self family of the metrics, readiness and the landing page are read from it. */
export interface AgentView {
  readonly build: BuildView;
  /** `reason` says for a person why the agent does not capture; null while it does. */
  readonly readiness: { readonly ready: boolean; readonly reason: string | null };
  readonly interfaces: readonly AgentInterfaceView[];
  /** Frames since the start by interface name; drops that belong to no single interface are counted under "". */
  readonly capture: { readonly packets: ReadonlyMap<string, number>; readonly drops: ReadonlyMap<string, number> };
  /** Time in which the host or the process did not run; null where it is not measured (a replay). */
  readonly hostPause: Duration | null;
  /** null where there is no configuration to load (a replay). */
  readonly configReload: ConfigReloadView | null;
  readonly hint: NoAdvertHint | null;
  /** How notify calls reach the agent; null where keepalived is not watched (a replay). */
  readonly notify: NotifyIntakeView | null;
  /** null where there are no alerts to be held back (a replay). */
  readonly silences: SilencesView | null;
  /** null where incidents are not recorded. */
  readonly incidents: IncidentsView | null;
  /** null where nobody is told of anything (a replay). */
  readonly alerts: AlertsView | null;
  /** Where people find the pages of the conditions, without a slash at its end; null where nobody serves them (a replay). */
  readonly runbooks: string | null;
  /** null where nothing is served (a replay). */
  readonly web: WebView | null;
  /** Whether the series of other keepalived exporters are wanted. */
  readonly compat: boolean;
  describe(id: VirtualRouterId): RouterDescription;
}

/**
 * The view of a program that captures nothing itself, such as `replay`: it has a build and descriptions, and no more.
 * @param describe by default the segment is the name of the interface, or `unknown` where the capture does not say
 */
export function offlineAgentView(build: BuildView, describe?: AgentView["describe"]): AgentView {
  return {
    build,
    readiness: { ready: false, reason: "nothing is captured" },
    interfaces: [],
    capture: { packets: new Map(), drops: new Map() },
    hostPause: null,
    configReload: null,
    hint: null,
    notify: null,
    silences: null,
    incidents: null,
    alerts: null,
    runbooks: null,
    web: null,
    compat: false,
    describe: describe ?? ((id) => ({ segment: id.interface ?? "unknown", name: null })),
  };
}
