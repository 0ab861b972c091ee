import { routerJson as routerIdJson } from "../core/event-json.ts";
import { conditionNames, type VirtualRouterId } from "../core/events.ts";
import type { JoinedRouterView } from "../core/host/view.ts";
import { type ConditionsView, latenessBuckets, type SenderView, type Snapshot, type VirtualRouterView } from "../core/view.ts";
import { rfc3339, type WallTime } from "../lib/time.ts";
import type { AgentView, NoAdvertHint } from "../metrics/agent-view.ts";
import type { Entry } from "./entries.ts";
import { joinedJson } from "./host-json.ts";

type Json = Readonly<Record<string, unknown>>;

const time = (at: WallTime | null): string | null => (at === null ? null : rfc3339(at));
const secondsOrNull = (duration: number | null): number | null => (duration === null ? null : duration / 1e6);

export type RouterState = "master" | "no_master" | "multiple_masters" | "unheard";

/** What the wire shows: somebody holds it, nobody does, more than one claims to, or we do not hear its interface now. */
export function routerState(router: VirtualRouterView): RouterState {
  if (!router.hearing) return "unheard";
  if (router.claims > 1) return "multiple_masters";
  return router.master === null ? "no_master" : "master";
}

/** Seconds since the sender's last advert; never negative. */
export function advertAge(sender: SenderView, { now }: Snapshot): number {
  return Math.max(0, now - sender.lastAdvertAt) / 1e6;
}

const mode = (sender: SenderView): string => (sender.lastAdvert.flags.includes("unicast") ? "unicast" : "multicast");

function senderJson(sender: SenderView, snapshot: Snapshot): Json {
  const { lastAdvert: advert } = sender;
  return {
    source: sender.source,
    mac: sender.mac,
    priority: sender.priority,
    claims_master: sender.claims,
    local: sender.local,
    adverts_received: sender.received,
    adverts_sent: sender.sent,
    priority_zero_adverts: sender.priorityZero,
    last_advert: {
      at: rfc3339(sender.lastAdvertWall),
      age_seconds: advertAge(sender, snapshot),
      version: advert.version,
      priority: advert.priority,
      interval_seconds: advert.interval / 1e6,
      addresses: advert.addresses,
      destination: advert.destination,
      mode: mode(sender),
      auth: advert.auth,
      checksum: advert.checksum,
      ttl: advert.ttl,
      flags: advert.flags,
    },
    ip_id: { mode: sender.ipId.mode, lost: sender.ipId.lost, restarts: sender.ipId.restarts },
  };
}

function masterJson({ master, masterSinceWall }: VirtualRouterView): Json | null {
  if (master === null) return null;
  return { source: master.source, mac: master.mac, priority: master.priority, since: time(masterSinceWall), local: master.local };
}

/** The histogram as counts of their own range, not cumulative; `up_to` null is everything above. */
function latenessJson({ counts, sum, count }: VirtualRouterView["lateness"]): Json {
  const buckets = counts.map((n, index) => ({ up_to: latenessBuckets[index] ?? null, count: n }));
  return { count, mean_ratio: count === 0 ? null : sum / count, buckets };
}

/** Each condition that holds now. */
function activeJson({ id, conditions: { active } }: JoinedRouterView, agent: AgentView): Json[] {
  if (active.length === 0) return [];
  const silencedBy = silencesOf(id, agent);
  return active.map(({ condition, severity, since, cause, summary, evidence, inhibitedBy }) => ({
    condition,
    severity,
    since: rfc3339(since),
    cause,
    summary,
    evidence,
    inhibited_by: inhibitedBy,
    silenced_by: silencedBy,
  }));
}

/** Of each condition whether it holds; null: it cannot be judged now. */
const judgedJson = (conditions: ConditionsView): Json => Object.fromEntries(conditionNames.map((name) => [name, conditions.holds(name)]));

/** The ids of the silences that hold back the alerts of a virtual router now. */
export function silencesOf(id: VirtualRouterId, { silences }: AgentView): readonly string[] {
  return silences?.of(id) ?? [];
}

/** What is said of a virtual router of which nobody was ever heard. */
const unheard = {
  state: "unheard",
  hearing: false,
  masters: 0,
  master: null,
  version: null,
  interval_seconds: null,
  master_down_interval_seconds: null,
  addresses: [],
  first_seen: null,
  senders: [],
  missed_adverts: 0,
  consecutive_missed_adverts: 0,
  lateness: null,
  transitions: null,
  last_transition: null,
  failover_gap: null,
  no_master_seconds: 0,
  multiple_master_seconds: 0,
} as const satisfies Json;

/** One virtual router with everything that is known of it: the same keys whether it is heard or only configured here. */
export function routerJson({ id, wire, joined }: Entry, snapshot: Snapshot, agent: AgentView): Json {
  const { segment, name } = agent.describe(id);
  return {
    ...routerIdJson(id),
    name,
    segment,
    ...(wire === null ? unheard : wireJson(wire, snapshot)),
    conditions: joined === null ? null : judgedJson(joined.conditions),
    active_conditions: joined === null ? [] : activeJson(joined, agent),
    ...joinedJson(joined),
    silenced_by: silencesOf(id, agent),
  };
}

function wireJson(router: VirtualRouterView, snapshot: Snapshot): Json {
  return {
    state: routerState(router),
    hearing: router.hearing,
    masters: router.claims,
    master: masterJson(router),
    version: router.version,
    interval_seconds: router.interval / 1e6,
    master_down_interval_seconds: router.masterDownInterval / 1e6,
    addresses: router.addresses,
    first_seen: rfc3339(router.firstSeenWall),
    senders: router.senders.map((sender) => senderJson(sender, snapshot)),
    missed_adverts: router.missedAdverts,
    consecutive_missed_adverts: router.consecutiveMissed,
    lateness: latenessJson(router.lateness),
    transitions: router.transitions,
    last_transition: time(router.lastTransitionWall),
    failover_gap: {
      count: router.failoverGap.count,
      sum_seconds: router.failoverGap.sum / 1e6,
      last_seconds: secondsOrNull(router.failoverGap.last),
    },
    no_master_seconds: router.noMaster / 1e6,
    multiple_master_seconds: router.multipleMaster / 1e6,
  };
}

/** Every condition that holds now, each with the virtual router that it is about. */
export function activeConditionsJson(snapshot: Snapshot, agent: AgentView): Json[] {
  return snapshot.host.routers.flatMap((router) => {
    const { segment, name } = agent.describe(router.id);
    return activeJson(router, agent).map((condition) => ({ ...condition, ...routerIdJson(router.id), name, segment }));
  });
}

export function hintJson(hint: NoAdvertHint | null): Json | null {
  return hint === null ? null : { since: rfc3339(hint.since), interfaces: hint.interfaces, reasons: hint.reasons, text: hint.text };
}
