import { eventJson, routerJson } from "../core/event-json.ts";
import type { Event, VirtualRouterId } from "../core/events.ts";
import type { HostFact } from "../core/host-facts.ts";
import { type Duration, type Instant, instant, rfc3339, seconds, toSeconds, type WallTime } from "../lib/time.ts";
import { TokenBucket } from "../lib/token-bucket.ts";
import type { AddressClaim, Decoded } from "../wire/decoded.ts";
import type { Frame } from "../wire/frame.ts";
import { AdvertRuns } from "./advert-runs.ts";

type Json = Readonly<Record<string, unknown>>;

/** One line of `timeline.jsonl`. */
export interface TimelineEntry {
  readonly at: Instant;
  readonly wall: WallTime;
  /** null: it concerns this host, and so every segment. */
  readonly segment: string | null;
  readonly fields: Json;
}

export interface TimelineDeps {
  readonly segmentOf: (id: VirtualRouterId) => string;
  /** Takes each entry, in the order of what was seen. */
  readonly emit: (entry: TimelineEntry) => void;
  /** A sender resigned twice at once. */
  readonly fault: (router: VirtualRouterId, at: Instant, wall: WallTime) => void;
}

/** What the agent itself missed, or may have missed. */
export type Hearing =
  | { readonly kind: "frames_dropped"; readonly count: number }
  | { readonly kind: "paused"; readonly pause: Duration }
  | { readonly kind: "capture"; readonly interface: string; readonly state: "hearing" | "deaf"; readonly why: string };

/** Lines at once, and in the long run: what a host on the segment can send must not buy unbounded work. */
const burst = 4_096;
const linesPerSecond = 200;
/** Of events, which forged packets can make, too: as many as two for each of a thousand virtual routers that fail and come back. */
const eventBurst = 8_192;
const eventsPerSecond = 500;
/** Things that repeat themselves and are counted. */
const mostRepeats = 4_096;

/** A burst of the same is one thing, what comes later is another: gratuitous ARP is sent five times at once, and again after 5 s. */
const burstLasts = seconds(2);

/** The same thing again and again: written once, and counted. */
interface Repeat {
  /** All that is to be the same. */
  readonly what: string;
  readonly segment: string;
  lastAt: Instant;
  readonly fields: Json;
  pending: number;
  firstWall: WallTime;
  lastWall: WallTime;
}

/**
 * Picks what matters out of frames, events and facts of the host, and says it in lines. What only repeats itself becomes one line
 * with a count: it is written when something else happens to the same virtual router, or when somebody asks for it (`settle`).
 */
export class Timeline {
  readonly #deps: TimelineDeps;
  readonly #lines = new TokenBucket(burst, linesPerSecond);
  readonly #events = new TokenBucket(eventBurst, eventsPerSecond);
  readonly #adverts: AdvertRuns;
  readonly #repeats = new Map<string, Repeat>();
  #omitted = 0;
  #keepalivedRuns: boolean | undefined;

