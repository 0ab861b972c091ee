import { type Duration, type Instant, later, micros, plus, seconds, since, type WallTime, wallPlus } from "../lib/time.ts";
import type { Advert } from "../wire/decoded.ts";
import { Cadence, LATE_FROM, missedIn } from "./cadence.ts";
import { ChangeHistory } from "./change-history.ts";
import { Aspect } from "./conditions/aspects.ts";
import type { Blindness, Intruder, Loss, Sighting, WireSubject } from "./conditions/subject.ts";
import type { Deadlined } from "./deadlines.ts";
import { type DisagreementField, disagreementFields, disagreesOn, type RetainedAdvert } from "./disagreement.ts";
import type { Event, MasterChangeReason, VirtualRouterId } from "./events.ts";
import { FailoverFollower } from "./failover.ts";
import type { JoinedRouter } from "./host/joined-router.ts";
import type { Suspect } from "./host/suspect.ts";
import type { Input } from "./input.ts";
import { findIntruder } from "./intruder.ts";
import { InvalidLog } from "./invalid-log.ts";
import { LateLog } from "./late-log.ts";
import type { EngineOptions } from "./options.ts";
import { mayHearEachOther } from "./reach.ts";
import { Sender } from "./sender.ts";
import { Stand } from "./stand.ts";
import { Stopwatch } from "./stopwatch.ts";
import { masterDownInterval, takeoverSilence } from "./timing.ts";
import { TransitionLog } from "./transition-log.ts";
import type { EvictionKind, SenderView, VirtualRouterView } from "./view.ts";

const LONGEST_PATIENCE = seconds(2);

/** A router that sent so many adverts was no passing forgery. */
const ESTABLISHED_ADVERTS = 10;

/** Who speaks again after so long is news, though it says the same. */
const RETURNED = seconds(5);

/** So many times in which something was missed are remembered. */
const GAPS_KEPT = 8;

/** So many packets that nobody may believe between two adverts of a master put the second one off. */
const STARVING = 2;

/** Changes without a gap: nobody before, the survivor of a split had been there all the time, or we did not hear it. */
const UNMEASURED: ReadonlySet<MasterChangeReason> = new Set(["initial", "split_resolved", "unknown"]);

type AdvertInput = Extract<Input, { kind: "advert" }>;

/** What a virtual router needs of the engine around it. */
export interface RouterContext {
  readonly options: EngineOptions;
  emit(event: Event): void;
  evicted(kind: EvictionKind, count: number): void;
  /** What the host knows of a virtual router that has just been heard. */
  join(router: VirtualRouter): JoinedRouter;
  /** What made this host advertise another priority; undefined where that is not sure. */
  suspectOf(router: JoinedRouter, from: number, to: number): Suspect | undefined;
  /** The advert as it may be kept: with no more addresses than the bound. */
  retained(advert: Advert): RetainedAdvert;
}

/** Why nobody is master: who was it, and how it was lost. */
interface Vacancy {
  /** null once the loss was reported as `to: null`. */
  readonly from: string | null;
  readonly reason: MasterChangeReason;
  /** It was never seen as master, only resigning: the next one is the first. */
  readonly unseen: boolean;
}

/**
 * One virtual router as its adverts show it: who claims to be master, and which of them the protocol says it is.
 *
 * A claim begins with an advert of non-zero priority and ends when its sender resigns, when another takes over
 * legitimately, or by silence. Of several living claims the master is the one that outranks the others.
 */
export class VirtualRouter implements Deadlined, WireSubject {
  readonly id: VirtualRouterId;
  readonly order: number;
  queuedFor: Instant;
  position = -1;
  adverts = 0;
  /** Counts up with everything that `joined` follows: the master, its last advert if that was another one, whether it is heard. */
  revision = 0;
  /** What the host around it knows of it. */
  readonly joined: JoinedRouter;
  /** Measures its changes of master. */
  readonly failover: FailoverFollower;

