import { hostname } from "node:os";
import { AlertCenter, type CenterOptions } from "../alerts/center.ts";
import type { RouterFacts } from "../alerts/describe.ts";
import type { Heartbeat } from "../alerts/heartbeat.ts";
import type { Subject } from "../alerts/identity.ts";
import type { AlertLog } from "../alerts/log.ts";
import type { ReceiverLane } from "../alerts/receiver-lane.ts";
import { tendAbandoned } from "../alerts/spool/abandoned.ts";
import type { Config } from "../config/schema.ts";
import type { ConditionName, VirtualRouterId } from "../core/events.ts";
import type { JoinedRouterView } from "../core/host/view.ts";
import { routerKey } from "../core/router-key.ts";
import type { Snapshot } from "../core/view.ts";
import type { Clock } from "../lib/clock.ts";
import { type Duration, type Instant, micros, seconds, since, type WallTime } from "../lib/time.ts";
import type { RouterDescription } from "../metrics/agent-view.ts";
import { alertsDirectory } from "./lanes.ts";
import { lateCode } from "./late-code.ts";
import { runbooksOf } from "./runbooks.ts";

/** After a start silence proves nothing for a while; the slowest conditions take so long to be raised again. */
const SETTLE: Duration = seconds(30);
const SETTLE_MASTER_DOWNS = 4;

export interface AgentAlertsDeps {
  readonly clock: Clock;
  readonly log: AlertLog;
  readonly version: string;
  /** When the agent began to listen. */
  readonly started: Instant;
  readonly snapshot: () => Snapshot;
  readonly describeRouter: (router: VirtualRouterId) => RouterDescription;
  /** Segments that fail over together. Asked for with every event. */
  readonly joined: () => ReadonlyMap<string, readonly string[]>;
  /** Whether `web.listen` speaks HTTPS. */
  readonly secure: boolean;
  readonly isSilenced: (router: VirtualRouterId, wall: WallTime) => boolean;
  readonly incidentOf: (router: VirtualRouterId) => RouterFacts["incident"];
  /** Whether the agent really captures and judges. */
  readonly alive: () => boolean;
}

/** Whoever tells people what is wrong, as the configuration wants it. @param lanes the ways to its receivers */
export function alertCenter(config: Config, lanes: readonly ReceiverLane[], deps: AgentAlertsDeps): AlertCenter {
  const { clock, log, describeRouter, joined, isSilenced } = deps;
  return new AlertCenter(centerOptionsOf(config, deps.secure), {
    clock,
    log,
    lanes,
    describeRouter,
    joined,
    isSilenced,
    look: () => look(deps),
  });
}

/** @param secure whether `web.listen` speaks HTTPS */
export function centerOptionsOf(config: Config, secure: boolean): CenterOptions {
  const { alerts } = config;
  return {
    groupWait: alerts.group_wait,
    groupInterval: alerts.group_interval,
    repeatInterval: alerts.repeat_interval,
    damping: alerts.damping,
    externalLabels: alerts.external_labels,
    masterChanges: alerts.master_changes,
    runbookUrl: runbooksOf(config, secure),
    host: hostname(),
    directory: alertsDirectory(config),
  };
}

/** Looks after what receivers left that are none any more. @param isCurrent whether the configuration is this one still */
export function tendLeft(config: Config, { clock, log }: AgentAlertsDeps, isCurrent: () => boolean): void {
  const { receivers, spool } = config.alerts;
  const queued = receivers.filter(({ format }) => format !== "alertmanager-api").map(({ name }) => name);
  void tendAbandoned({ directory: alertsDirectory(config), receivers: queued, maxAge: spool.max_age, clock, log, isCurrent });
}

/** A sign of life, where one is wanted. */
export async function openHeartbeat(config: Config, { clock, log, version, alive }: AgentAlertsDeps): Promise<Heartbeat | null> {
  const { heartbeat } = config.alerts;
  if (heartbeat === null) return null;
  const { Heartbeat } = await lateCode.heartbeat();
  return new Heartbeat(heartbeat, { alive, host: hostname(), version, clock, environment: process.env, log });
}

/** One look at the engine, for any number of questions. */
function look({
  snapshot,
  describeRouter,
  incidentOf,
  clock,
  started,
}: AgentAlertsDeps): (router: VirtualRouterId, subject: Subject) => RouterFacts | null {
  const routers = new Map(snapshot().host.routers.map((router) => [routerKey(router.id), router]));
  const listening = since(clock.now(), started);
  return (id, subject) => {
    const router = routers.get(routerKey(id));
    const described = describeRouter(id);
    if (router === undefined) return { ...described, addresses: [], master: null, active: null, holds: null, incident: incidentOf(id) };
    const active = router.conditions.active.find(({ condition }) => condition === subject) ?? null;
    return {
      ...described,
      addresses: addressesOf(router),
      master: router.confirmedMaster?.source ?? null,
      active,
      holds: subject === "master_changed" ? null : holds(router, subject, listening),
      incident: incidentOf(id),
    };
  };
}

const addressesOf = ({ wire, vips }: JoinedRouterView): readonly string[] => wire?.addresses ?? vips.map(({ address }) => address);

/** What is raised is so at once; that it is not takes as long to be sure of as it would have taken to be raised. */
function holds({ conditions, wire }: JoinedRouterView, condition: ConditionName, listening: Duration): boolean | null {
  const held = conditions.holds(condition);
  if (held !== false) return held;
  const settled = Math.max(SETTLE, SETTLE_MASTER_DOWNS * (wire?.masterDownInterval ?? micros(0)));
  return listening < settled ? null : false;
}
