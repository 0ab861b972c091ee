import { addressOrder } from "../lib/addresses.ts";
import { type Duration, earlier, type Instant, later, micros, plus, since, type WallTime } from "../lib/time.ts";
import type { Direction } from "../wire/frame.ts";
import type { RetainedAdvert } from "./disagreement.ts";
import { IpIdTracker } from "./ip-id.ts";
import { MacHistory } from "./mac-history.ts";
import { type Stand, silentUntil } from "./stand.ts";
import { claimLifetime, stepDownSilence } from "./timing.ts";
import type { SenderView } from "./view.ts";

/** An interval so many times that of the master is doubted. */
const PROPORTION = 4;
/** Until an advert came so much of it after the one before. */
const KEPT = 0.8;

/** One source address that advertises in one virtual router. */
export class Sender implements SenderView {
  readonly source: string;
  received = 0;
  sent = 0;
  priorityZero = 0;
  priority: number | null = null;
  /** When it advertised another priority than before, last; null: never. */
  priorityChangedAt: Instant | null = null;
  lastAdvertAt: Instant;
  lastAdvertWall: WallTime;
  lastAdvert: RetainedAdvert;
  claims = false;
  /** When its present claim, or the last one, began; undefined before the first. */
  claimedAt: Instant | undefined;
  /** Adverts since its present claim began, or since a better one was last heard. */
  claimAdverts = 0;
  /** When a better claim was heard that this sender has not answered yet. */
  outrankedAt: Instant | undefined;
  /** Its claim ended by silence, but it refuses the adverts of the one who took over: it may well hold on without a word. */
  silentMaster = false;
  /** Its claim beside a better one; null while there is none. */
  stand: Stand | null = null;
  /** It was master here once. */
  wasMaster = false;
  local = false;
  /** Its last advert that was not captured on its way out of this host; null: there was none. */
  arrived: { readonly at: Instant; readonly mac: string | null } | null = null;
  /** How many packets that no router may believe had come before its last advert. */
  invalidBefore = 0;
  readonly macs = new MacHistory();
  readonly firstAt: Instant;
  readonly ipId = new IpIdTracker();
  /** When its counter showed last that adverts of it had been lost on the way; null: never. */
  lostAt: Instant | null = null;
  #addressOrder: string | undefined;
  /** No longer interval than this is believed; null: any. */
  #believed: Duration | null = null;

  constructor(advert: RetainedAdvert, at: Instant, wall: WallTime) {
    this.source = advert.source;
    this.lastAdvert = advert;
    this.lastAdvertAt = at;
    this.lastAdvertWall = wall;
    this.firstAt = at;
  }

  /** The interval that its claim is measured by: of one that is out of all proportion nothing is believed before it was kept. */
  get interval(): Duration {
    const { interval } = this.lastAdvert;
    return this.#believed !== null && this.#believed < interval ? this.#believed : interval;
  }

  /** It comes to a virtual router whose master advertises with this interval. */
  comesTo(established: Duration): void {
    if (this.lastAdvert.interval > PROPORTION * established) this.#believed = micros(PROPORTION * established);
  }

  get mac(): string | null {
    return this.lastAdvert.mac;
  }

  get adverts(): number {
    return this.received + this.sent;
  }

  heard(advert: RetainedAdvert, at: Instant, wall: WallTime, direction: Direction, ipId: number | null): void {
    if (this.#believed !== null && this.adverts > 0 && since(at, this.lastAdvertAt) >= KEPT * this.lastAdvert.interval)
      this.#believed = null;
    this.macs.observe(this.mac, advert.mac, this.lastAdvertAt, at);
    this.lastAdvert = advert;
    this.lastAdvertAt = at;
    this.lastAdvertWall = wall;
    if (direction === "out") this.sent += 1;
    else {
      this.received += 1;
      this.arrived = { at, mac: advert.mac };
    }
    this.local = direction === "out";
    const { lost } = this.ipId;
    this.ipId.observe(ipId);
    if (this.ipId.lost > lost) this.lostAt = at;
    this.outrankedAt = undefined;
    this.silentMaster = false;
    if (advert.priority === 0) {
      this.priorityZero += 1;
      this.claims = false;
      this.claimAdverts = 0;
      this.stand = null;
    } else {
      if (this.priority !== null && this.priority !== advert.priority) this.priorityChangedAt = at;
      this.priority = advert.priority;
      if (!this.claims) this.claimedAt = at;
      this.claims = true;
      this.claimAdverts += 1;
    }
  }

  /** A better claim was heard: unless this sender speaks again, it has stepped down. */
  yieldTo(at: Instant): void {
    this.outrankedAt ??= at;
    this.claimAdverts = 0;
  }

  endClaim(): void {
    this.claims = false;
    this.silentMaster = false;
    this.claimAdverts = 0;
    this.outrankedAt = undefined;
    this.stand = null;
  }

  /**
   * When silence ends the claim.
   * @param heardSince nothing before this instant proves silence.
   */
  claimEnds(heardSince: Instant, downTimerAdverts: number): Instant {
    const { version } = this.lastAdvert;
    const { interval } = this;
    const silent = this.silentMaster ? silentUntil(this) : (this.stand?.silentUntil(this) ?? null);
    if (silent !== null) return silent;
    const expires = plus(this.#silentSince(heardSince), claimLifetime(version, interval, downTimerAdverts));
    if (this.outrankedAt === undefined) return expires;
    const yields = plus(later(this.outrankedAt, heardSince), stepDownSilence(interval));
    return earlier(yields, expires);
  }

  forgottenAt(heardSince: Instant, forgetAfter: Duration): Instant {
    return plus(this.#silentSince(heardSince), forgetAfter);
  }

  #silentSince(heardSince: Instant): Instant {
    return later(this.lastAdvertAt, heardSince);
  }

  /** Whether the protocol prefers this sender: higher priority, then the numerically higher address (RFC 9568 §6.4.3). */
  outranks(other: Sender): boolean {
    const mine = this.priority ?? 0;
    const theirs = other.priority ?? 0;
    return mine !== theirs ? mine > theirs : this.#order() > other.#order();
  }

  /** The address in a form whose order as text is its numeric order, made when first needed. */
  #order(): string {
    this.#addressOrder ??= addressOrder(this.source);
    return this.#addressOrder;
  }
}
