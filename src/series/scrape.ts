import type { ReceiverView } from "../lib/alerts-view.ts";
import { durationBuckets } from "../lib/alerts-view.ts";
import { micros, type WallTime } from "../lib/time.ts";
import { noRefusals } from "../lib/web-view.ts";
import type { AgentView } from "../metrics/agent-view.ts";
import { renderExposition } from "../metrics/render.ts";
import { interfaceName, type Situation } from "./situation.ts";
import { play } from "./stage.ts";

/** What an agent in this situation answers to a scrape, without the families of Node and the process: those differ with its version. */
export function scrapeOf(situation: Situation): string {
  const snapshot = play(situation);
  return renderExposition(snapshot, agentView(situation, snapshot.wall), "text");
}

function agentView({ where, interfaces, receivers, compat }: Situation, wall: WallTime): AgentView {
  const names = Array.from({ length: interfaces }, (_, index) => interfaceName(index));
  const up = { path: "", up: true, problem: null };
  return {
    build: { version: "1.0.0", revision: "0123456789ab", nodeVersion: "v24.0.0" },
    readiness: { ready: true, reason: null },
    interfaces: names.map((name) => ({ name, up: true, capturing: true, why: null, absentGroups: [] })),
    capture: { packets: new Map(names.map((name) => [name, 12_345])), drops: new Map([["", 0]]) },
    hostPause: micros(0),
    configReload: { successful: true, lastSuccess: wall, problems: 0, atNextStart: [] },
    hint: null,
    notify: where === "listener" ? null : { fifo: up, socket: up },
    silences: { active: 0, storeFailures: 0, of: () => [] },
    incidents: { total: 0, open: 0, writeFailures: 0, bytes: 0 },
    alerts: {
      receivers: Array.from({ length: receivers }, (_, index) => receiverOf(index)),
      firing: { critical: 0, warning: 0, info: 0 },
      evicted: 0,
      storeFailures: 0,
      heartbeat: null,
    },
    runbooks: "http://lb1.example.net:10112/docs/conditions",
    web: { connections: 1, refused: noRefusals(), reload: null, certificateNotAfter: null },
    compat,
    describe: () => ({ segment: "192.0.2.0/24", name: null }),
  };
}

/** None of its deliveries waits: the series that says since when is there only while one does. */
const receiverOf = (index: number): ReceiverView => ({
  name: `receiver${index}`,
  format: "alertmanager",
  outcomes: { delivered: 0, retried: 0, rejected: 0, expired: 0, dropped: 0 },
  queueLength: 0,
  oldestQueued: null,
  dead: 0,
  truncatedAlerts: 0,
  durations: { buckets: durationBuckets.map(() => 0), sum: 0, count: 0 },
  problem: null,
});
