import { type Duration, type Instant, later, plus, since } from "../../lib/time.ts";
import type { ReceiverRule } from "./receiver-rule.ts";

export interface Timing {
  readonly groupWait: Duration;
  readonly groupInterval: Duration;
  readonly repeatInterval: Duration;
  readonly damping: Damping;
}

export interface Damping {
  readonly changes: number;
  readonly window: Duration;
  readonly quiet: Duration;
}

/** What a receiver knows of one alert. */
export class Told {
  sequence = 0;
  firing = false;
  /** Too many notifications: only how it stands when it is quiet will be told. */
  damped = false;
  /** When it was in a notification last. */
  saidAt: Instant | null = null;
  /** The latest notifications of its changes. */
  times: readonly Instant[] = [];

  note(sequence: number, firing: boolean, at: Instant, { window, changes }: Damping): void {
    this.sequence = sequence;
    this.firing = firing;
    this.saidAt = at;
    this.times = [...this.times.filter((time) => since(at, time) < window), at].slice(-changes);
  }

  /** Nothing is said of it. */
  skip(sequence: number): void {
    this.sequence = sequence;
    this.firing = false;
  }

  /** It was quiet for long enough: what was counted is forgotten. */
  calm(): void {
    this.damped = false;
    this.times = [];
  }

  /** Whether the next episode has a history. */
  isRecent(now: Instant, { window }: Damping): boolean {
    return this.damped || this.times.some((time) => since(now, time) < window);
  }

  /** Whether the next notification would be one too many. */
  isWorn(now: Instant, { window, changes }: Damping): boolean {
    return this.times.filter((time) => since(now, time) < window).length >= changes;
  }
}

/**
 * One receiver and one group: when it is told next.
 *
 *   change ─▶ pending ──group_wait──▶ told ──group_interval──▶ told … ──repeat_interval──▶ told again
 */
export class Conversation {
  receiver: ReceiverRule;
  /** By fingerprint. */
  readonly told = new Map<string, Told>();
  lastSentAt: Instant | null = null;
  /** Something is held back (silenced, a consequence, damped), and may have to be told without a further change. */
  holdsBack = false;
  #pendingSince: Instant | null = null;
  #urgent = false;
  #lastUrgentAt: Instant | null = null;

  constructor(receiver: ReceiverRule) {
    this.receiver = receiver;
  }

  get isPending(): boolean {
    return this.#pendingSince !== null || this.holdsBack;
  }

  /** There is something to tell. @param urgent a critical alert began */
  touch(at: Instant, urgent: boolean): void {
    this.#pendingSince ??= at;
    this.#urgent ||= urgent;
  }

  /** When the receiver is to be told; null: nothing waits. */
  dueAt({ groupWait, groupInterval }: Timing): Instant | null {
    if (this.#pendingSince === null) return null;
    const waited = plus(this.#pendingSince, groupWait);
    if (this.lastSentAt === null) return waited;
    const mayHurry = this.#urgent && (this.#lastUrgentAt === null || this.#pendingSince >= plus(this.#lastUrgentAt, groupInterval));
    return mayHurry ? waited : later(waited, plus(this.lastSentAt, groupInterval));
  }

  /** What was pending has been looked at. */
  settled(): void {
    this.#pendingSince = null;
    this.#urgent = false;
    this.holdsBack = false;
  }

  sent(now: Instant, urgent: boolean): void {
    this.lastSentAt = now;
    if (urgent) this.#lastUrgentAt = now;
  }

  /** Whether nothing of it has to be remembered once its group has no alerts. */
  isOver(now: Instant, { groupInterval }: Timing): boolean {
    return !this.isPending && (this.lastSentAt === null || since(now, this.lastSentAt) >= groupInterval);
  }
}
