import type { Event, VirtualRouterId } from "../core/events.ts";
import { routerKey } from "../core/router-key.ts";
import { type Duration, type Instant, plus, type WallTime } from "../lib/time.ts";
import { Incident } from "./incident.ts";
import { idTime } from "./incident-id.ts";

export interface TrackerOptions {
  /** Nothing is wrong and nothing has happened for so long: it is over. */
  readonly quiet: Duration;
  /** Something is wrong still, but nothing has happened for so long: what comes next is another story. */
  readonly standing: Duration;
  readonly segmentOf: (id: VirtualRouterId) => string;
  /** Six hexadecimal digits that two incidents of one second do not share. */
  readonly suffix: () => string;
}

/** Incidents at once; a host with more segments in trouble has one trouble. */
const mostOpen = 16;
const mostSegments = 1_024;
const mostInterfaces = 64;
const mostMasters = 65_536;

/** Changes of master that somebody wanted, or that only the agent's own start made. */
const planned: ReadonlySet<string> = new Set(["initial", "priority_zero", "preempted"]);

/**
 * Joins what goes wrong on a segment to incidents: from the first condition (critical or warning) or unplanned change of master
 * to quiet; what stays wrong without any news is an incident of its first minutes, so that the evidence of the next one is not lost
 * in it. All virtual routers of a segment that fail together are one. Pure: time comes with the events.
 */
export class IncidentTracker {
  #options: TrackerOptions;
  readonly #open = new Map<string, Incident>();
  /** Which interfaces virtual routers of a segment were seen on. */
  readonly #interfaces = new Map<string, Set<string | null>>();
  readonly #masters = new Map<string, string | null>();

  constructor(options: TrackerOptions) {
    this.#options = options;
  }

  /** Open incidents end by these from now on. */
  time(times: Pick<TrackerOptions, "quiet" | "standing">): void {
    this.#options = { ...this.#options, quiet: times.quiet, standing: times.standing };
  }

  get openCount(): number {
    return this.#open.size;
  }

  /**
   * The segment of a virtual router. An interface that loses its address in the middle of an incident has another name for its
   * segment from then on: what belongs to an open incident stays there.
   */
  segmentOf(router: VirtualRouterId): string {
    if (this.#open.size > 0) {
      const key = routerKey(router);
      for (const incident of this.#open.values()) if (incident.involves(key)) return incident.segment;
    }
    return this.#options.segmentOf(router);
  }

  /** Takes an event in. @returns the incident that it opens */
  event(event: Event): Incident | undefined {
    const { router } = event;
    if (router === null) return undefined;
    const segment = this.segmentOf(router);
    this.#note(segment, router);
    const before = this.#rememberMaster(event, router);
    const known = this.#open.get(segment);
    const incident = known ?? (opens(event) ? this.#begin(segment, event) : undefined);
    if (incident !== undefined) add(incident, event, before);
    return incident === known ? undefined : incident;
  }

  /** A sender resigned twice at once, which is how keepalived's FAULT looks from afar. @returns the incident that it opens */
  fault(router: VirtualRouterId, at: Instant, wall: WallTime): Incident | undefined {
    const segment = this.segmentOf(router);
    this.#note(segment, router);
    const known = this.#open.get(segment);
    const incident = known ?? this.#begin(segment, { at, wall });
    incident?.fault({ router, at, wall }, this.#masters.get(routerKey(router)) ?? null);
    return incident === known ? undefined : incident;
  }

  /** Ends what has been quiet for long enough. */
  due(now: Instant): Incident[] {
    const ended: Incident[] = [];
    for (const [segment, incident] of this.#open) {
      const { quiet, standing } = this.#options;
      if (now < plus(incident.lastAt, incident.active ? standing : quiet)) continue;
      this.#open.delete(segment);
      incident.end(incident.active ? "standing" : "quiet");
      ended.push(incident);
    }
    return ended;
  }

  /** Ends everything: the agent stops. */
  stop(): Incident[] {
    const ended = [...this.#open.values()];
    this.#open.clear();
    for (const incident of ended) incident.end("stopped");
    return ended;
  }

  #begin(segment: string, { at, wall }: { readonly at: Instant; readonly wall: WallTime }): Incident | undefined {
    if (this.#open.size >= mostOpen) return undefined;
    const id = `${idTime(wall)}-${this.#options.suffix()}`;
    const incident = new Incident(id, segment, at, wall, this.#interfaces.get(segment) ?? new Set());
    this.#open.set(segment, incident);
    return incident;
  }

  #note(segment: string, { interface: name }: VirtualRouterId): void {
    const known = this.#interfaces.get(segment);
    if (known !== undefined) {
      if (known.size < mostInterfaces) known.add(name);
      return;
    }
    if (this.#interfaces.size >= mostSegments) this.#forgetSegment();
    this.#interfaces.set(segment, new Set([name]));
  }

  #forgetSegment(): void {
    for (const segment of this.#interfaces.keys()) {
      if (this.#open.has(segment)) continue;
      this.#interfaces.delete(segment);
      return;
    }
  }

  /** @returns who held the virtual router before this event, as far as that is known */
  #rememberMaster(event: Event, router: VirtualRouterId): string | null {
    const key = routerKey(router);
    const known = this.#masters.get(key) ?? null;
    if (event.kind !== "virtual_router_seen" && event.kind !== "master_changed") return known;
    this.#masters.delete(key);
    const [oldest] = this.#masters.size < mostMasters ? [] : this.#masters.keys();
    if (oldest !== undefined) this.#masters.delete(oldest);
    this.#masters.set(key, event.kind === "master_changed" ? event.to : event.master);
    return event.kind === "master_changed" ? (event.from ?? known) : known;
  }
}

function opens(event: Event): boolean {
  switch (event.kind) {
    case "condition_raised":
      return event.severity !== "info";
    case "master_changed":
      return event.to === null || !planned.has(event.reason);
    case "router_state_changed":
      return event.to === "fault";
    default:
      return false;
  }
}

/** Priorities that go up and down all day are in the timeline, but keep nothing open. */
function add(incident: Incident, event: Event, before: string | null): void {
  switch (event.kind) {
    case "condition_raised":
    case "condition_cleared":
      incident.condition(event, before);
      return;
    case "master_changed":
      incident.master(event, before);
      return;
    case "failover":
      incident.measured(event);
      return;
    case "router_state_changed": {
      const { router, at, wall } = event;
      if (router === null) return;
      if (event.to === "fault") incident.fault({ router, at, wall }, before);
      else incident.other({ router, at, wall }, before);
      return;
    }
    case "address_changed":
      incident.other(event, before);
      return;
    default:
  }
}
