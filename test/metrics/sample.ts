import { Engine } from "../../src/core/engine.ts";
import type { VirtualRouterId } from "../../src/core/events.ts";
import type { JoinedRouterView } from "../../src/core/host/view.ts";
import type { ConditionsView, ConditionView, InterfaceView, SenderView, Snapshot, VirtualRouterView } from "../../src/core/view.ts";
import type { AlertsView, ReceiverView } from "../../src/lib/alerts-view.ts";
import { instant, micros, seconds, type WallTime, wallTime } from "../../src/lib/time.ts";
import type { WebView } from "../../src/lib/web-view.ts";
import type { AgentView } from "../../src/metrics/agent-view.ts";
import type { Advert } from "../../src/wire/decoded.ts";

/** 2026-11-21T06:00:00.250000Z, and the same moment on the monotonic clock. */
export const noon: WallTime = wallTime(1_795_240_800_250_000);
const now = instant(1_000_000_000);

export function sampleAdvert(fields: Partial<Advert> = {}): Advert {
  return {
    family: "ipv4",
    version: 3,
    vrid: 51,
    priority: 150,
    interval: seconds(1),
    addresses: ["192.0.2.100"],
    auth: "none",
    checksum: "pseudo_header",
    source: "192.0.2.1",
    destination: "224.0.0.18",
    mac: "02:00:00:00:00:01",
    ttl: 255,
    flags: [],
    ...fields,
  };
}

/** A sender whose last advert is 400 ms old. */
export function sampleSender(fields: Partial<SenderView> = {}): SenderView {
  const advert = sampleAdvert();
  return {
    source: advert.source,
    mac: advert.mac,
    received: 1_200,
    sent: 0,
    priorityZero: 0,
    priority: advert.priority,
    lastAdvertAt: instant(now - 400_000),
    lastAdvertWall: wallTime(noon - 400_000),
    lastAdvert: advert,
    claims: true,
    local: false,
    ipId: { mode: "unknown", last: null, lost: 0, restarts: 0 },
    ...fields,
  };
}

export function sampleRouter(id: Partial<VirtualRouterId> = {}, fields: Partial<VirtualRouterView> = {}): VirtualRouterView {
  const master = sampleSender();
  return {
    id: { interface: "eth0", family: "ipv4", vrid: 51, ...id },
    hearing: true,
    firstSeenWall: wallTime(noon - 3_600_000_000),
    version: 3,
    interval: seconds(1),
    addresses: ["192.0.2.100"],
    senders: [master],
    totals: { sent: { adverts: 0, priorityZero: 0 }, received: { adverts: 1_200, priorityZero: 0 } },
    master,
    masterSinceWall: wallTime(noon - 3_600_000_000),
    claims: 1,
    masterDownInterval: micros(3_996_093),
    lateness: { counts: [0, 2, 1_190, 3, 0, 1, 0, 0, 1, 0, 0], sum: 1_201.5, count: 1_197 },
    missedAdverts: 3,
    consecutiveMissed: 0,
    transitions: { initial: 1, priority_zero: 0, preempted: 0, no_response: 1, split_resolved: 0, unknown: 0 },
    lastTransitionWall: wallTime(noon - 60_000_000),
    failoverGap: { sum: micros(3_618_000), count: 1, last: micros(3_618_000) },
    failovers: {
      phases: {
        detection: { sum: micros(3_609_375), count: 1 },
        advert: { sum: micros(8_625), count: 1 },
        address: { sum: micros(0), count: 0 },
        announcement: { sum: micros(4_000), count: 1 },
      },
      last: {
        durations: { detection: micros(3_609_375), advert: micros(8_625), address: null, announcement: micros(4_000) },
        inevitable: micros(3_609_375),
        excess: micros(8_625),
      },
    },
    noMaster: micros(0),
    multipleMaster: micros(250_000),
    mismatches: { version: 0, interval: 2, auth: 0, address: 0, checksum: 0 },
    ...fields,
  };
}

/** A virtual router that nobody holds: its last master went silent. */
export function orphanRouter(id: Partial<VirtualRouterId> = {}): VirtualRouterView {
  const silent = sampleSender({ claims: false, priority: 100 });
  return sampleRouter(id, {
    senders: [silent],
    master: null,
    masterSinceWall: null,
    claims: 0,
  });
}

