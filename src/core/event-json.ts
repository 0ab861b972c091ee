import { type Duration, rfc3339, toSeconds, type WallTime } from "../lib/time.ts";
import type { Event, VirtualRouterId } from "./events.ts";

type Json = Readonly<Record<string, unknown>>;

const timeOrNull = (at: WallTime | null): string | null => (at === null ? null : rfc3339(at));
const secondsOrNull = (d: Duration | null): number | null => (d === null ? null : toSeconds(d));

/** The documented name of a virtual router: tags are left out when untagged. */
export function routerJson(id: VirtualRouterId): Json {
  return {
    interface: id.interface,
    ...(id.vlan !== undefined && { vlan: id.vlan }),
    ...(id.innerVlan !== undefined && { inner_vlan: id.innerVlan }),
    family: id.family,
    vrid: id.vrid,
  };
}

/** One event as scripts, dashboards and receivers read it: snake_case keys, seconds, RFC 3339 times. */
export function eventJson(event: Event): Json {
  return { event: event.kind, at: rfc3339(event.wall), ...(event.router !== null && routerJson(event.router)), ...fields(event) };
}

function fields(event: Event): Json {
  switch (event.kind) {
    case "virtual_router_seen":
      return { version: event.version, interval_seconds: secondsOrNull(event.interval), addresses: event.addresses, master: event.master };
    case "master_changed":
      return {
        from: event.from,
        to: event.to,
        reason: event.reason,
        gap_seconds: secondsOrNull(event.gap),
        inevitable_seconds: secondsOrNull(event.inevitable),
      };
    case "failover":
      return {
        from: event.from,
        to: event.to,
        reason: event.reason,
        planned: event.planned,
        gap_seconds: secondsOrNull(event.gap),
        inevitable_seconds: secondsOrNull(event.inevitable),
        excess_seconds: secondsOrNull(event.excess),
        detected_by: event.detectedBy,
        phases: {
          last_advert_at: timeOrNull(event.phases.lastAdvert),
          detected_at: timeOrNull(event.phases.detected),
          first_advert_at: timeOrNull(event.phases.firstAdvert),
          address_present_at: timeOrNull(event.phases.addressPresent),
          announced_at: timeOrNull(event.phases.announced),
        },
      };
    case "priority_changed":
      return { sender: event.sender, from: event.from, to: event.to, ...(event.suspect !== undefined && { suspect: event.suspect }) };
    case "router_state_changed":
      return {
        instance: event.instance,
        from: event.from,
        to: event.to,
        by: event.by,
        priority: event.priority,
        ...(event.suspect !== undefined && { suspect: event.suspect }),
      };
    case "effective_priority_changed":
      return { instance: event.instance, from: event.from, to: event.to, ...(event.suspect !== undefined && { suspect: event.suspect }) };
    case "address_changed":
      return { address: event.address, dev: event.dev, action: event.action };
    case "condition_raised":
    case "condition_cleared":
      return {
        condition: event.condition,
        severity: event.severity,
        since: rfc3339(event.since),
        cause: event.cause,
        summary: event.summary,
        evidence: event.evidence,
        ...(event.inhibitedBy !== null && { inhibited_by: event.inhibitedBy }),
        ...(event.kind === "condition_cleared" && !event.resolved && { resolved: false }),
      };
  }
}
