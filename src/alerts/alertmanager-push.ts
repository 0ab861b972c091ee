import type { Clock } from "../lib/clock.ts";
import { parseRfc3339 } from "../lib/rfc3339.ts";
import { type Duration, type Instant, micros, rfc3339, seconds, since, type WallTime, wallPlus } from "../lib/time.ts";
import type { Alert, Notification } from "./alert.ts";
import { backoff } from "./backoff.ts";
import type { Attempt, Outcome } from "./outcome.ts";

/** What is over is told for so long, so that an Alertmanager that was away hears of it (its own `resolve_timeout` is 5 min). */
export const TELL_RESOLVED: Duration = seconds(15 * 60);

/** Alertmanager forgets an alert that nobody repeats by its `endsAt`. */
const LIFETIMES = 4;

/**
 * When Alertmanager may forget an alert by itself, or when it was over. Never before it began, which Alertmanager refuses, and with it the
 * whole request: the clock may have been stepped back since then.
 */
export function endsAt(alert: Alert, wall: WallTime, resendInterval: Duration): string {
  const began = parseRfc3339(alert.starts_at);
  const { ends_at: over } = alert;
  if (over !== null) {
    const end = parseRfc3339(over);
    return began.ok && end.ok && end.value < began.value ? alert.starts_at : over;
  }
  const from = began.ok && began.value > wall ? began.value : wall;
  return rfc3339(wallPlus(from, micros(LIFETIMES * resendInterval)));
}

export interface PushOptions {
  readonly resendInterval: Duration;
}

export interface PushDeps {
  readonly attempt: Attempt;
  readonly clock: Clock;
  /** 0 up to, but not including, 1. */
  readonly random: () => number;
  readonly newId: () => string;
  readonly outcome: (outcome: Outcome, took: Duration) => void;
}

/**
 * Keeps one Alertmanager informed of all that fires. There is no queue: each request has the state of the moment, and one that
 * failed is made up for by the next.
 */
export class AlertmanagerPush {
  readonly #options: PushOptions;
  readonly #deps: PushDeps;
  readonly #alerts = new Map<string, { alert: Alert; readonly changedAt: Instant }>();
  #attempts = 0;
  #news = false;
  #template: Omit<Notification, "alerts" | "id"> | null = null;
  #cancel: (() => void) | null = null;
  #abort: AbortController | null = null;
  #stopped = false;

  constructor(options: PushOptions, deps: PushDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  /** Alerts that it has to be told of. */
  get size(): number {
    return this.#alerts.size;
  }

  /** Takes up what has changed and tells it at once. */
  take(notification: Notification): void {
    const { alerts, ...template } = notification;
    this.#template = template;
    for (const alert of alerts) {
      const known = this.#alerts.get(alert.fingerprint);
      if (known !== undefined && known.alert.sequence > alert.sequence) continue;
      const isNews = known === undefined || known.alert.sequence !== alert.sequence;
      this.#alerts.set(alert.fingerprint, { alert, changedAt: isNews ? this.#deps.clock.now() : known.changedAt });
    }
    this.#news = true;
    this.#attempts = 0;
    this.#schedule(micros(0));
  }

  /**
   * What nobody follows any more is not told again. That leaves no alert alone: Alertmanager resolves it by itself at the last `endsAt` that it
   * was told, and its API has no way to take back an alert without resolving it. What is followed and cannot be judged is told on.
   */
  keep(isKnown: (fingerprint: string) => boolean): void {
    for (const [fingerprint, { alert }] of this.#alerts)
      if (alert.status === "firing" && !isKnown(fingerprint)) this.#alerts.delete(fingerprint);
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
    this.#abort?.abort();
  }

  #schedule(delay: Duration): void {
    if (this.#stopped || this.#abort !== null) return;
    this.#cancel?.();
    this.#cancel = this.#deps.clock.after(delay, () => void this.#push());
  }

  async #push(): Promise<void> {
    const { clock, attempt, newId, random, outcome } = this.#deps;
    const now = clock.now();
    for (const [fingerprint, { alert, changedAt }] of this.#alerts)
      if (alert.status === "resolved" && since(now, changedAt) > TELL_RESOLVED) this.#alerts.delete(fingerprint);
    if (this.#alerts.size === 0 || this.#template === null) return;
    this.#news = false;
    this.#abort = new AbortController();
    const alerts = [...this.#alerts.values()].map(({ alert }) => alert);
    const result = await attempt({ ...this.#template, id: newId(), alerts }, this.#abort.signal);
    this.#abort = null;
    if (this.#stopped) return;
    outcome(result, since(clock.now(), now));
    this.#attempts = result.kind === "retry" ? this.#attempts + 1 : 0;
    // A refusal is no reason to stop: Alertmanager refuses a request as a whole, and the next one is another.
    const delay = result.kind === "retry" ? backoff(this.#attempts, random(), result.retryAfter) : this.#options.resendInterval;
    this.#schedule(this.#news ? micros(0) : (Math.min(delay, this.#options.resendInterval) as Duration));
  }
}
