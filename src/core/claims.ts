import { type Instant, since } from "../lib/time.ts";
import { disjointAddresses, refusedFor } from "./disagreement.ts";
import type { Ears } from "./ears.ts";
import { mayHearEachOther } from "./reach.ts";
import type { Sender } from "./sender.ts";
import { Stand } from "./stand.ts";
import { takeoverSilence } from "./timing.ts";

export interface ClaimsContext {
  readonly maxSenders: number;
  /** Asked for each time: the user may change it. */
  downTimerAdverts(): number;
  /** Who must not be evicted. */
  isNeeded(sender: Sender): boolean;
  evicted(): void;
  /** A claim ended, or what is known of one beside a better one has changed. */
  changed(): void;
}

/** The senders of one virtual router, and what the claim of each does to those of the others. */
export class Claims {
  /** Last time that somebody spoke against a better claim. */
  contestedAt: Instant | undefined;
  readonly #context: ClaimsContext;
  readonly #senders = new Map<string, Sender>();

  constructor(context: ClaimsContext) {
    this.#context = context;
  }

  get size(): number {
    return this.#senders.size;
  }

  get(source: string): Sender | undefined {
    return this.#senders.get(source);
  }

  all(): IterableIterator<Sender> {
    return this.#senders.values();
  }

  admit(sender: Sender): void {
    if (this.#senders.size >= this.#context.maxSenders) this.#evict();
    this.#senders.set(sender.source, sender);
  }

  delete(sender: Sender): void {
    this.#senders.delete(sender.source);
  }

  clear(): void {
    this.#senders.clear();
  }

  /** How many live, those included that may hold on without a word. */
  get living(): number {
    let living = 0;
    for (const sender of this.#senders.values()) if (sender.claims || sender.silentMaster) living += 1;
    return living;
  }

  /**
   * The living claim that outranks all others; `preferred` where none does. One that was outranked and has not spoken
   * since has stepped down, or will have once its time is over: it is no heir.
   */
  best(preferred?: Sender): Sender | undefined {
    let best = preferred;
    for (const sender of this.#senders.values())
      if (sender.claims && sender.outrankedAt === undefined && (best === undefined || sender.outranks(best))) best = sender;
    return best;
  }

  /** Whether anybody else than these two claimed it until now. One that was outranked before has stepped down. */
  isContested(master: Sender, old: Sender | null, at: Instant): boolean {
    for (const sender of this.#senders.values())
      if (sender !== master && sender !== old && sender.claims && (sender.outrankedAt ?? at) >= at) return true;
    return false;
  }

  /**
   * What an advert of `sender` does to the claims of the others.
   * @param previousAt its advert before; null: this is its first
   * @param ears what was surely heard
   */
  assert(sender: Sender, at: Instant, previousAt: Instant | null, ears: Pick<Ears, "blindFrom" | "heardSince">): void {
    if (this.#senders.size === 1) return;
    this.#release(sender);
    this.#challenge(sender, at);
    this.#oppose(sender, at, previousAt, ears);
  }

  /** It was silent for too long: it is dead, or kept silent by one whose packets it refuses. */
  fellSilent(sender: Sender): void {
    if (sender.claims && this.#isKeptSilent(sender)) this.#silence(sender);
    else this.end(sender);
    this.#releaseAll();
  }

  #isKeptSilent(sender: Sender): boolean {
    for (const other of this.#senders.values())
      if (other.claims && other.stand?.against === sender && other.stand.isMutual && other.lastAdvertAt > sender.lastAdvertAt) return true;
    return false;
  }

  /** Who is silent would answer, or has yielded to, what it does not refuse. */
  #release(sender: Sender): void {
    for (const other of this.#senders.values())
      if (other.silentMaster && other !== sender && mayHearEachOther(sender, other) && !isRefused(other, sender)) this.end(other);
  }

  /** Only who speaks keeps another silent. */
  #releaseAll(): void {
    for (const { claims } of this.#senders.values()) if (claims) return;
    for (const sender of this.#senders.values()) if (sender.silentMaster) this.end(sender);
  }

  end(sender: Sender): void {
    sender.endClaim();
    this.dropStandsAgainst(sender);
    this.#context.changed();
  }

  dropStandsAgainst(sender: Sender): void {
    for (const other of this.#senders.values()) {
      if (other.stand?.against !== sender) continue;
      const next = this.#opponentOf(other);
      if (next === undefined) other.stand = null;
      else other.stand.turnTo(next);
      this.#context.changed();
    }
  }

  /** Who seems to have taken over may only have silenced the other, which refuses its adverts: their dispute stands. */
  #silence(sender: Sender): void {
    sender.endClaim();
    sender.silentMaster = true;
    this.#context.changed();
  }

  /** The rule of a legitimate takeover: by silence, or by rank. */
  #challenge(sender: Sender, at: Instant): void {
    const { version } = sender.lastAdvert;
    for (const other of this.#senders.values()) {
      if (other === sender || !other.claims) continue;
      const silence = takeoverSilence(version, other.lastAdvert.interval, sender.priority ?? 0, this.#context.downTimerAdverts());
      const silentUntil = other.stand?.silentUntil(other) ?? null;
      if ((silentUntil === null || at >= silentUntil) && since(at, other.lastAdvertAt) >= silence) {
        if (sender.stand?.against === other && sender.stand.isMutual) this.#silence(other);
        else this.end(other);
      } else if (sender.outranks(other)) other.yieldTo(at);
    }
  }

  /** Whoever claims beside a better one stands against it: what both know of each other shows in who speaks when. */
  #oppose(
    sender: Sender,
    at: Instant,
    previousAt: Instant | null,
    { heardSince, blindFrom }: Pick<Ears, "blindFrom" | "heardSince">,
  ): void {
    for (const other of this.#senders.values()) {
      if (other === sender || !other.claims || !mayHearEachOther(sender, other) || !sender.outranks(other)) continue;
      const before = other.stand?.state;
      other.stand ??= sender.stand?.against === other ? sender.stand.turned(sender, at) : new Stand(sender, at);
      if (sender !== other.stand.against && isNearer(other, sender, other.stand.against)) other.stand.turnTo(sender);
      const gap = previousAt === null ? null : since(at, previousAt);
      if (sender === other.stand.against) other.stand.contradicted(other, at, gap, heardSince);
      if (other.stand.state !== before) this.#context.changed();
    }
    const better = this.#opponentOf(sender);
    if (better === undefined) {
      if (sender.stand !== null) this.#context.changed();
      sender.stand = null;
      return;
    }
    this.contestedAt = at;
    const before = sender.stand?.state;
    sender.stand ??= better.stand?.against === sender ? better.stand.turned(better, at) : new Stand(better, at);
    sender.stand.turnTo(better);
    sender.stand.spoke(sender, at, previousAt, better.lastAdvertAt < blindFrom);
    if (sender.stand.state !== before) this.#context.changed();
  }

  /** Whom it should yield to. */
  #opponentOf(sender: Sender): Sender | undefined {
    let found: Sender | undefined;
    for (const other of this.#senders.values()) {
      if (other === sender || !(other.claims || other.silentMaster) || !other.outranks(sender) || !mayHearEachOther(sender, other))
        continue;
      if (found === undefined || isNearer(sender, other, found)) found = other;
    }
    return found;
  }

  /** Makes room for a sender: who matters least goes, of equals the longest silent. */
  #evict(): void {
    let worst: Sender | undefined;
    for (const sender of this.#senders.values()) {
      if (this.#context.isNeeded(sender)) continue;
      if (worst === undefined || rank(sender) < rank(worst) || (rank(sender) === rank(worst) && sender.lastAdvertAt < worst.lastAdvertAt))
        worst = sender;
    }
    if (worst === undefined) return;
    this.delete(worst);
    this.dropStandsAgainst(worst);
    this.#context.evicted();
  }
}

const isRefused = (by: Sender, sender: Sender): boolean => refusedFor(by.lastAdvert, sender.lastAdvert) !== null;

/** Who only resigned, or spoke once, is soon made up; a living claim is what a split consists of, and a former master will be back. */
function rank(sender: Sender): number {
  if (sender.claims || sender.silentMaster) return sender.adverts > 1 ? 4 : 1;
  if (sender.wasMaster) return 3;
  if (sender.priority === null) return 0;
  return sender.adverts > 1 ? 2 : 1;
}

/**
 * Whether `a` is more the rival of `sender` than `b`: who shares addresses with it goes before another cluster, whose adverts it takes
 * before whose it refuses, then the better one.
 */
function isNearer(sender: Sender, a: Sender, b: Sender): boolean {
  const distance = ({ lastAdvert }: Sender): number => {
    if (disjointAddresses(sender.lastAdvert, lastAdvert)) return 2;
    return refusedFor(sender.lastAdvert, lastAdvert) === null ? 0 : 1;
  };
  const [ofA, ofB] = [distance(a), distance(b)];
  return ofA === ofB ? a.outranks(b) : ofA < ofB;
}
