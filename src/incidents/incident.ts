import { eventJson, routerJson } from "../core/event-json.ts";
import { type Event, type FailoverEvent, type Severity, severities, type VirtualRouterId } from "../core/events.ts";
import { routerKey } from "../core/router-key.ts";
import { boundedJson } from "../lib/bounded-json.ts";
import { type Instant, micros, rfc3339, toSeconds, type WallTime } from "../lib/time.ts";

type Json = Readonly<Record<string, unknown>>;

/** Of `incident.json` and of what lies beside it. */
export const INCIDENT_VERSION = 1;
export type ConditionEvent = Extract<Event, { readonly kind: "condition_raised" | "condition_cleared" }>;
export type MasterEvent = Extract<Event, { readonly kind: "master_changed" }>;

/** Something that happened to a virtual router. */
export interface Happening {
  readonly router: VirtualRouterId;
  readonly at: Instant;
  readonly wall: WallTime;
}

/** Why it is over: all was quiet, something was wrong still but nothing new happened, the agent was stopped, or was killed and found it open at its next start. */
export type EndedBy = "quiet" | "standing" | "stopped" | "interrupted";

/** What one incident may hold in memory and in `incident.json`: two conditions of each of 255 virtual routers, in both families. */
const mostConditions = 1_024;
const mostRouters = 1_024;
const mostFailovers = 1_024;
/** Evidence in bytes of JSON; more is replaced by a note. */
const longestEvidence = 2_048;

interface ConditionRecord {
  last: ConditionEvent;
  readonly raisedAt: WallTime;
  clearedAt: WallTime | null;
  times: number;
}

/** A change of master, and what was measured of it once that is known. */
interface FailoverRecord {
  readonly change: MasterEvent;
  measured: FailoverEvent | null;
}

interface RouterRecord {
  readonly id: VirtualRouterId;
  readonly masterBefore: string | null;
  masterAfter: string | null;
  failovers: number;
}

/** From the first thing that went wrong on a segment until all is quiet: who, what and when, within bounds. */
export class Incident {
  readonly id: string;
  readonly segment: string;
  readonly beganAt: Instant;
  /** When something last happened that belongs to it. */
  lastAt: Instant;
  /** It has changed since it was last written. */
  dirty = true;
  readonly #beganWall: WallTime;
  #lastWall: WallTime;
  #endedBy: EndedBy | null = null;
  #severity: Severity = "warning";
  readonly #interfaces: ReadonlySet<string | null>;
  readonly #conditions = new Map<string, ConditionRecord>();
  readonly #active = new Set<string>();
  readonly #routers = new Map<string, RouterRecord>();
  readonly #failovers: FailoverRecord[] = [];
  #conditionsTruncated = false;
  #routersTruncated = false;
  #failoverCount = 0;
  #faults = 0;

  /** @param interfaces of the segment; may still grow */
  constructor(id: string, segment: string, at: Instant, wall: WallTime, interfaces: ReadonlySet<string | null>) {
    this.id = id;
    this.segment = segment;
    this.beganAt = at;
    this.lastAt = at;
    this.#beganWall = wall;
    this.#lastWall = wall;
    this.#interfaces = interfaces;
  }

  /** Something is still wrong. */
  get active(): boolean {
    return this.#active.size > 0;
  }

  get open(): boolean {
    return this.#endedBy === null;
  }

  /** Whether frames of this interface belong to it. */
  concerns(interfaceName: string | null): boolean {
    return this.#interfaces.has(interfaceName);
  }

  involves(key: string): boolean {
    return this.#routers.has(key);
  }

