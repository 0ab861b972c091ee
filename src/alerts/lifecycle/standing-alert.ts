import type { Severity, VirtualRouterId } from "../../core/events.ts";
import { routerKey } from "../../core/router-key.ts";
import { type Duration, type Instant, plus, seconds, type WallTime } from "../../lib/time.ts";
import type { Alert, Json, Labels } from "../alert.ts";
import type { Subject } from "../identity.ts";

/** What holds together: one segment, or several that a sync group of this host joins. */
export interface AlertGroup {
  readonly key: string;
  readonly labels: Labels;
}

/** Who raises it here. Two interfaces on one segment raise one alert. */
export interface Source {
  readonly router: VirtualRouterId;
  readonly since: WallTime;
}

/** What the condition says of itself: the latest that is known. */
export interface Facts {
  /** One sentence. */
  readonly summary: string;
  readonly cause: string | null;
  readonly evidence: Json;
}

/** What outlived the condition that it was a consequence of for so long is a story of its own. */
const LINGER: Duration = seconds(60);

export interface AlertKind {
  readonly fingerprint: string;
  readonly labels: Labels;
  readonly subject: Subject;
  readonly severity: Severity;
  readonly group: AlertGroup;
}

/**
 * Where the numbers of a new alert begin: higher than any that it had before it was forgotten, in this run of the agent or an earlier one,
 * as no alert comes and goes once a second for long. Even.
 */
export const firstSequence = (wall: WallTime): number => 2 * Math.floor(wall / 1_000_000);

/** One alert, as this agent knows it: an odd `sequence` fires, an even one is over. */
export class StandingAlert {
  readonly kind: AlertKind;
  sequence: number;
  /** Before its first episode. */
  readonly origin: number;
  /** Of the latest episode. */
  startsAt: WallTime;
  endsAt: WallTime | null = null;
  changedAt: Instant;
  /** Somewhere in this episode it was a consequence of another one, or silenced: it is no story once it is over. */
  hushed = false;
  /** From an earlier run of the agent, and not seen since. */
  restored = false;
  /** It only happened: nobody is told that it is over. */
  readonly momentary: boolean;
  /** null: an earlier run knew them, and said what it said. */
  facts: Facts | null = null;
  /** What was said of it last. */
  said: Alert | null = null;
  /** Where it was raised last: it outlives the sources. */
  router: VirtualRouterId | null = null;
  readonly sources = new Map<string, Source>();
  #inhibitors = 0;
  #releasedAt: Instant | null = null;

  constructor(kind: AlertKind, at: Instant, startsAt: WallTime, sequence = firstSequence(startsAt), momentary = false) {
    this.kind = kind;
    this.changedAt = at;
    this.startsAt = startsAt;
    this.sequence = sequence;
    this.origin = sequence - (sequence % 2);
    this.momentary = momentary;
  }

  get firing(): boolean {
    return this.sequence % 2 === 1;
  }

  /** @returns whether it changed by that */
  raise(router: VirtualRouterId, at: Instant, since: WallTime): boolean {
    this.router = router;
    const wasRestored = this.restored;
    this.restored = false;
    if (wasRestored && this.firing) {
      this.sources.set(routerKey(router), { router, since: this.startsAt });
      return false;
    }
    this.sources.set(routerKey(router), { router, since });
    if (this.firing) return false;
    this.sequence += 1;
    this.startsAt = since;
    this.endsAt = null;
    this.changedAt = at;
    this.hushed = false;
    return true;
  }

  /** @returns whether it is over by that */
  clear(router: VirtualRouterId, at: Instant, endsAt: WallTime): boolean {
    this.sources.delete(routerKey(router));
    if (this.sources.size > 0 || !this.firing) return false;
    this.resolve(at, endsAt);
    return true;
  }

  resolve(at: Instant, endsAt: WallTime): void {
    this.sequence += 1;
    this.endsAt = endsAt;
    this.changedAt = at;
    this.restored = false;
    this.sources.clear();
  }

  /** Another condition explains it, or does not any more. */
  explained(inhibitors: number, at: Instant): void {
    if (inhibitors > 0) this.hushed = true;
    if (this.#inhibitors > 0 && inhibitors === 0) this.#releasedAt = at;
    this.#inhibitors = inhibitors;
  }

  isInhibited(now: Instant): boolean {
    return this.#inhibitors > 0 || (this.#releasedAt !== null && now < plus(this.#releasedAt, LINGER));
  }
}