  readonly #context: RouterContext;
  readonly downTimerAdverts: number;
  readonly changes: ChangeHistory;
  readonly late = new LateLog();
  readonly invalid = new InvalidLog();
  carp: Sighting | null = null;
  intruder: Intruder | null = null;
  loss: Loss | null = null;
  readonly blindness: Blindness & { readonly gaps: { readonly from: Instant; readonly until: Instant }[] } = { gaps: [] };
  readonly mismatches = Object.fromEntries(disagreementFields.map((field) => [field, 0])) as Record<DisagreementField, number>;
  readonly #senders = new Map<string, Sender>();
  readonly #firstSeenWall: WallTime;
  #latest: RetainedAdvert;
  /** Addresses of the last advert beyond the bound. */
  #excess = 0;
  #master: Sender | null = null;
  #masterSinceWall: WallTime | null = null;
  /** undefined while there is a master, and before the first one. */
  #vacancy: Vacancy | undefined;
  #hadMaster = false;
  /** Nothing before this instant proves that somebody was silent. */
  #heardSince: Instant;
  /** When that time without proof began: who was not heard since may be gone. */
  #blindFrom: Instant;
  #deaf = false;
  #lastSource = "";
  #lastAt: Instant;
  #lastOtherAt: Instant | undefined;
  /** Between this advert and the one before it, whoever sent that. */
  #silence: Duration | null = null;
  readonly #transitions = new TransitionLog();
  readonly #cadence = new Cadence();
  readonly #withoutMaster = new Stopwatch();
  readonly #withSeveral = new Stopwatch();
  /** Why the present master came. */
  #masterReason: MasterChangeReason = "initial";
  /** Last time that somebody spoke against the master. */
  #contestedAt: Instant | undefined;

  constructor(id: VirtualRouterId, order: number, first: AdvertInput, context: RouterContext) {
    this.id = id;
    this.joined = context.join(this);
    this.order = order;
    this.queuedFor = first.at;
    this.#context = context;
    this.downTimerAdverts = context.options.downTimerAdverts(id);
    this.changes = new ChangeHistory(Number(context.options.conditions(id).flapping.options["changes"]));
    this.failover = new FailoverFollower({
      id,
      downTimerAdverts: this.downTimerAdverts,
      host: this.joined,
      emit: (event) => context.emit(event),
    });
    this.#firstSeenWall = first.wall;
    this.#heardSince = first.at;
    this.#blindFrom = first.at;
    this.#lastAt = first.at;
    this.#latest = context.retained(first.advert);
    this.revision = 1;
  }

  /** The next instant at which time alone changes something. */
  get deadline(): Instant | undefined {
    const rest = this.failover.deadline;
    const { expiry } = this;
    return rest === undefined || (expiry !== undefined && expiry < rest) ? expiry : rest;
  }

