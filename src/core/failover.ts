import { type Duration, type Instant, micros, plus, type Stamp, seconds, since, type WallTime, wallPlus } from "../lib/time.ts";
import type { Event, FailoverEvent, MasterChangeReason, VirtualRouterId } from "./events.ts";
import { FailoverLog, type PhaseDurations } from "./failover-log.ts";
import { type HostOfTakeover, witnessTakeover } from "./host/takeover-witness.ts";
import { inevitableGap } from "./inevitable.ts";
import { afterResignation, heardSinceThen, type LastWord, lastWordOf } from "./last-word.ts";
import type { Sender } from "./sender.ts";

/**
 * How long after the first advert of a new master the rest is waited for. keepalived announces at once and again 5 s later
 * (`garp_master_delay`): where the first announcements were lost, the network learns of the new master from those. One second
 * more is for a loaded host.
 */
export const PATIENCE = seconds(6);

/** Who was lost and who took over, as the virtual router sees it. */
export interface MasterChange extends Stamp {
  readonly from: string | null;
  readonly to: Sender;
  readonly reason: MasterChangeReason;
  /** The master until now; null where it was lost before: see `lost`. */
  readonly old: Sender | null;
  /** Somebody else claims it besides these two. */
  readonly contested: boolean;
  /** Nothing before this instant proves that somebody was silent; null: nothing is heard now. */
  readonly heardSince: Instant | null;
}

/** A change whose phases are not complete yet. */
interface Failover {
  readonly change: MasterChange;
  /** null: the change was not heard well enough to measure anything. */
  readonly last: LastWord | null;
  readonly planned: boolean;
  readonly inevitable: Duration | null;
  /** The new master is this host. */
  readonly local: boolean;
  readonly deadline: Instant;
  /** Something was not heard since: what comes is not the first. */
  blind: boolean;
  announced: Stamp | null;
  notified: Stamp | null;
  addressPresent: Stamp | null;
}

/** What the follower needs of the virtual router. */
export interface FailoverContext {
  readonly id: VirtualRouterId;
  /** Asked for each time: the user may change it. */
  downTimerAdverts(): number;
  readonly host: HostOfTakeover;
  emit(event: Event): void;
}

/**
 * Follows each change of master of one virtual router until its phases are known, or will not be known any more:
 *
 *   last advert ─▶ detection ─▶ first advert ─┬▶ addresses present (this host only)
 *    of the old master           of the new    └▶ first announcement
 *
 * The adverts of a living master do not come here.
 */
export class FailoverFollower {
  readonly #context: FailoverContext;
  readonly #log = new FailoverLog();
  #lost: LastWord | null = null;
  #open: Failover | null = null;

  constructor(context: FailoverContext) {
    this.#context = context;
  }

  get log(): FailoverLog {
    return this.#log;
  }

  /** When the rest is given up; undefined while nothing is waited for. */
  get deadline(): Instant | undefined {
    return this.#open?.deadline;
  }

  /** The master is none any more, and nobody has followed yet. */
  lost(master: Sender): void {
    this.#lost = lastWordOf(master);
  }

