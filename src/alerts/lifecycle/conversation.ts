import type { Severity } from "../../core/events.ts";
import { type LabelMatcher, matchesAll } from "../../lib/label-matcher.ts";
import { type Duration, type Instant, later, plus, since } from "../../lib/time.ts";
import type { AlertGroup, AlertKind } from "./standing-alert.ts";

/** Which alerts a receiver is told, and how. */
export interface ReceiverRule {
  readonly name: string;
  readonly severities: readonly Severity[];
  readonly matchers: readonly LabelMatcher[];
  readonly sendResolved: boolean;
  readonly maxAlerts: number;
  /** It knows no lists: it is told of what changed, and not again of the rest of the group. */
  readonly perAlert: boolean;
  /** What comes and goes all the time is not told every time. */
  readonly damps: boolean;
  /** It takes what only happened, such as a change of master; false where that would stay open for ever. */
  readonly takesMoments: boolean;
}

export const wants = (
  { severities, matchers, takesMoments }: ReceiverRule,
  { labels, subject }: Pick<AlertKind, "labels" | "subject">,
): boolean =>
  severities.some((severity) => severity === labels["severity"]) &&
  matchesAll(matchers, labels) &&
  (takesMoments || subject !== "master_changed");

export interface Timing {
  readonly groupWait: Duration;
  readonly groupInterval: Duration;
  readonly repeatInterval: Duration;
  readonly damping: { readonly changes: number; readonly window: Duration; readonly quiet: Duration };
}

/** What a receiver knows of one alert. */
export class Told {
  sequence = 0;
  firing = false;
  /** Too many notifications: only how it stands when it is quiet will be told. */
  damped = false;
  times: readonly Instant[] = [];

  note(sequence: number, firing: boolean, at: Instant, { window, changes }: Timing["damping"]): void {
    this.sequence = sequence;
    this.firing = firing;
    this.times = [...this.times.filter((time) => since(at, time) < window), at].slice(-changes);
  }

  /** Nothing is said of it. */
  skip(sequence: number): void {
    this.sequence = sequence;
    this.firing = false;
  }

  /** Whether the next notification would be one too many. */
  isWorn(now: Instant, { window, changes }: Timing["damping"]): boolean {
    return this.times.filter((time) => since(now, time) < window).length >= changes;
  }
}

/**
 * One receiver and one group: when it is told next.
 *
 *   change ─▶ pending ──group_wait──▶ told ──group_interval──▶ told … ──repeat_interval──▶ told again
 */
export class Conversation {
  readonly receiver: ReceiverRule;
  readonly group: AlertGroup;
  readonly told = new Map<string, Told>();
  lastSentAt: Instant | null = null;
  /** Something is held back (silenced, a consequence, damped), and may have to be told without a further change. */
  holdsBack = false;
  #pendingSince: Instant | null = null;
  #urgent = false;
  #lastUrgentAt: Instant | null = null;

  constructor(receiver: ReceiverRule, group: AlertGroup) {
    this.receiver = receiver;
    this.group = group;
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
  }

  sent(now: Instant, urgent: boolean): void {
    this.lastSentAt = now;
    if (urgent) this.#lastUrgentAt = now;
  }

  /** Nothing of it is remembered for a reason. */
  isOver(now: Instant, { groupInterval, damping }: Timing): boolean {
    if (this.#pendingSince !== null || this.holdsBack) return false;
    if (this.lastSentAt !== null && since(now, this.lastSentAt) < groupInterval) return false;
    for (const { firing, times } of this.told.values()) if (firing || times.some((time) => since(now, time) < damping.window)) return false;
    return true;
  }
}