/** Nothing but no_master can hold: where a virtual router has no master. */
export function sampleConditions({ master, hearing }: VirtualRouterView): ConditionsView {
  const orphan: ConditionView = {
    condition: "no_master",
    severity: "critical",
    since: wallTime(noon - 2_000_000),
    summary: "nobody is master",
    cause: "silent",
    evidence: { last_master: "192.0.2.1" },
    inhibitedBy: null,
  };
  const active = master === null ? [orphan] : [];
  return {
    holds: (condition) => (hearing ? active.some((view) => view.condition === condition) : null),
    active,
    transitions: (condition) => Number(condition === "no_master"),
    lastRaisedWall: (condition) => (condition === "no_master" ? wallTime(noon - 64_000_000) : null),
  };
}

/** What this host knows of a virtual router that is none of its own. */
export const sampleJoined = (wire: VirtualRouterView): JoinedRouterView => ({
  id: wire.id,
  wire,
  confirmedMaster: wire.master,
  instance: null,
  vips: [],
  drift: [],
  driftJudged: [],
  contradictions: [],
  sendersHere: [],
  isMasterHere: false,
  conditions: sampleConditions(wire),
});

export function sampleInterface(fields: Partial<InterfaceView> = {}): InterfaceView {
  return { interface: "eth0", rejected: new Map([["ipv4 checksum", 4]]), carp: { ipv4: 0, ipv6: 0 }, ...fields };
}

export function sampleSnapshot(routers: readonly VirtualRouterView[], interfaces: readonly InterfaceView[] = []): Snapshot {
  return {
    now,
    wall: noon,
    routers,
    interfaces,
    evictions: { virtual_router: 0, sender: 2, address: 0, interface: 0 },
    host: { ...new Engine().snapshot().host, routers: routers.map(sampleJoined) },
    lateInputs: 0,
  };
}

export function sampleReceiver(fields: Partial<ReceiverView> = {}): ReceiverView {
  return {
    name: "oncall",
    format: "alertmanager",
    outcomes: { delivered: 7, retried: 3, rejected: 1, expired: 0, dropped: 0 },
    queueLength: 2,
    oldestQueued: wallTime(noon - 90_000_000),
    dead: 1,
    truncatedAlerts: 12,
    durations: { buckets: [0, 1, 4, 6, 7, 8, 10, 10, 10], sum: 14.25, count: 11 },
    problem: "it answers 503",
    ...fields,
  };
}

export function sampleAlerts(fields: Partial<AlertsView> = {}): AlertsView {
  return {
    receivers: [sampleReceiver()],
    firing: { critical: 1, warning: 2, info: 0 },
    evicted: 4,
    storeFailures: 5,
    heartbeat: { sent: 60, failed: 1 },
    ...fields,
  };
}

export function sampleWeb(fields: Partial<WebView> = {}): WebView {
  return {
    connections: 2,
    refused: {
      client_certificate: 1,
      connection_limit: 0,
      credentials_missing: 4,
      credentials_wrong: 2,
      password_queue: 0,
      rate_limit: 3,
    },
    reload: { successful: true, lastSuccess: wallTime(noon - 3_600_000_000) },
    certificateNotAfter: wallTime(noon + 86_400_000_000),
    ...fields,
  };
}

export function sampleAgent(fields: Partial<AgentView> = {}): AgentView {
  return {
    build: { version: "0.1.0", revision: "abc1234", nodeVersion: "v20.19.0" },
    readiness: { ready: true, reason: null },
    interfaces: [{ name: "eth0", up: true, capturing: true, why: null, absentGroups: [] }],
    capture: { packets: new Map([["eth0", 1_300]]), drops: new Map([["", 0]]) },
    hostPause: micros(1_500_000),
    configReload: { successful: true, lastSuccess: wallTime(noon - 7_200_000_000), problems: 0, atNextStart: [] },
    hint: null,
    notify: null,
    silences: { active: 0, storeFailures: 0, of: () => [] },
    incidents: { total: 3, open: 1, writeFailures: 0, bytes: 123_456 },
    alerts: sampleAlerts(),
    runbooks: "http://mon1:10112/docs/conditions",
    web: sampleWeb(),
    compat: false,
    describe: (id) => ({ segment: "dc1-front", name: id.vrid === 51 ? "web" : null }),
    ...fields,
  };
}

/** Many virtual routers with two senders each, for looks at cost and size. */
export function manyRouters(count: number): VirtualRouterView[] {
  return Array.from({ length: count }, (_, index) => {
    const vrid = (index % 255) + 1;
    const master = sampleSender({ source: `198.51.100.${vrid}` });
    const other = sampleSender({ source: `192.0.2.${vrid}`, claims: false, priority: 100 });
    const id = { interface: `eth${Math.floor(index / 510)}`, vrid, family: index % 510 < 255 ? ("ipv4" as const) : ("ipv6" as const) };
    return sampleRouter(id, { master, senders: [master, other], addresses: [`192.0.2.${vrid}`, `198.51.100.${vrid}`] });
  });
}
