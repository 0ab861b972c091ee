import { type Duration, type Instant, micros, millis, seconds, since } from "../lib/time.ts";
import { type DisagreementField, disagreementFields, refusedFor } from "./disagreement.ts";
import type { Sender } from "./sender.ts";

const RACE_SHARE = 0.25;
const LONGEST_RACE_SHARE = 0.75;
const RACE = millis(100);

/** A master that goes on is heard again within so many of its intervals. */
const GOING_ON = 1.5;

/** By how much the timer of a keepalived may be off, as a part of its interval and at least. */
const TIMER_SHARE = 0.05;
const TIMER_SLACK = millis(10);

/** A silent master of a split is believed to be one for so many of its intervals, and at least so long. */
const SILENT_INTERVALS = 30;
const SILENT_AT_LEAST = seconds(10);

/**
 * How long after an advert another may follow that was sent without knowledge of it, and how long an answer to it takes: in elections among
 * backups of close priority 95 ms were measured, with an interval of 100 ms.
 */
export function raceWindow(interval: Duration): Duration {
  return micros(Math.max(RACE_SHARE * interval, Math.min(RACE, LONGEST_RACE_SHARE * interval)));
}

/**
 * A sender that claims to be master beside a better claim: has it had the chance to hear the other, and does it go on? Has the other
 * heard it, and does it answer? (design: "illegal claim"; RFC 9568 §6.4.3.)
 */
export class Stand {
  /** Who outranks it. */
  against: Sender;
  /** When the better claim was heard first while this one lived. */
  heardSince: Instant | null = null;
  /** Adverts sent although the better claim, which goes on, had been heard before. */
  defiances = 0;
  /** When it first spoke against the better claim. */
  readonly since: Instant;
  /** The last advert that the better one has not yet had the time to answer. */
  askedAt: Instant | null = null;
  answered = 0;
  unanswered = 0;
  /** The better one got its advert and refused it: it says something else, or put its own advert off without an answer. */
  refused = false;
  /** What they disagree about, as far as that shows; null: nothing. */
  field: DisagreementField | null = null;

  constructor(against: Sender, since: Instant) {
    this.against = against;
    this.since = since;
  }

  /** Changes when something does that a condition hangs on. */
  get state(): number {
    const counts = Math.min(this.defiances, 2) + 3 * Math.min(this.unanswered, 2) + 9 * Math.min(this.answered, 1);
    return counts + (this.refused ? 18 : 0) + 36 * (this.field === null ? 0 : 1 + disagreementFields.indexOf(this.field));
  }

  /** Whether two masters hold the virtual router, beyond any race. */
  get isSplit(): boolean {
    return this.refused || this.defiances >= (this.field === null ? 2 : 1);
  }

  /** Until when it counts as master although it is silent: a keepalived that is put off by every packet of the other may say nothing at all. */
  silentUntil({ lastAdvertAt, lastAdvert }: Sender): Instant | null {
    if (!this.refused) return null;
    return (lastAdvertAt + Math.max(SILENT_INTERVALS * lastAdvert.interval, SILENT_AT_LEAST)) as Instant;
  }

  /** The weaker one has spoken. `previousAt`: its advert before; null: this is its first. */
  spoke(weaker: Sender, at: Instant, previousAt: Instant | null, unsure: boolean): void {
    const better = this.against;
    this.field = refusedFor(better.lastAdvert, weaker.lastAdvert);
    const silence = since(at, better.lastAdvertAt);
    const goesOn = (previousAt !== null && better.lastAdvertAt > previousAt) || silence < GOING_ON * better.lastAdvert.interval;
    if (this.heardSince !== null && goesOn && !unsure && since(at, this.heardSince) >= raceWindow(weaker.lastAdvert.interval))
      this.defiances += 1;
    this.askedAt = at;
  }

  /** The better one has spoken. `gap`: since its advert before; `heardSince`: an answer before that may have been missed. */
  contradicted(weaker: Sender, at: Instant, gap: Duration | null, heardSince: Instant): void {
    this.heardSince ??= at;
    this.field = refusedFor(this.against.lastAdvert, weaker.lastAdvert);
    if (this.refused && this.field === null && this.#wasVisible) this.refused = false;
    if (this.askedAt === null) return;
    const { askedAt } = this;
    this.askedAt = null;
    if (askedAt < heardSince) return;
    const delay = since(at, askedAt);
    const { interval } = this.against.lastAdvert;
    if (delay <= raceWindow(interval)) {
      this.answered += 1;
      return;
    }
    this.unanswered += 1;
    if (this.field !== null) {
      this.refused = true;
      this.#wasVisible = true;
    } else if (gap !== null && wasPutOff(gap, delay, interval)) this.refused = true;
  }

  /** Whether it was seen what they disagreed about, so that its end shows as well. */
  #wasVisible = false;
}

/** Whether an advert came one interval after a packet of another router instead of one after the sender's own (keepalived, vrrp_dispatcher_read). */
function wasPutOff(gap: Duration, delay: Duration, interval: Duration): boolean {
  const slack = Math.max(TIMER_SLACK, TIMER_SHARE * interval);
  return Math.abs(delay - interval) <= slack && gap > interval + 2 * slack;
}
