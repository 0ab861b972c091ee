import type { Clock } from "../lib/clock.ts";
import { type Instant, since, toSeconds } from "../lib/time.ts";
import type { AlertLog } from "./log.ts";

/** Says when a receiver begins to fail, when it fails in another way, and when it takes alerts again; not each time. */
export class FailureLog {
  readonly #receiver: string;
  readonly #clock: Clock;
  readonly #log: AlertLog;
  #since: Instant | null = null;
  #failures = 0;
  #problem: string | null = null;

  constructor(receiver: string, clock: Clock, log: AlertLog) {
    this.#receiver = receiver;
    this.#clock = clock;
    this.#log = log;
  }

  /** Why the last attempt failed; null: it did not. */
  get problem(): string | null {
    return this.#problem;
  }

  /** The receiver may take it later. */
  retried(why: string): void {
    if (this.#note(why)) this.#log.warn({ receiver: this.#receiver, problem: why }, "alerts cannot be delivered, and are tried again");
  }

  rejected(why: string, id: string): void {
    if (this.#note(why))
      this.#log.error({ receiver: this.#receiver, problem: why, id }, "the receiver refuses alerts, which are kept as dead");
  }

  delivered(): void {
    if (this.#since !== null) {
      const lasted = toSeconds(since(this.#clock.now(), this.#since));
      this.#log.info({ receiver: this.#receiver, seconds: lasted, failures: this.#failures }, "alerts are delivered again");
    }
    this.#since = null;
    this.#failures = 0;
    this.#problem = null;
  }

  /** @returns whether it is another failure than the last one */
  #note(why: string): boolean {
    this.#since ??= this.#clock.now();
    this.#failures += 1;
    const changed = this.#problem === null || gistOf(why) !== gistOf(this.#problem);
    this.#problem = why;
    return changed;
  }
}

/** Without the beginning of an answer, which may be another one each time. */
export const gistOf = (why: string): string => /^answers \d{3}/.exec(why)?.[0] ?? why;
