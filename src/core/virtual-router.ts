import { type Duration, type Instant, later, micros, plus, seconds, since, type WallTime, wallPlus } from "../lib/time.ts";
import type { Advert } from "../wire/decoded.ts";
import { AdvertTotals } from "./advert-totals.ts";
import { missedIn } from "./cadence.ts";
import { ChangeHistory } from "./change-history.ts";
import { Claims } from "./claims.ts";
import { Aspect } from "./conditions/aspects.ts";
import type { Intruder, Loss, Sighting, WireSubject } from "./conditions/subject.ts";
import type { Deadlined } from "./deadlines.ts";
import { type DisagreementField, disagreementFields, disagreesOn, type RetainedAdvert, saysTheSame } from "./disagreement.ts";
import { Ears } from "./ears.ts";
import type { Event, MasterChangeReason, VirtualRouterId } from "./events.ts";
import { FailoverFollower } from "./failover.ts";
import type { JoinedRouter } from "./host/joined-router.ts";
import type { Suspect } from "./host/suspect.ts";
import type { Input } from "./input.ts";
import { findIntruder } from "./intruder.ts";
import { InvalidLog } from "./invalid-log.ts";
import { LastSpeaker } from "./last-speaker.ts";
import type { LateLog } from "./late-log.ts";
import type { EngineOptions } from "./options.ts";
import { isCopyOf, Punctuality } from "./punctuality.ts";
import { Sender } from "./sender.ts";
import { Stopwatch } from "./stopwatch.ts";
import { masterDownInterval } from "./timing.ts";
import { TransitionLog } from "./transition-log.ts";
import type { EvictionKind, SenderView, VirtualRouterView } from "./view.ts";

const LONGEST_PATIENCE = seconds(2);

/** A router that sent so many adverts was no passing forgery. */
const ESTABLISHED_ADVERTS = 10;

/** Adverts of a master after which a newcomer is measured by it. */
const ESTABLISHED = 3;

/** Who speaks again after so long is news, though it says the same. */
const RETURNED = seconds(5);

