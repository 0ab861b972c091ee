import type { Event, FailoverEvent, VirtualRouterId } from "../core/events.ts";
import type { Suspect } from "../core/host/suspect.ts";
import { type Duration, micros, toSeconds } from "../lib/time.ts";
import type { Paint } from "./paint.ts";
import { placeText } from "./place-text.ts";

/** A virtual router in one short, aligned column: `eth0.100 v4 51`. */
export function routerText(id: VirtualRouterId): string {
  const where = placeText(id.interface, id);
  return `${where === "" ? "" : `${where} `}${id.family === "ipv4" ? "v4" : "v6"} ${id.vrid}`;
}

export const durationText = (d: Duration): string => `${Number(toSeconds(d).toFixed(3))} s`;

const reasons = {
  initial: "first seen",
  priority_zero: "the old master resigned",
  preempted: "a higher claim took over",
  no_response: "the old master fell silent",
  split_resolved: "the other master fell silent",
  unknown: "not heard how",
} as const;

/** What happened, as a sentence for a person. */
export function eventText(event: Event, paint: Paint): string {
  switch (event.kind) {
    case "virtual_router_seen": {
      const every = event.interval === null ? "" : `, every ${durationText(event.interval)}`;
      return `seen: VRRPv${event.version}${every}, ${addressesText(event.addresses)}`;
    }
    case "master_changed":
      return masterText(event, paint);
    case "failover":
      return failoverText(event);
    case "priority_changed":
      return `priority of ${event.sender}: ${event.from} -> ${event.to}${suspectText(event.suspect)}`;
    case "router_state_changed":
      return `keepalived ${event.instance}: ${event.from} -> ${paint("bold", event.to)}${suspectText(event.suspect)}`;
    case "effective_priority_changed":
      return `keepalived ${event.instance}: priority ${event.from} -> ${event.to}${suspectText(event.suspect)}`;
    case "address_changed":
      return `${event.address} ${event.action.replace("_", " ")} on ${event.dev}`;
    case "condition_raised":
      return `${paint(event.severity === "info" ? "cyan" : event.severity === "warning" ? "yellow" : "red", `${event.severity} ${event.condition}`)}: ${event.summary}`;
    case "condition_cleared":
      return `${paint("green", `cleared ${event.condition}`)}: ${event.summary}`;
  }
}

const suspectText = (suspect: Suspect | undefined): string => (suspect === undefined ? "" : ` (${suspect.kind} ${suspect.name})`);

function masterText(event: Extract<Event, { kind: "master_changed" }>, paint: Paint): string {
  const why =
    event.reason === "initial" ? "" : ` (${reasons[event.reason]}${event.gap === null ? "" : `, gap ${durationText(event.gap)}`})`;
  if (event.to === null) return `${paint("red", "master lost")}: ${event.from ?? "?"}${why}, nobody took over`;
  const master = paint("bold", event.to);
  return event.from === null ? `master ${master}${why}` : `master ${event.from} -> ${master}${why}`;
}

function failoverText({ to, planned, gap, inevitable, excess, phases }: FailoverEvent): string {
  const what = `${planned ? "planned" : "unplanned"} failover to ${to}`;
  if (gap === null) return `${what}: could not be measured`;
  const compared =
    inevitable === null || excess === null ? "" : `, ${durationText(inevitable)} inevitable, ${durationText(excess)} in excess`;
  const { firstAdvert, announced } = phases;
  const told =
    firstAdvert === null || announced === null
      ? "no announcement heard"
      : `announced ${durationText(micros(announced - firstAdvert))} after the first advert`;
  return `${what}: gap ${durationText(gap)}${compared}; ${told}`;
}

function addressesText(addresses: readonly string[]): string {
  if (addresses.length === 0) return "no addresses";
  const shown = addresses.slice(0, 4).join(", ");
  return addresses.length > 4 ? `${shown} and ${addresses.length - 4} more` : shown;
}