  /** The next instant at which silence ends a claim or makes a sender forgotten. */
  get expiry(): Instant | undefined {
    if (this.#deaf) return this.#deafEnds;
    let earliest: Instant | undefined;
    for (const sender of this.#senders.values()) {
      const due = this.#due(sender);
      if (earliest === undefined || due < earliest) earliest = due;
    }
    return earliest;
  }

  /** By when a real one would have been heard again, with little patience for long intervals. */
  get secondAdvertDue(): Instant {
    return plus(this.#lastAt, micros(Math.min(1.5 * this.#latest.interval, LONGEST_PATIENCE)));
  }

  get isEmpty(): boolean {
    return this.#senders.size === 0;
  }

  /** The master as far as that is heard now: not if another may have followed while we were deaf. */
  confirmedMaster(now: Instant): SenderView | null {
    const master = this.#master;
    if (master === null || this.#deaf) return null;
    if (!this.#isUnconfirmed(master)) return master;
    const { version, interval } = master.lastAdvert;
    // Who lost no more than a few adverts of it is not unsure of it yet.
    return since(now, master.lastAdvertAt) <= masterDownInterval(version, interval, 1, this.downTimerAdverts) ? master : null;
  }

  /** Of the last advert of the master, or of the last advert at all. */
  get addresses(): readonly string[] {
    return (this.#master?.lastAdvert ?? this.#latest).addresses;
  }

  /** The sender on this host, while it claims to be master. */
  get localClaim(): SenderView | null {
    for (const sender of this.#senders.values()) if (sender.local && sender.claims) return sender;
    return null;
  }

  /** Whether one of its senders has this MAC. */
  hasMac(mac: string): boolean {
    for (const sender of this.#senders.values()) if (sender.mac === mac) return true;
    return false;
  }

  /** Nobody claims it, nobody is waited for, and what is reported of it, if anything, was never more than a few adverts. */
  get isExpendable(): boolean {
    if (this.#claims > 0) return false;
    if (this.#vacancy !== undefined && this.#vacancy.from !== null) return false;
    return this.loss === null || this.adverts < ESTABLISHED_ADVERTS;
  }

  get hearing(): boolean {
    return !this.#deaf;
  }

  get deafSince(): Instant | null {
    return this.#deaf ? this.#blindFrom : null;
  }

  get heardSince(): Instant {
    return this.#heardSince;
  }

  get master(): Sender | null {
    return this.#master;
  }

  get senders(): Iterable<Sender> {
    return this.#senders.values();
  }

  get interval(): Duration {
    return (this.#master?.lastAdvert ?? this.#latest).interval;
  }

  get lastAdvertAt(): Instant {
    return this.#lastAt;
  }

  /** A packet that names it, and that no router may believe. */
  rejected({ reason, partial, at }: Extract<Input, { kind: "rejected" }>): void {
    if (this.invalid.note(reason, partial.source ?? null, partial.mac ?? null, at)) this.joined.board.mark(Aspect.invalid);
  }

  /** CARP goes by the same number here. */
  metCarp(sighting: Sighting): void {
    const news = this.carp === null || since(sighting.at, this.carp.at) >= seconds(1);
    this.carp = sighting;
    if (news) this.joined.board.mark(Aspect.carp);
  }

  advert(input: AdvertInput): void {
    const { advert, at } = input;
    this.adverts += 1;
    const sender = this.#senders.get(advert.source) ?? this.#admit(input);
    const previousAt = sender.adverts > 0 ? sender.lastAdvertAt : null;
    const gap = this.#gapTo(advert.source, at);
    this.#silence = this.adverts > 1 ? since(at, this.#lastAt) : null;
    if (sender === this.#master && advert.priority !== 0) this.#observeCadence(sender, advert, at);
    const before = sender.priority;
    this.#noteSource(advert.source, at);
    const latest = this.#latest;
    const retained = this.#retain(advert);
    if (sender !== this.#master || retained !== sender.lastAdvert) this.#compare(sender, latest, retained, at);
    if (retained !== sender.lastAdvert || (sender === this.#master && this.#isUnconfirmed(sender))) this.revision += 1;
    const claimed = sender.claims;
    const isCopy = previousAt !== null && isCopyOf(sender.lastAdvert, advert, since(at, previousAt));
    sender.heard(retained, at, input.wall, input.direction, input.ipId);

    if (this.adverts === 1) this.#announce(input);
    if (before !== null && advert.priority !== 0 && advert.priority !== before) {
      const suspect = sender.local ? this.#context.suspectOf(this.joined, before, advert.priority) : undefined;
      this.#context.emit({
        kind: "priority_changed",
        at,
        wall: input.wall,
        router: this.id,
        sender: sender.source,
        from: before,
        to: advert.priority,
        ...(suspect !== undefined && { suspect }),
      });
    }

    if (advert.priority === 0) {
      if (claimed) this.joined.board.mark(Aspect.claims);
      this.#resign(sender);
    } else this.#claim(sender, input, gap, previousAt, isCopy);
    sender.invalidBefore = this.invalid.total;
    this.#runStopwatches(at);
  }

  /** Fires what is due at `at`; the caller repeats until `deadline` lies behind it. */
  expire(at: Instant, wall: WallTime): void {
    const rest = this.failover.deadline;
    if (rest !== undefined && rest <= at) this.failover.settle(at, wall);
    if (this.#deaf) {
      if (this.#deafEnds <= at) this.#senders.clear();
      return;
    }
    for (const sender of [...this.#senders.values()]) {
      if (this.#due(sender) > at) continue;
      if (sender.claims) this.#endClaim(sender);
      else if (sender.source !== this.#vacancy?.from) this.#senders.delete(sender.source);
      this.joined.board.mark(Aspect.adverts);
      if (sender === this.#master) this.#lose({ from: sender.source, reason: "no_response", unseen: false });
    }
    if (this.#master === null) this.#settleVacancy(at, wall);
    this.#runStopwatches(at);
  }

  /** From now on nothing is heard where this virtual router lives. */
  deafen(at: Instant): void {
    if (this.#deaf) return;
    this.#deaf = true;
    this.revision += 1;
    this.#blindFrom = at;
    this.joined.board.mark(Aspect.capture);
    this.failover.missed();
    this.#runStopwatches(at);
  }

  /** It is heard again. */
  listen(at: Instant): void {
    if (!this.#deaf) return;
    this.#deaf = false;
    this.revision += 1;
    this.#heardSince = at;
    this.joined.board.mark(Aspect.capture);
    this.#runStopwatches(at);
  }

  /** Adverts between these instants may have been missed. */
  miss(from: Instant, until: Instant): void {
    if (!this.#deaf && from >= this.#heardSince) this.#blindFrom = from;
    if (until > this.#heardSince) this.#heardSince = until;
    this.blindness.gaps.push({ from, until });
    if (this.blindness.gaps.length > GAPS_KEPT) this.blindness.gaps.shift();
    this.joined.board.mark(Aspect.capture);
    this.failover.missed();
  }

  view(now: Instant): VirtualRouterView {
    const master = this.#master;
    const advert = master?.lastAdvert ?? this.#latest;
    const heard = master === null ? this.#heardSince : later(master.lastAdvertAt, this.#heardSince);
    return {
      id: this.id,
      hearing: !this.#deaf,
      firstSeenWall: this.#firstSeenWall,
      version: advert.version,
      interval: advert.interval,
      addresses: advert.addresses,
      senders: [...this.#senders.values()],
      master,
      masterSinceWall: master === null ? null : this.#masterSinceWall,
      claims: this.#claims,
      masterDownInterval: masterDownInterval(advert.version, advert.interval, 1, this.downTimerAdverts),
      lateness: this.#cadence,
      missedAdverts: this.#cadence.missed,
      consecutiveMissed: master === null || this.#deaf ? 0 : Math.max(0, missedIn(since(now, heard), advert.interval)),
      transitions: this.#transitions.counts,
      lastTransitionWall: this.#transitions.lastWall,
      failoverGap: this.#transitions.gap,
      failovers: this.failover.log,
      noMaster: this.#withoutMaster.total(now),
      multipleMaster: this.#withSeveral.total(now),
      mismatches: this.mismatches,
    };
  }

  #announce(input: AdvertInput): void {
    const { advert, at, wall } = input;
    this.#context.emit({
      kind: "virtual_router_seen",
      at,
      wall,
      router: this.id,
      version: advert.version,
      interval: advert.interval,
      addresses: advert.addresses,
      master: advert.priority === 0 ? null : advert.source,
    });
  }

  #resign(sender: Sender): void {
    this.#dropStandsAgainst(sender);
    if (sender === this.#master) this.#lose({ from: sender.source, reason: "priority_zero", unseen: false });
    else if (this.adverts === 1) this.#lose({ from: sender.source, reason: "priority_zero", unseen: true });
    else this.failover.resigned(sender);
  }

  /** @param isCopy it is the last advert again, for another unicast peer */
  #claim(sender: Sender, input: AdvertInput, gap: Duration | null, previousAt: Instant | null, isCopy: boolean): void {
    const { at, wall } = input;
    const master = this.#master;
    this.#challenge(sender, at);
    this.#oppose(sender, at, previousAt);
    if (sender === master) {
      if (sender.claimAdverts > 1 && !isCopy && this.changes.confirmed()) this.joined.board.mark(Aspect.master);
      return;
    }
    if (master === null) {
      const best = this.#best(sender);
      const vacancy = this.#vacancy?.unseen === true ? undefined : this.#vacancy;
      if (best === sender) this.#install(sender, vacancy?.from ?? null, vacancy?.reason ?? "initial", gap, at, wall, previousAt);
    } else if (!master.claims) {
      const reason = this.#isUnconfirmed(master) ? "unknown" : sender.claimAdverts > 1 ? "split_resolved" : "no_response";
      this.#install(sender, master.source, reason, gap, at, wall, previousAt);
    } else if (sender.outranks(master)) {
      this.#install(sender, master.source, "preempted", gap, at, wall, previousAt);
    }
  }

  /** What an advert of `sender` does to the claims of the others: the rule of a legitimate takeover. */
  #challenge(sender: Sender, at: Instant): void {
    if (this.#senders.size === 1) return;
    const { version } = sender.lastAdvert;
    for (const other of this.#senders.values()) {
      if (other === sender || !other.claims) continue;
      const silentUntil = other.stand?.silentUntil(other) ?? null;
      if (silentUntil !== null && at < silentUntil) {
        if (sender.outranks(other)) other.yieldTo(at);
        continue;
      }
      const silence = takeoverSilence(version, other.lastAdvert.interval, sender.priority ?? 0, this.downTimerAdverts);
      if (since(at, other.lastAdvertAt) >= silence) this.#endClaim(other);
      else if (sender.outranks(other)) other.yieldTo(at);
    }
  }

  /** Whoever claims beside a better one stands against it: what both know of each other shows in who speaks when. */
  #oppose(sender: Sender, at: Instant, previousAt: Instant | null): void {
    if (this.#senders.size === 1) return;
    let better: Sender | undefined;
    for (const other of this.#senders.values()) {
      if (other === sender || !other.claims || !mayHearEachOther(sender, other)) continue;
      if (!sender.outranks(other)) {
        if (better === undefined || other.outranks(better)) better = other;
        continue;
      }
      const before = other.stand?.state;
      other.stand ??= new Stand(sender, at);
      if (sender !== other.stand.against && sender.outranks(other.stand.against)) other.stand.against = sender;
      const silence = previousAt === null ? null : since(at, previousAt);
      if (sender === other.stand.against) other.stand.contradicted(other, at, silence, this.#heardSince);
      if (other.stand.state !== before) this.joined.board.mark(Aspect.claims);
    }
    if (better === undefined) {
      if (sender.stand !== null) this.joined.board.mark(Aspect.claims);
      sender.stand = null;
      return;
    }
    this.#contestedAt = at;
    const before = sender.stand?.state;
    sender.stand ??= new Stand(better, at);
    sender.stand.against = better;
    sender.stand.spoke(sender, at, previousAt, this.#isUnconfirmed(better));
    if (sender.stand.state !== before) this.joined.board.mark(Aspect.claims);
  }

  #endClaim(sender: Sender): void {
    sender.endClaim();
    this.#dropStandsAgainst(sender);
    this.joined.board.mark(Aspect.claims);
  }

  #dropStandsAgainst(sender: Sender): void {
    for (const other of this.#senders.values()) {
      if (other.stand?.against !== sender) continue;
      other.stand = null;
      this.joined.board.mark(Aspect.claims);
    }
  }

  /** What the sender says now, beside what was said before. */
  #compare(sender: Sender, latest: RetainedAdvert, retained: RetainedAdvert, at: Instant): void {
    const news = retained !== sender.lastAdvert || sender.adverts === 0 || since(at, sender.lastAdvertAt) > RETURNED;
    if (news || sender.macs.turnedAt !== null) this.joined.board.mark(Aspect.adverts);
    if (this.adverts === 1) return;
    if (latest.source !== retained.source)
      for (const field of disagreementFields) if (disagreesOn(field, latest, retained)) this.mismatches[field] += 1;
    const intruder = findIntruder(sender, retained, this.#master, at);
    if (intruder !== null) this.intruder = intruder;
  }

  #install(
    sender: Sender,
    from: string | null,
    reason: MasterChangeReason,
    gap: Duration | null,
    at: Instant,
    wall: WallTime,
    previousAt: Instant | null = null,
  ): void {
    const old = this.#master;
    this.#master = sender;
    this.revision += 1;
    this.#vacancy = undefined;
    this.loss = null;
    this.joined.board.mark(Aspect.master);
    this.#hadMaster = true;
    if (from === sender.source) return; // it resigned and took it back before anybody else: no change
    this.#masterSinceWall = wall;
    const measured = UNMEASURED.has(reason) ? null : gap;
    // A master that returns from its own loss: the gap of the event reaches back to another sender, the outage does not.
    this.#transitions.note(reason, measured !== null && from === null ? this.#silence : measured, wall);
    const heardSince = this.#deaf ? null : this.#heardSince;
    const contested = this.#isContested(sender, old, at);
    const inevitable = this.failover.changed({ at, wall, from, to: sender, reason, old, contested, heardSince });
    this.#context.emit({ kind: "master_changed", at, wall, router: this.id, from, to: sender.source, reason, gap: measured, inevitable });
    this.failover.proceed(at, wall);
    if (reason !== "initial") this.#noteChange(sender, from, at, previousAt);
    this.#masterReason = reason;
  }

  /** A backup that takes over for one advert and is told off by the old master had not heard it, because invalid packets put its adverts off. */
  #noteChange(sender: Sender, from: string | null, at: Instant, previousAt: Instant | null): void {
    const undone = this.changes.note(from, sender.source, at);
    if (!undone || this.#masterReason !== "no_response" || previousAt === null || previousAt < this.#heardSince) return;
    if (this.#isStarved(sender)) this.#noteLate(sender, since(at, previousAt), at);
  }

  #isStarved(sender: Sender): boolean {
    return this.invalid.total - sender.invalidBefore >= STARVING;
  }

  #noteLate(sender: Sender, gap: Duration, at: Instant): void {
    const ratio = gap / sender.lastAdvert.interval;
    this.late.note({ sender, at, ratio, starved: this.#isStarved(sender), lostBefore: sender.ipId.lost });
    this.joined.board.mark(Aspect.cadence);
  }

  /** Whether anybody else claimed it until now. One that was outranked before has stepped down. */
  #isContested(master: Sender, old: Sender | null, at: Instant): boolean {
    for (const sender of this.#senders.values())
      if (sender !== master && sender !== old && sender.claims && (sender.outrankedAt ?? at) >= at) return true;
    return false;
  }

  #lose(vacancy: Vacancy): void {
    if (this.#master !== null) this.failover.lost(this.#master);
    this.#master = null;
    this.revision += 1;
    this.#vacancy = vacancy;
    this.joined.board.mark(Aspect.master);
  }

  /** After the last claim ended by silence: another claim is promoted, or the loss is reported. */
  #settleVacancy(at: Instant, wall: WallTime): void {
    const vacancy = this.#vacancy;
    if (vacancy === undefined || vacancy.from === null) return;
    const heir = this.#best();
    if (heir !== undefined) {
      this.#install(heir, vacancy.from, "split_resolved", null, at, wall);
      return;
    }
    const lost = this.#senders.get(vacancy.from);
    if (lost !== undefined && this.#due(lost) > at) return;
    this.#vacancy = { from: null, reason: vacancy.reason, unseen: false };
    for (const sender of this.#senders.values()) this.#endClaim(sender);
    this.#context.emit({
      kind: "master_changed",
      at,
      wall,
      router: this.id,
      from: vacancy.from,
      to: null,
      reason: vacancy.reason,
      gap: null,
      inevitable: null,
    });
    const silence = since(at, this.#lastAt);
    this.loss = { from: vacancy.from, reason: vacancy.reason, at, silence, lastAdvertWall: wallPlus(wall, -silence as Duration) };
    this.joined.board.mark(Aspect.master);
  }

  /**
   * The living claim that outranks all others; `preferred` where none does. One that was outranked and has not spoken
   * since has stepped down, or will have once its time is over: it is no heir.
   */
  #best(preferred?: Sender): Sender | undefined {
    let best = preferred;
    for (const sender of this.#senders.values())
      if (sender.claims && sender.outrankedAt === undefined && (best === undefined || sender.outranks(best))) best = sender;
    return best;
  }

  #due(sender: Sender): Instant {
    // A resigned master is waited for as long as a silent one: until the slowest backup should have taken over.
    if (sender.claims || sender.source === this.#vacancy?.from) return sender.claimEnds(this.#heardSince, this.downTimerAdverts);
    return sender.forgottenAt(this.#heardSince, this.#context.options.forgetAfter);
  }

  #admit(input: AdvertInput): Sender {
    const sender = new Sender(this.#context.retained(input.advert), input.at, input.wall);
    if (this.#senders.size >= this.#context.options.maxSenders) this.#evict();
    this.#senders.set(sender.source, sender);
    return sender;
  }

  /** Makes room for a sender: who spoke once goes before who is established, then the longest silent. Never the master. */
  #evict(): void {
    let worst: Sender | undefined;
    for (const sender of this.#senders.values()) {
      if (sender === this.#master || sender.source === this.#vacancy?.from) continue;
      const rank = (s: Sender): number => (s.adverts > 1 ? 1 : 0);
      if (worst === undefined || rank(sender) < rank(worst) || (rank(sender) === rank(worst) && sender.lastAdvertAt < worst.lastAdvertAt))
        worst = sender;
    }
    if (worst === undefined) return;
    this.#senders.delete(worst.source);
    this.#context.evicted("sender", 1);
  }

  #observeCadence(master: Sender, advert: Advert, at: Instant): void {
    const previous = master.lastAdvert;
    if (master.lastAdvertAt < this.#heardSince || previous.priority === 0) return;
    const gap = since(at, master.lastAdvertAt);
    if (isCopyOf(previous, advert, gap)) return;
    this.#cadence.observe(gap, previous.interval);
    const contested = this.#contestedAt !== undefined && this.#contestedAt >= master.lastAdvertAt;
    if (gap > LATE_FROM * previous.interval && !contested) this.#noteLate(master, gap, at);
  }

  #noteSource(source: string, at: Instant): void {
    if (this.adverts > 1 && source !== this.#lastSource) this.#lastOtherAt = this.#lastAt;
    this.#lastSource = source;
    this.#lastAt = at;
  }

  /** From the last advert of any other sender; where there is none, from its own last one. */
  #gapTo(source: string, at: Instant): Duration | null {
    if (this.adverts <= 1) return null;
    if (source !== this.#lastSource) return since(at, this.#lastAt);
    return since(at, this.#lastOtherAt ?? this.#lastAt);
  }

  #retain(advert: Advert): RetainedAdvert {
    const retained = this.#context.retained(advert);
    const excess = advert.addresses.length - retained.addresses.length;
    if (excess > 0 && excess !== this.#excess) this.#context.evicted("address", excess);
    this.#excess = excess;
    this.#latest = retained;
    return retained;
  }

  /** When a virtual router of which nothing can be heard is forgotten. */
  get #deafEnds(): Instant {
    return plus(this.#blindFrom, this.#context.options.forgetAfter);
  }

  /** Not heard since we may have missed its farewell. */
  #isUnconfirmed(sender: Sender): boolean {
    return sender.lastAdvertAt < this.#blindFrom;
  }

  /** Whether what is heard now allows to say if there is a master. */
  get judgesMaster(): boolean {
    return !this.#deaf && (this.#master === null || !this.#isUnconfirmed(this.#master));
  }

  get #claims(): number {
    let claims = 0;
    for (const sender of this.#senders.values()) if (sender.claims) claims += 1;
    return claims;
  }

  #runStopwatches(at: Instant): void {
    const claims = this.#claims;
    this.#withoutMaster.set(!this.#deaf && claims === 0 && this.#hadMaster, at);
    this.#withSeveral.set(!this.#deaf && claims > 1, at);
  }
}

/** keepalived sends one copy of each advert to every unicast peer. */
const isCopyOf = (previous: Advert, advert: Advert, gap: Duration): boolean =>
  previous.destination !== advert.destination && gap < previous.interval / 4;