/** More changes are remembered than raise `flapping`, so that it can say how many there were. */
const CHANGES_KEPT = 4;

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
  downTimerAdverts: number;
  readonly changes: ChangeHistory;
  readonly invalid = new InvalidLog();
  carp: Sighting | null = null;
  intruder: Intruder | null = null;
  loss: Loss | null = null;
  readonly blindness: Ears;
  readonly mismatches = Object.fromEntries(disagreementFields.map((field) => [field, 0])) as Record<DisagreementField, number>;
  readonly #claims: Claims;
  readonly #firstSeenWall: WallTime;
  #latest: RetainedAdvert;
  /** Addresses of the last advert beyond the bound. */
  #excess = 0;
  #master: Sender | null = null;
  #masterSinceWall: WallTime | null = null;
  /** undefined while there is a master, and before the first one. */
  #vacancy: Vacancy | undefined;
  #hadMaster = false;
  readonly #last: LastSpeaker;
  readonly #totals = new AdvertTotals();
  readonly #transitions = new TransitionLog();
  readonly #punctuality = new Punctuality(this.invalid);
  readonly #withoutMaster = new Stopwatch();
  readonly #withSeveral = new Stopwatch();
  /** Why the present master came. */
  #masterReason: MasterChangeReason = "initial";

  constructor(id: VirtualRouterId, order: number, first: AdvertInput, context: RouterContext) {
    this.id = id;
    this.joined = context.join(this);
    this.order = order;
    this.queuedFor = first.at;
    this.#context = context;
    this.downTimerAdverts = context.options.downTimerAdverts(id);
    const downTimerAdverts = (): number => this.downTimerAdverts;
    this.#claims = new Claims({
      maxSenders: context.options.maxSenders,
      downTimerAdverts,
      isNeeded: (sender) => sender === this.#master || sender.source === this.#vacancy?.from,
      evicted: () => context.evicted("sender", 1),
      changed: () => this.joined.board.mark(Aspect.claims),
    });
    this.changes = new ChangeHistory(this.#changesKept);
    this.failover = new FailoverFollower({
      id,
      downTimerAdverts,
      host: this.joined,
      emit: (event) => context.emit(event),
    });
    this.#firstSeenWall = first.wall;
    this.blindness = new Ears(first.at);
    this.#last = new LastSpeaker(first.at);
    this.#latest = context.retained(first.advert);
    this.revision = 1;
  }

  /** The options are other ones from now on. */
  reconfigured(): void {
    this.changes.keep(this.#changesKept);
    const before = this.downTimerAdverts;
    this.downTimerAdverts = this.#context.options.downTimerAdverts(this.id);
    if (this.downTimerAdverts === before) return;
    this.revision += 1;
    this.joined.board.markAll();
  }

  get #changesKept(): number {
    return CHANGES_KEPT * Number(this.#context.options.conditions(this.id).flapping.options["changes"]);
  }

  /** The next instant at which time alone changes something. */
  get deadline(): Instant | undefined {
    const rest = this.failover.deadline;
    const { expiry } = this;
    return rest === undefined || (expiry !== undefined && expiry < rest) ? expiry : rest;
  }

  /** The next instant at which silence ends a claim or makes a sender forgotten. */
  get expiry(): Instant | undefined {
    if (this.blindness.deaf) return this.#deafEnds;
    let earliest: Instant | undefined;
    for (const sender of this.#claims.all()) {
      const due = this.#due(sender);
      if (earliest === undefined || due < earliest) earliest = due;
    }
    return earliest;
  }

  /** By when a real one would have been heard again, with little patience for long intervals. */
  get secondAdvertDue(): Instant {
    return plus(this.#last.at, micros(Math.min(1.5 * this.#latest.interval, LONGEST_PATIENCE)));
  }

  get isEmpty(): boolean {
    return this.#claims.size === 0;
  }

  /** The master as far as that is heard now: not if another may have followed while we were deaf. */
  confirmedMaster(now: Instant): SenderView | null {
    const master = this.#master;
    if (master === null || this.blindness.deaf) return null;
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
    for (const sender of this.#claims.all()) if (sender.local && sender.claims) return sender;
    return null;
  }

  /** Whether one of its senders has this MAC. */
  hasMac(mac: string): boolean {
    // Who only ever resigned is no router that anybody knows.
    for (const sender of this.#claims.all()) if (sender.mac === mac && sender.priority !== null) return true;
    return false;
  }

  /** Nobody claims it, nobody is waited for, and what is reported of it, if anything, was never more than a few adverts. */
  get isExpendable(): boolean {
    if (this.joined.isKnown) return false;
    if (this.#claims.living > 0) return false;
    if (this.#vacancy !== undefined && this.#vacancy.from !== null) return false;
    return this.loss === null || this.adverts < ESTABLISHED_ADVERTS;
  }

  get late(): LateLog {
    return this.#punctuality.late;
  }

  get hearing(): boolean {
    return !this.blindness.deaf;
  }

  get deafSince(): Instant | null {
    return this.blindness.deafSince;
  }

  get heardSince(): Instant {
    return this.blindness.heardSince;
  }

  get master(): Sender | null {
    return this.#master;
  }

  get senders(): Iterable<Sender> {
    return this.#claims.all();
  }

  get interval(): Duration {
    return (this.#master?.lastAdvert ?? this.#latest).interval;
  }

  get lastAdvertAt(): Instant {
    return this.#last.at;
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
    this.#totals.note(input.direction, advert.priority);
    const sender = this.#claims.get(advert.source) ?? this.#admit(input);
    const previousAt = sender.adverts > 0 ? sender.lastAdvertAt : null;
    if (sender === this.#master && advert.priority !== 0) {
      const late = this.#punctuality.observe(sender, input, this.blindness.heardSince, this.#claims.contestedAt);
      if (late) this.joined.board.mark(Aspect.cadence);
    }
    const before = sender.priority;
    this.#last.spoke(advert.source, at);
    const latest = this.#latest;
    const retained = this.#retain(advert, sender);
    // What could not be judged since something was missed can be judged again.
    if (sender === this.#master && this.#isUnconfirmed(sender)) this.joined.board.mark(Aspect.capture);
    if (sender !== this.#master || retained !== sender.lastAdvert || latest.source !== retained.source)
      this.#compare(sender, latest, retained, at);
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
    } else this.#claim(sender, input, this.#last.gap, previousAt, isCopy);
    sender.invalidBefore = this.invalid.total;
    this.#runStopwatches(at);
  }

  /** Fires what is due at `at`; the caller repeats until `deadline` lies behind it. */
  expire(at: Instant, wall: WallTime): void {
    const rest = this.failover.deadline;
    if (rest !== undefined && rest <= at) this.failover.settle(at, wall);
    if (this.blindness.deaf) {
      if (this.#deafEnds <= at) this.#claims.clear();
      return;
    }
    for (const sender of [...this.#claims.all()]) {
      if (this.#due(sender) > at) continue;
      if (sender.claims || sender.silentMaster) this.#claims.fellSilent(sender);
      else if (sender.source !== this.#vacancy?.from) this.#claims.delete(sender);
      this.joined.board.mark(Aspect.adverts);
      if (sender === this.#master) this.#lose({ from: sender.source, reason: "no_response", unseen: false });
    }
    if (this.#master === null) this.#settleVacancy(at, wall);
    this.#runStopwatches(at);
  }

  /** From now on nothing is heard where this virtual router lives. */
  deafen(at: Instant): void {
    if (this.blindness.deaf) return;
    this.blindness.deafen(at);
    this.revision += 1;
    this.joined.board.mark(Aspect.capture);
    this.failover.missed();
    this.#runStopwatches(at);
  }

  /** It is heard again. */
  listen(at: Instant): void {
    if (!this.blindness.deaf) return;
    this.blindness.listen(at);
    this.revision += 1;
    this.joined.board.mark(Aspect.capture);
    this.#runStopwatches(at);
  }

  /** Adverts between these instants may have been missed. */
  miss(from: Instant, until: Instant): void {
    this.blindness.miss(from, until);
    this.joined.board.mark(Aspect.capture);
    this.failover.missed();
  }

  view(now: Instant): VirtualRouterView {
    const master = this.#master;
    const advert = master?.lastAdvert ?? this.#latest;
    const heard = master === null ? this.blindness.heardSince : later(master.lastAdvertAt, this.blindness.heardSince);
    return {
      id: this.id,
      hearing: !this.blindness.deaf,
      firstSeenWall: this.#firstSeenWall,
      version: advert.version,
      interval: advert.interval,
      addresses: advert.addresses,
      senders: [...this.#claims.all()],
      totals: this.#totals,
      master,
      masterSinceWall: master === null ? null : this.#masterSinceWall,
      claims: this.#claims.living,
      masterDownInterval: masterDownInterval(advert.version, advert.interval, 1, this.downTimerAdverts),
      lateness: this.#punctuality.cadence,
      missedAdverts: this.#punctuality.cadence.missed,
      consecutiveMissed: master === null || this.blindness.deaf ? 0 : Math.max(0, missedIn(since(now, heard), advert.interval)),
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
    this.#claims.dropStandsAgainst(sender);
    if (sender === this.#master) this.#lose({ from: sender.source, reason: "priority_zero", unseen: false });
    else if (this.adverts === 1) this.#lose({ from: sender.source, reason: "priority_zero", unseen: true });
    else this.failover.resigned(sender);
  }

  /** @param isCopy it is the last advert again, for another unicast peer */
  #claim(sender: Sender, input: AdvertInput, gap: Duration | null, previousAt: Instant | null, isCopy: boolean): void {
    const { at, wall } = input;
    const master = this.#master;
    this.#claims.assert(sender, at, previousAt, this.blindness);
    if (sender === master) {
      if (sender.claimAdverts > 1 && !isCopy && this.changes.confirmed()) this.joined.board.mark(Aspect.master);
      return;
    }
    if (master === null) {
      const best = this.#claims.best(sender);
      const vacancy = this.#vacancy?.unseen === true ? undefined : this.#vacancy;
      if (best === sender) this.#install(sender, vacancy?.from ?? null, vacancy?.reason ?? "initial", gap, at, wall, previousAt);
    } else if (!master.claims) {
      const reason = this.#isUnconfirmed(master) ? "unknown" : sender.claimAdverts > 1 ? "split_resolved" : "no_response";
      this.#install(sender, master.source, reason, gap, at, wall, previousAt);
    } else if (sender.outranks(master)) {
      this.#install(sender, master.source, "preempted", gap, at, wall, previousAt);
    }
  }

  /** What the sender says now, beside what was said before. */
  #compare(sender: Sender, latest: RetainedAdvert, retained: RetainedAdvert, at: Instant): void {
    const news = retained !== sender.lastAdvert || sender.adverts === 0 || since(at, sender.lastAdvertAt) > RETURNED;
    if (news || sender.macs.turnedAt !== null) this.joined.board.markSoon(Aspect.adverts, at);
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
    sender.wasMaster = true;
    this.revision += 1;
    this.#vacancy = undefined;
    this.loss = null;
    this.joined.board.mark(Aspect.master);
    this.#hadMaster = true;
    if (from === sender.source) return; // it resigned and took it back before anybody else: no change
    this.#masterSinceWall = wall;
    const measured = UNMEASURED.has(reason) ? null : gap;
    // A master that returns from its own loss: the gap of the event reaches back to another sender, the outage does not.
    this.#transitions.note(reason, measured !== null && from === null ? this.#last.silence : measured, wall);
    const heardSince = this.blindness.deaf ? null : this.blindness.heardSince;
    const contested = this.#claims.isContested(sender, old, at);
    const inevitable = this.failover.changed({ at, wall, from, to: sender, reason, old, contested, heardSince });
    this.#context.emit({ kind: "master_changed", at, wall, router: this.id, from, to: sender.source, reason, gap: measured, inevitable });
    this.failover.proceed(at, wall);
    if (reason !== "initial") this.#noteChange(sender, from, at, previousAt);
    this.#masterReason = reason;
  }

  /** A backup that takes over for one advert and is told off by the old master had not heard it, because invalid packets put its adverts off. */
  #noteChange(sender: Sender, from: string | null, at: Instant, previousAt: Instant | null): void {
    const undone = this.changes.note(from, sender.source, at);
    if (!undone || this.#masterReason !== "no_response" || previousAt === null || previousAt < this.blindness.heardSince) return;
    if (this.#punctuality.starved(sender, since(at, previousAt), at)) this.joined.board.mark(Aspect.cadence);
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
    const heir = this.#claims.best();
    if (heir !== undefined) {
      this.#install(heir, vacancy.from, "split_resolved", null, at, wall);
      return;
    }
    const lost = this.#claims.get(vacancy.from);
    if (lost !== undefined && this.#due(lost) > at) return;
    this.#vacancy = { from: null, reason: vacancy.reason, unseen: false };
    for (const sender of this.#claims.all()) this.#claims.end(sender);
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
    const silence = since(at, this.#last.at);
    this.loss = { from: vacancy.from, reason: vacancy.reason, at, silence, lastAdvertWall: wallPlus(wall, -silence as Duration) };
    this.joined.board.mark(Aspect.master);
  }

  #due(sender: Sender): Instant {
    // A resigned master is waited for as long as a silent one: until the slowest backup should have taken over.
    if (sender.claims || sender.silentMaster || sender.source === this.#vacancy?.from)
      return sender.claimEnds(this.blindness.heardSince, this.downTimerAdverts);
    return sender.forgottenAt(this.blindness.heardSince, this.#context.options.forgetAfter);
  }

  #admit(input: AdvertInput): Sender {
    const sender = new Sender(this.#context.retained(input.advert), input.at, input.wall);
    const master = this.#master;
    if (master !== null && master.adverts >= ESTABLISHED) sender.comesTo(master.interval);
    this.#claims.admit(sender);
    return sender;
  }

  /** What is kept of an advert: the last one of its sender, where it says the same. */
  #retain(advert: Advert, sender: Sender): RetainedAdvert {
    let retained = this.#context.retained(advert);
    if (saysTheSame(retained, sender.lastAdvert)) retained = sender.lastAdvert;
    const excess = advert.addresses.length - retained.addresses.length;
    if (excess > 0 && excess !== this.#excess) this.#context.evicted("address", excess);
    this.#excess = excess;
    this.#latest = retained;
    return retained;
  }

  /** When a virtual router of which nothing can be heard is forgotten. */
  get #deafEnds(): Instant {
    return plus(this.blindness.blindFrom, this.#context.options.forgetAfter);
  }

  /** Not heard since we may have missed its farewell. */
  #isUnconfirmed(sender: Sender): boolean {
    return sender.lastAdvertAt < this.blindness.blindFrom;
  }

  /** Whether what is heard now allows to say if there is a master. */
  get judgesMaster(): boolean {
    return !this.blindness.deaf && (this.#master === null || !this.#isUnconfirmed(this.#master));
  }

  #runStopwatches(at: Instant): void {
    const claims = this.#claims.living;
    this.#withoutMaster.set(!this.blindness.deaf && claims === 0 && this.#hadMaster, at);
    this.#withSeveral.set(!this.blindness.deaf && claims > 1, at);
  }
}
