import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { join } from "node:path";
import { AlertCenter } from "../alerts/center.ts";
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
import { openReceiver, type Receiver, ruleOf } from "./receivers.ts";
import { runbooksOf } from "./runbooks.ts";

/** After a start silence proves nothing for a while; the slowest conditions take so long to be raised again. */
const SETTLE: Duration = seconds(30);
const SETTLE_MASTER_DOWNS = 4;

export interface AgentAlertsDeps {
  readonly config: Config;
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

/** Whoever tells people what is wrong, as the configuration wants it; null: nobody is to be told. */
export async function openAlerts(deps: AgentAlertsDeps): Promise<AlertCenter | null> {
  const { config, clock, log, describeRouter, joined, isSilenced } = deps;
  const { alerts } = config;
  const queued = alerts.receivers.filter(({ format }) => format !== "alertmanager-api").map(({ name }) => name);
  void tendAbandoned({ directory: directoryOf(config), receivers: queued, maxAge: alerts.spool.max_age, clock, log });
  if (alerts.receivers.length === 0) return null;
  const lanes = await Promise.all(alerts.receivers.map((receiver) => laneOf(receiver, deps)));
  return new AlertCenter(
    {
      groupWait: alerts.group_wait,
      groupInterval: alerts.group_interval,
      repeatInterval: alerts.repeat_interval,
      damping: alerts.damping,
      externalLabels: alerts.external_labels,
      masterChanges: alerts.master_changes,
      runbookUrl: runbooksOf(config, deps.secure),
      host: hostname(),
      directory: directoryOf(config),
    },
    {
      clock,
      log,
      lanes,
      describeRouter,
      joined,
      isSilenced,
      look: () => look(deps),
    },
  );
}

/** A sign of life, where one is wanted. */
export async function openHeartbeat({ config, clock, log, version, alive }: AgentAlertsDeps): Promise<Heartbeat | null> {
  const { heartbeat } = config.alerts;
  if (heartbeat === null) return null;
  const { Heartbeat } = await import("../alerts/heartbeat.ts");
  return new Heartbeat(heartbeat, { alive, host: hostname(), version, clock, environment: process.env, log });
}

const directoryOf = ({ state_directory }: Config): string => join(state_directory, "alerts");

async function laneOf(receiver: Receiver, { config, clock, log, version, secure }: AgentAlertsDeps): Promise<ReceiverLane> {
  const rule = ruleOf(receiver);
  const { spool, resend_interval } = config.alerts;
  if (receiver.format === "alertmanager-api") {
    const { AlertmanagerLane } = await import("../alerts/alertmanager-lane.ts");
    return AlertmanagerLane.open(rule, resend_interval, (endsAt) => openReceiver(config, receiver, { clock, version, secure, endsAt }), {
      clock,
      log,
      random: Math.random,
      newId: randomUUID,
    });
  }
  const [{ WebhookLane }, [webhook]] = await Promise.all([
    import("../alerts/webhook-lane.ts"),
    openReceiver(config, receiver, { clock, version, secure, endsAt: () => "" }),
  ]);
  if (webhook === undefined) throw new Error(`no way to the receiver ${receiver.name}`);
  const limits = { maxCount: spool.max_count, maxBytes: spool.max_bytes, maxAge: spool.max_age, maxDead: spool.max_dead };
  return new WebhookLane(rule, { format: receiver.format, directory: directoryOf(config), ...limits }, { webhook, clock, log });
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