  /** @param master who holds the virtual router now, as far as that is known */
  condition(event: ConditionEvent, master: string | null): void {
    this.#involve(event.router, master);
    const key = `${routerKey(event.router)} ${event.condition}`;
    const raised = event.kind === "condition_raised";
    const counts = event.severity !== "info";
    if (counts) this.#touch(event);
    this.dirty = true;
    if (raised && counts) {
      this.#active.add(key);
      if (severities.indexOf(event.severity) < severities.indexOf(this.#severity)) this.#severity = event.severity;
    } else if (!raised) this.#active.delete(key);
    const known = this.#conditions.get(key);
    if (known !== undefined) {
      known.last = event;
      known.clearedAt = raised ? null : event.wall;
      if (raised) known.times += 1;
    } else if (this.#conditions.size >= mostConditions) this.#conditionsTruncated = true;
    else {
      const raisedAt = raised ? event.wall : event.since;
      this.#conditions.set(key, { last: event, raisedAt, clearedAt: raised ? null : event.wall, times: 1 });
    }
  }

  /** @param before who held it before the change, where that was known */
  master(event: MasterEvent, before: string | null): void {
    this.#touch(event);
    const router = this.#involve(event.router, before);
    if (router !== undefined) router.masterAfter = event.to;
    if (event.to === null) return;
    if (router !== undefined) router.failovers += 1;
    this.#failoverCount += 1;
    if (this.#failovers.length < mostFailovers) this.#failovers.push({ change: event, measured: null });
  }

  /** The phases of a change are known. */
  measured(event: FailoverEvent): void {
    const key = routerKey(event.router);
    const record = this.#failovers.findLast(({ change }) => change.to === event.to && routerKey(change.router) === key);
    if (record === undefined) return;
    record.measured = event;
    this.dirty = true;
  }

  /** keepalived of a sender, or of this host, went into FAULT. */
  fault(what: Happening, master: string | null): void {
    this.other(what, master);
    this.#faults += 1;
  }

  /** Anything else that happened to a virtual router of its segment. */
  other(what: Happening, master: string | null): void {
    this.#touch(what);
    this.#involve(what.router, master);
  }

  end(by: EndedBy): void {
    this.#endedBy = by;
    this.dirty = true;
  }

  #touch({ at, wall }: Omit<Happening, "router">): void {
    if (at > this.lastAt) this.lastAt = at;
    if (wall > this.#lastWall) this.#lastWall = wall;
    this.dirty = true;
  }

  #involve(id: VirtualRouterId, master: string | null): RouterRecord | undefined {
    const key = routerKey(id);
    const known = this.#routers.get(key);
    if (known !== undefined) return known;
    if (this.#routers.size >= mostRouters) {
      this.#routersTruncated = true;
      return undefined;
    }
    const record = { id, masterBefore: master, masterAfter: master, failovers: 0 };
    this.#routers.set(key, record);
    return record;
  }

  /** What a list shows of it. */
  head(): Json {
    return {
      id: this.id,
      segment: this.segment,
      state: this.open ? "open" : "closed",
      ended_by: this.#endedBy,
      began_at: rfc3339(this.#beganWall),
      ended_at: this.open ? null : rfc3339(this.#lastWall),
      last_change_at: rfc3339(this.#lastWall),
      severity: this.#severity,
      summary: this.#summary(),
    };
  }

  /** All of `incident.json`, but for the files beside it. */
  json(): Json {
    return {
      version: INCIDENT_VERSION,
      ...this.head(),
      duration_seconds: toSeconds(micros(this.#lastWall - this.#beganWall)),
      interfaces: [...this.#interfaces],
      conditions: [...this.#conditions.values()].map(conditionJson),
      conditions_truncated: this.#conditionsTruncated,
      virtual_routers: [...this.#routers.values()].map(({ id, masterBefore, masterAfter, failovers }) => ({
        ...routerJson(id),
        master_before: masterBefore,
        master_after: masterAfter,
        failovers,
      })),
      virtual_routers_truncated: this.#routersTruncated,
      failovers: this.#failovers.map(failoverJson),
      failovers_total: this.#failoverCount,
      faults: this.#faults,
    };
  }

  #summary(): string {
    const routers = this.#routers.size;
    const names = new Map<string, number>();
    for (const { last } of this.#conditions.values()) names.set(last.condition, severities.indexOf(last.severity));
    const worstFirst = [...names].sort(([, a], [, b]) => a - b).map(([name]) => name);
    const what = worstFirst.length === 0 ? "unplanned change" : worstFirst.join(", ");
    const [only] = this.#routers.values();
    const where =
      routers === 1 && only !== undefined
        ? `VRID ${only.id.vrid} (${only.id.family})`
        : `${this.#routersTruncated ? "more than " : ""}${routers} virtual routers`;
    const changes = this.#failoverCount === 0 ? "" : `, ${this.#failoverCount} ${this.#failoverCount === 1 ? "failover" : "failovers"}`;
    const until = this.open ? "" : ` until ${shortTime(this.#lastWall)}`;
    return `${what} of ${where} on ${this.segment} since ${shortTime(this.#beganWall)}${until}${changes}`;
  }
}

const shortTime = (wall: WallTime): string => `${rfc3339(wall).slice(0, 19).replace("T", " ")} UTC`;

/** When it happened, and all that is known of it. */
const failoverJson = ({ change, measured }: FailoverRecord): Json => ({
  ...withoutKind(eventJson(measured ?? change)),
  at: rfc3339(change.wall),
});

function withoutKind({ event: _, ...fields }: Json): Json {
  return fields;
}

function conditionJson({ last, raisedAt, clearedAt, times }: ConditionRecord): Json {
  return {
    condition: last.condition,
    severity: last.severity,
    ...routerJson(last.router),
    cause: last.cause,
    summary: last.summary,
    evidence: boundedJson(last.evidence, longestEvidence),
    since: rfc3339(last.since),
    raised_at: rfc3339(raisedAt),
    cleared_at: clearedAt === null ? null : rfc3339(clearedAt),
    times,
  };
}