  constructor(deps: TimelineDeps) {
    this.#deps = deps;
    this.#adverts = new AdvertRuns({
      ...deps,
      line: (at, wall, router, fields) => this.#line(at, wall, () => deps.segmentOf(router), fields),
      omitted: () => {
        this.#omitted += 1;
      },
    });
  }

  frame(frame: Frame, decoded: Decoded): void {
    switch (decoded.kind) {
      case "advert":
        this.#adverts.advert(frame, decoded.advert, decoded.ipId);
        return;
      case "claim":
        this.#claim(frame, decoded.claim);
        return;
      case "rejected": {
        const { reason, partial } = decoded;
        const { vlan, innerVlan, family = "ipv4", vrid = 0, source, mac = null } = partial;
        const key = `rejected ${frame.interface} ${vlan} ${innerVlan} ${family} ${vrid} ${source}`;
        const router = {
          interface: frame.interface,
          ...(vlan !== undefined && { vlan }),
          ...(innerVlan !== undefined && { innerVlan }),
          family,
          vrid,
        };
        this.#repeat(key, `${reason} ${mac}`, router, frame, () => ({
          entry: "rejected",
          ...routerJson(router),
          vrid: partial.vrid ?? null,
          reason,
          source: source ?? null,
          mac,
          priority: partial.priority ?? null,
        }));
        return;
      }
      default:
    }
  }

  event(event: Event): void {
    const { router } = event;
    const { at, wall } = event;
    if (router !== null) this.#adverts.settleRouter(router, at, wall);
    if (!this.#admit(this.#events, at, wall)) return;
    const segment = router === null ? null : this.#deps.segmentOf(router);
    this.#deps.emit({ at, wall, segment, fields: { entry: "event", ...withoutTime(eventJson(event)) } });
  }

  hearing(what: Hearing, at: Instant, wall: WallTime): void {
    const { kind, ...more } = what;
    const fields = what.kind === "paused" ? { seconds: toSeconds(what.pause) } : more;
    this.#line(at, wall, everywhere, () => ({ entry: kind, ...fields }));
  }

  fact(fact: HostFact, at: Instant, wall: WallTime): void {
    if (fact.kind === "notify") {
      const { source, notify, happened } = fact;
      const late = happened === undefined ? {} : { happened_at: happened === null ? null : rfc3339(happened) };
      const { kind, name, event, priority } = notify;
      this.#line(at, wall, everywhere, () => ({ entry: "notify", kind, name, notify: event, priority, source, ...late }));
    } else if (fact.kind === "keepalived_process" && fact.process !== null && fact.process.running !== this.#keepalivedRuns) {
      const { running } = fact.process;
      this.#keepalivedRuns = running;
      this.#line(at, wall, everywhere, () => ({ entry: "keepalived_process", running }));
    }
  }

  /** Writes what only repeated itself on a segment so far. */
  settle(segment: string, at: Instant, wall: WallTime): void {
    this.#adverts.settleSegment(segment, at, wall);
    for (const repeat of this.#repeats.values()) if (repeat.segment === segment) this.#settleRepeat(repeat, at, wall);
  }

  /** Only claims of virtual addresses matter. */
  #claim(frame: Frame, claim: AddressClaim): void {
    const router = this.#adverts.routerOf(claim.address);
    if (router === undefined) return;
    this.#repeat(`claim ${frame.interface} ${claim.address}`, `${claim.mac} ${claim.linkSource} ${claim.how}`, router, frame, () => ({
      entry: "claim",
      ...routerJson(router),
      interface: frame.interface,
      address: claim.address,
      mac: claim.mac,
      ...(claim.linkSource !== claim.mac && { link_source: claim.linkSource }),
      how: claim.how,
      direction: frame.direction,
    }));
  }

  /** The first of a burst is a line, and so is whatever differs from the last one of its `key`; the rest are counted. */
  #repeat(key: string, what: string, router: VirtualRouterId, { at, wall }: Frame, describe: () => Json): void {
    const known = this.#repeats.get(key);
    if (known?.what === what && at - known.lastAt <= burstLasts) {
      if (known.pending === 0) known.firstWall = wall;
      known.pending += 1;
      known.lastAt = at;
      known.lastWall = wall;
      return;
    }
    if (known !== undefined) this.#settleRepeat(known, at, wall);
    // Without room for its line there is no use in knowing it.
    if (!this.#admit(this.#lines, at, wall)) return;
    this.#repeats.delete(key);
    if (this.#repeats.size >= mostRepeats) this.#evict(at, wall);
    const segment = this.#deps.segmentOf(router);
    const fields = describe();
    this.#repeats.set(key, { what, segment, fields, pending: 0, lastAt: at, firstWall: wall, lastWall: wall });
    this.#deps.emit({ at, wall, segment, fields });
  }

  /** A quarter of them, the oldest: finding the first of a map costs more, the more were taken out of it. */
  #evict(at: Instant, wall: WallTime): void {
    let left = mostRepeats / 4;
    for (const [key, repeat] of this.#repeats) {
      if (left-- === 0) return;
      this.#settleRepeat(repeat, at, wall);
      this.#repeats.delete(key);
    }
  }

  #settleRepeat(repeat: Repeat, at: Instant, wall: WallTime): void {
    if (repeat.pending === 0) return;
    const { pending: count, firstWall, lastWall, fields, segment } = repeat;
    repeat.pending = 0;
    this.#line(
      at,
      wall,
      () => segment,
      () => ({
        ...fields,
        entry: `${String(fields["entry"])}_again`,
        count,
        first_at: rfc3339(firstWall),
        last_at: rfc3339(lastWall),
      }),
    );
  }

  #line(at: Instant, wall: WallTime, segmentOf: () => string | null, fields: () => Json): void {
    if (this.#admit(this.#lines, at, wall)) this.#deps.emit({ at, wall, segment: segmentOf(), fields: fields() });
  }

  /** Whether there is room for a line. The first after some that had none says how many they were. */
  #admit(bucket: TokenBucket, at: Instant, wall: WallTime): boolean {
    if (!bucket.take(at)) {
      this.#omitted += 1;
      return false;
    }
    if (this.#omitted > 0) this.#deps.emit({ at, wall, segment: null, fields: { entry: "omitted", count: this.#omitted } });
    this.#omitted = 0;
    return true;
  }
}

const everywhere = (): null => null;

function withoutTime({ at: _, ...fields }: Json): Json {
  return fields;
}

/** The text of a line, newline included. `previous` is the instant of the line before it. */
export function timelineLine({ at, wall, fields }: TimelineEntry, previous: Instant | null): string {
  const delta = previous === null ? 0 : toSeconds(instant(Math.max(0, at - previous))) * 1_000;
  return `${JSON.stringify({ at: rfc3339(wall), delta_ms: Number(delta.toFixed(3)), ...fields })}\n`;
}
