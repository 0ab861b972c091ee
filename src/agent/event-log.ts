import { eventJson } from "../core/event-json.ts";
import type { Event } from "../core/events.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import { RateLimiter } from "../lib/rate-limiter.ts";
import { seconds } from "../lib/time.ts";
import { TokenBucket } from "../lib/token-bucket.ts";

const messages: Readonly<Record<Event["kind"], string>> = {
  virtual_router_seen: "virtual router seen",
  master_changed: "master changed",
  failover: "failover measured",
  priority_changed: "priority changed",
  condition_raised: "condition raised",
  condition_cleared: "condition cleared",
  router_state_changed: "keepalived changed its state",
  effective_priority_changed: "keepalived changed its priority",
  address_changed: "virtual address changed",
};

/** What the event is about, in a text that tells it from others. */
function subjectOf(event: Event): string {
  const { interface: name, vlan, innerVlan, family, vrid } = event.router ?? {};
  const router = `${event.kind} ${name} ${vlan} ${innerVlan} ${family} ${vrid}`;
  switch (event.kind) {
    case "router_state_changed":
      // States that follow each other at once are each worth a line.
      return `${router} ${event.instance} ${event.to}`;
    case "effective_priority_changed":
      return `${router} ${event.instance}`;
    case "condition_raised":
    case "condition_cleared":
      return `${router} ${event.condition}`;
    case "address_changed":
      return `${router} ${event.address} ${event.dev} ${event.action}`;
    default:
      return router;
  }
}

function levelOf(event: Event): "error" | "warn" | "info" | "debug" {
  if (event.kind === "priority_changed") return "debug";
  if (event.kind !== "condition_raised") return "info";
  return event.severity === "critical" ? "error" : event.severity === "warning" ? "warn" : "info";
}

/** Lines at once (two for each of a thousand virtual routers that fail together), and in the long run. */
const BURST = 2_048;
const LINES_PER_SECOND = 5;

/**
 * Writes events to the log, at most one of a kind per subject (a virtual router, an address) and second, and a few a second in the long run:
 * a packet must not buy unbounded lines. Metrics and the event API have them all.
 */
export function eventLog(log: Logger, clock: Clock): (event: Event) => void {
  const limiter = new RateLimiter({ interval: seconds(1), maxKeys: 4_096 });
  const lines = new TokenBucket(BURST, LINES_PER_SECOND);
  let unwritten = 0;
  return (event) => {
    const suppressed = limiter.admit(subjectOf(event), clock.now());
    if (suppressed === null) return;
    // What somebody is to act upon is written, whatever else is going on; how often that can be the conditions bound.
    if (levelOf(event) !== "error" && !lines.take(clock.now())) {
      unwritten += 1;
      return;
    }
    if (unwritten > 0) log.warn({ count: unwritten }, "events were not logged: too many at once");
    unwritten = 0;
    const { event: kind, ...fields } = eventJson(event);
    log[levelOf(event)]({ event: kind, ...fields, ...(suppressed > 0 && { suppressed }) }, messages[event.kind]);
  };
}