  /** A sender that is not master resigned. */
  resigned(sender: Sender): void {
    if (this.#lost !== null) this.#lost = afterResignation(this.#lost, sender);
  }

  /**
   * The master has changed: what was open before is over.
   * @returns what the protocol makes inevitable between the two; null where that is not known
   */
  changed(change: MasterChange): Duration | null {
    const { old, to, reason, at, wall } = change;
    this.settle(at, wall);
    const last = old === null ? this.#lost : lastWordOf(old);
    this.#lost = null;
    if (last === null || reason === "initial") return null;
    const inevitable = inevitableGap(reason, last.advert, to.priority ?? 0, this.#context.downTimerAdverts());
    this.#open = {
      change,
      last: inevitable !== null && isMeasured(change, last) ? last : null,
      planned: reason === "preempted" || (reason === "priority_zero" && !last.fault),
      inevitable,
      local: to.local,
      deadline: plus(at, PATIENCE),
      blind: false,
      announced: null,
      notified: null,
      addressPresent: null,
    };
    return inevitable;
  }

  /** To be called after everything that may have completed it, and once the change itself is reported. */
  proceed(at: Instant, wall: WallTime): void {
    const open = this.#open;
    if (open === null) return;
    if (open.last === null) this.settle(at, wall);
    else if (!this.#awaitsHost(open, open.last) && open.announced !== null) {
      // What this host says may arrive after a frame that is younger.
      const end = open.announced.at > at ? open.announced : { at, wall };
      this.settle(end.at, end.wall);
    }
  }

  /** The new master has announced one of the addresses. */
  announced(at: Instant, wall: WallTime): void {
    const open = this.#open;
    if (open === null || open.blind) return;
    open.announced ??= { at, wall };
    this.proceed(at, wall);
  }

  /** Something may have been missed. */
  missed(): void {
    if (this.#open !== null) this.#open.blind = true;
  }

  /** Reports what is open as far as it is known. */
  settle(at: Instant, wall: WallTime): void {
    const open = this.#open;
    if (open === null) return;
    this.#open = null;
    const event = eventOf(open, this.#context.id, { at, wall });
    this.#log.note({ durations: durationsOf(open), inevitable: open.inevitable, excess: event.excess });
    this.#context.emit(event);
  }

  /** @returns whether this host may still tell more of it */
  #awaitsHost(open: Failover, last: LastWord): boolean {
    if (!open.local) return false;
    const seen = witnessTakeover(this.#context.host, last.at, open.deadline);
    open.addressPresent ??= byClockOf(open.change, seen.addressPresent);
    open.notified ??= byClockOf(open.change, seen.notified);
    const detects = open.change.reason !== "preempted";
    return (open.addressPresent === null && seen.awaitsAddress) || (detects && open.notified === null && seen.awaitsNotify);
  }
}

/** Whether all of it was heard, and nobody else was master at the time: else no instant is what it seems to be. */
function isMeasured({ contested, heardSince, to, at }: MasterChange, last: LastWord): boolean {
  return !contested && heardSince !== null && heardSinceThen(last, heardSince) && to.claimedAt === at;
}

/** When the new master had to take the old one for gone. A living one that is preempted is not gone. */
function detectionOf({ change, last, inevitable, notified }: Failover): (Stamp & { readonly by: "notify" | "computed" }) | null {
  if (last === null || inevitable === null || change.reason === "preempted") return null;
  // keepalived calls a little after its first advert, which the same expiry of its timer sent.
  if (notified !== null) return { ...firstOf(notified, change), by: "notify" };
  return { ...firstOf({ at: plus(last.at, inevitable), wall: wallPlus(last.wall, inevitable) }, change), by: "computed" };
}

/** What the host says has a coarser wall clock than frames have. */
const byClockOf = (frame: Stamp, fact: Stamp | null): Stamp | null =>
  fact === null ? null : { at: fact.at, wall: wallPlus(frame.wall, since(fact.at, frame.at)) };

const firstOf = (a: Stamp, b: Stamp): Stamp => {
  const { at, wall } = a.at <= b.at ? a : b;
  return { at, wall };
};

/** @returns 0 for what came before the instant that it is measured from: the clocks of two sources */
const between = (from: Stamp | null, to: Stamp | null): Duration | null =>
  from === null || to === null ? null : micros(Math.max(0, since(to.at, from.at)));

function durationsOf(open: Failover): PhaseDurations {
  const { change, last, addressPresent, announced } = open;
  const detected = detectionOf(open);
  return {
    detection: between(last, detected),
    advert: between(detected, change),
    address: between(change, addressPresent),
    announcement: between(change, announced),
  };
}

/** Of a living master's silence, one interval is none of the takeover's. */
function excessOf({ change, last, inevitable }: Failover): Duration | null {
  if (last === null || inevitable === null) return null;
  const gap = since(change.at, last.at);
  return change.reason === "preempted" ? micros(Math.max(0, gap - last.advert.interval)) : micros(gap - inevitable);
}

function eventOf(open: Failover, router: VirtualRouterId, { at, wall }: Stamp): FailoverEvent {
  const { change, last, planned, inevitable, addressPresent, announced } = open;
  const detected = detectionOf(open);
  return {
    kind: "failover",
    at,
    wall,
    router,
    from: change.from,
    to: change.to.source,
    reason: change.reason,
    planned,
    gap: between(last, change),
    inevitable,
    excess: excessOf(open),
    detectedBy: detected?.by ?? null,
    phases: {
      lastAdvert: last?.wall ?? null,
      detected: detected?.wall ?? null,
      firstAdvert: last === null ? null : change.wall,
      addressPresent: addressPresent?.wall ?? null,
      announced: announced?.wall ?? null,
    },
  };
}
