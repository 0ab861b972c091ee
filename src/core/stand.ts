import { type Duration, type Instant, micros, millis, seconds, since } from "../lib/time.ts";
import { type DisagreementField, disagreementFields, refusedFor } from "./disagreement.ts";
import type { Sender } from "./sender.ts";

/** A keepalived that hears a weaker claim answers within a few milliseconds; 19 were measured at a loaded one. */
const ANSWER = millis(20);

const RACE_SHARE = 0.25;
const LONGEST_RACE_SHARE = 0.75;
const RACE = millis(100);

/** A master that goes on is heard again within so many of its intervals. */
const GOING_ON = 1.5;

/** Put off by so much of an interval, an advert is later than a busy sender is by itself. */
const PUT_OFF = 1.35;

/** An advert that comes earlier after the sender's last one is no beat of its own: an answer, a farewell, the pair of a reload. */
const BEAT = 0.9;

/** By how much the timer of a keepalived may be off, as a part of its interval and at least. */
const TIMER_SHARE = 0.05;
const TIMER_SLACK = millis(10);

/** A silent master of a split is believed to be one for so many of its intervals, and at least so long. */
const SILENT_INTERVALS = 30;
const SILENT_AT_LEAST = seconds(10);

/** Whatever interval a single packet claims. */
const SILENT_AT_MOST = seconds(60);

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

  /** Until when the weaker one counts as master although it is silent; null: as long as any other. */
  silentUntil(weaker: Sender): Instant | null {
    // Only who speaks puts it off.
    return this.refused && this.against.claims ? silentUntil(weaker) : null;
  }

  /** Whether it shows that each refuses the adverts of the other: either may then keep the other silent. */
  get isMutual(): boolean {
    return this.isSplit && this.field !== null;
  }

  /** The weaker one has spoken. `previousAt`: its advert before; null: this is its first. */
  spoke(weaker: Sender, at: Instant, previousAt: Instant | null, unsure: boolean): void {
    const better = this.against;
    this.#compare(weaker, at);
    const silence = since(at, better.lastAdvertAt);
    const goesOn = (previousAt !== null && better.lastAdvertAt > previousAt) || silence < GOING_ON * better.lastAdvert.interval;
    const { interval } = weaker.lastAdvert;
    const isBeat = previousAt === null || since(at, previousAt) >= BEAT * interval;
    // Who refuses what the better one says began beside it, and may keep it silent from the first packet on.
    const knew = this.heardSince === null ? this.field !== null : goesOn && since(at, this.heardSince) >= raceWindow(interval);
    if (knew && isBeat && !unsure) this.defiances += 1;
    this.askedAt ??= at;
  }

  /** Another one is the rival now: what was between it and the last one says nothing of this one. */
  turnTo(against: Sender): void {
    if (against === this.against) return;
    this.against = against;
    this.field = null;
    this.#forget();
    this.heardSince = null;
  }

  /** The priorities have changed so that the other one should yield: what both know of each other stays. */
  turned(against: Sender, at: Instant): Stand {
    const turned = new Stand(against, this.since);
    turned.defiances = this.defiances;
    turned.refused = this.refused;
    turned.field = this.field;
    turned.heardSince = at;
    return turned;
  }

  /** The better one has spoken. `gap`: since its advert before; `heardSince`: an answer before that may have been missed. */
  contradicted(weaker: Sender, at: Instant, gap: Duration | null, heardSince: Instant): void {
    this.heardSince ??= at;
    this.#compare(weaker, at);
    if (this.askedAt === null) return;
    const { askedAt } = this;
    this.askedAt = null;
    if (askedAt < heardSince) return;
    const delay = since(at, askedAt);
    const { ipId, lastAdvert, claimAdverts } = this.against;
    const { interval } = lastAdvert;
    // Its answer was sent, and lost on its way here.
    if (ipId.mode !== "irregular" && ipId.step !== null && ipId.step > 1) return;
    // Nobody answers what it refuses: then two timers ran out together.
    if (this.field === null && delay <= raceWindow(interval)) {
      // In between it may be either.
      if (delay <= Math.min(ANSWER, RACE_SHARE * interval)) this.answered += 1;
      return;
    }
    this.unanswered += 1;
    if (this.field !== null) this.refused = true;
    else if (ipId.step === 1 && claimAdverts > 1 && gap !== null && wasPutOff(gap, delay, interval)) this.refused = true;
  }

  /** Once they do not differ any more, nothing of what they did to each other counts: they have yet to show what they believe now. */
  #compare(weaker: Sender, at: Instant): void {
    const before = this.field;
    this.field = refusedFor(this.against.lastAdvert, weaker.lastAdvert);
    if (before === null || this.field !== null) return;
    this.#forget();
    this.heardSince = at;
    // Who is silent has yet to show that it yields.
    if (weaker.lastAdvertAt < at) weaker.outrankedAt = at;
  }

  #forget(): void {
    this.refused = false;
    this.defiances = 0;
    this.unanswered = 0;
    this.answered = 0;
    this.askedAt = null;
  }
}

/** Until when a master is believed to hold on without a word: a keepalived that is put off by every packet of the other may say nothing at all. */
export const silentUntil = ({ lastAdvertAt, lastAdvert }: Sender): Instant =>
  (lastAdvertAt + Math.min(Math.max(SILENT_INTERVALS * lastAdvert.interval, SILENT_AT_LEAST), SILENT_AT_MOST)) as Instant;

/** Whether an advert came one interval after a packet of another router instead of one after the sender's own (keepalived, vrrp_dispatcher_read). */
function wasPutOff(gap: Duration, delay: Duration, interval: Duration): boolean {
  const slack = Math.max(TIMER_SLACK, TIMER_SHARE * interval);
  return Math.abs(delay - interval) <= slack && gap > PUT_OFF * interval && gap <= 2 * interval + slack;
}
