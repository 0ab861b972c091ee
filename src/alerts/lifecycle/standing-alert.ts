import type { Severity, VirtualRouterId } from "../../core/events.ts";
import { routerKey } from "../../core/router-key.ts";
import { type Duration, type Instant, plus, seconds, type WallTime } from "../../lib/time.ts";
import type { Alert, Json, Labels } from "../alert.ts";
import type { Subject } from "../identity.ts";
import type { ReceiverRule } from "./receiver-rule.ts";

/** What holds together: one segment, or several that a sync group of this host joins. */
export interface AlertGroup {
  readonly key: string;
  readonly labels: Labels;
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

/** One alert, as this agent knows it: an odd `sequence` fires, an even one is over. */
export class StandingAlert {
  readonly kind: AlertKind;
  sequence: number;
  /** Before its first episode that is known. Even. */
  origin: number;
  /** Of the latest episode. */
  startsAt: WallTime;
  endsAt: WallTime | null = null;
  changedAt: Instant;
  /** Somewhere in this episode it was a consequence of another one, or silenced: it is no story once it is over. */
  hushed = false;
  /** From an earlier run of the agent, and not raised since. */
  restored = false;
  /** It only happened: nobody is told that it is over. */
  readonly momentary: boolean;
  /** null: nothing is known but that it was raised. */
  facts: Facts | null = null;
  /** What was said of it last in this run. */
  said: Alert | null = null;
  incident: { readonly id: string; readonly folder: string } | null = null;
  /** Where it was raised last: it outlives the sources. */
  router: VirtualRouterId;
  /** Receivers that are to be told of it. */
  readonly wantedBy = new Set<ReceiverRule>();
  /** Who raises it here. Two interfaces on one segment raise one alert. */
  readonly sources = new Map<string, VirtualRouterId>();
  #inhibitors = 0;
  #releasedAt: Instant | null = null;

  /** @param sequence the number before its first episode: even; or of an earlier run */
  constructor(kind: AlertKind, router: VirtualRouterId, at: Instant, startsAt: WallTime, sequence: number, momentary = false) {
    this.kind = kind;
    this.router = router;
    this.changedAt = at;
    this.startsAt = startsAt;
    this.sequence = sequence;
    this.origin = sequence - (sequence % 2);
    this.momentary = momentary;
  }

  get firing(): boolean {
    return this.sequence % 2 === 1;
  }

  /** @returns whether it begins by that */
  raise(router: VirtualRouterId, at: Instant, startsAt: WallTime): boolean {
    this.router = router;
    this.restored = false;
    this.sources.set(routerKey(router), router);
    if (this.firing) return false;
    this.sequence += 1;
    this.startsAt = startsAt;
    this.endsAt = null;
    this.changedAt = at;
    this.hushed = false;
    return true;
  }

  /** @returns whether it is over by that */
  clear(router: VirtualRouterId, at: Instant, endsAt: WallTime): boolean {
    this.sources.delete(routerKey(router));
    if (this.sources.size > 0 || !this.firing) return false;
    this.sequence += 1;
    // The wall clock may have been stepped back meanwhile.
    this.endsAt = endsAt > this.startsAt ? endsAt : this.startsAt;
    this.changedAt = at;
    this.restored = false;
    this.#inhibitors = 0;
    this.#releasedAt = null;
    return true;
  }

  /** By how many other conditions it is explained now. */
  explained(inhibitors: number, at: Instant): void {
    if (inhibitors > 0) this.hushed = true;
    if (this.#inhibitors > 0 && inhibitors === 0) this.#releasedAt = at;
    this.#inhibitors = inhibitors;
  }

  isInhibited(now: Instant): boolean {
    // What explained it in an earlier run has yet to be heard of in this one.
    if (this.restored && this.hushed) return true;
    return this.#inhibitors > 0 || (this.#releasedAt !== null && now < plus(this.#releasedAt, LINGER));
  }
}
