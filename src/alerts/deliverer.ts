import { randomUUID } from "node:crypto";
import type { Severity } from "../core/events.ts";
import type { DeliveryOutcome } from "../lib/alerts-view.ts";
import type { Clock } from "../lib/clock.ts";
import type { DurableSteps } from "../lib/durable-file.ts";
import { type Duration, rfc3339, seconds, type WallTime } from "../lib/time.ts";
import type { Notification } from "./alert.ts";
import { backoff } from "./backoff.ts";
import type { CommandOutcome } from "./control.ts";
import { DeadLetters } from "./dead-letters.ts";
import { FailureLog } from "./failure-log.ts";
import { Lane, type LaneOptions } from "./lane.ts";
import type { AlertLog } from "./log.ts";
import type { Attempt, Outcome } from "./outcome.ts";
import { waitAtMost } from "./spool/bounded.ts";
import type { Delivery } from "./spool/delivery.ts";
import { Spool } from "./spool/spool.ts";

export interface DelivererOptions extends LaneOptions {
  /** Holds `queue/` and `dead/`. */
  readonly directory: string;
  readonly maxDead: number;
}

export interface DelivererDeps {
  readonly attempt: Attempt;
  readonly clock: Clock;
  readonly log: AlertLog;
  /** At least 0, less than 1; Math.random unless a test says otherwise. */
  readonly random?: () => number;
  /** A new `webhook-id`; a random UUID unless somebody says otherwise. */
  readonly newId?: () => string;
  readonly steps?: DurableSteps;
}

/** A delivery as people see it. */
export interface ListedDelivery {
  readonly id: string;
  readonly queued_at: string;
  readonly attempts: number;
  readonly severity: Severity;
  /** Names of its alerts, each once. */
  readonly alerts: readonly string[];
  readonly problem: string | null;
}

export interface DelivererView {
  readonly outcomes: Readonly<Record<DeliveryOutcome, number>>;
  /** The one in flight included. */
  readonly queueLength: number;
  readonly oldestQueued: WallTime | null;
  readonly dead: number;
  readonly truncatedAlerts: number;
  /** Why the receiver cannot be reached or refuses; null: nothing is wrong, as far as is known. */
  readonly problem: string | null;
  /** Whether all that waits would survive the agent. */
  readonly durable: boolean;
  /** What the disk refuses and why; null: nothing. */
  readonly diskProblem: string | null;
  readonly storeFailures: number;
  /** Files of an earlier run that could not be used. */
  readonly damagedFiles: number;
}

/** How long a stop waits for the attempt in flight, and then for the disk. */
const STOP_PATIENCE: Duration = seconds(2);

/**
 * Brings one receiver its notifications, in order and one at a time, whatever other receivers do.
 *
 *   enqueue ─▶ disk ─▶ waiting ─joined─▶ attempt ─▶ delivered: deleted
 *                         ▲                ├─ retry ──backoff──▶ waiting
 *                         └── retry(id) ── └─ rejected ─▶ dead
 */
export class Deliverer {
  readonly #options: DelivererOptions;
  readonly #deps: DelivererDeps;
  #tryOnce: Attempt;
  readonly #spool: Spool;
  readonly #lane: Lane;
  readonly #dead: DeadLetters;
  readonly #failures: FailureLog;
  readonly #abort = new AbortController();
  readonly #counts = { delivered: 0, retried: 0, rejected: 0 };
  #inFlight: Delivery | null = null;
  #isRunning = false;
  #running: Promise<void> = Promise.resolve();
  #loading: Promise<void> | null = null;
  #cancelPause: (() => void) | null = null;
  #failuresInARow = 0;
  #damagedFiles = 0;

  constructor(options: DelivererOptions, deps: DelivererDeps) {
    const { clock, log, newId = randomUUID } = deps;
    this.#options = options;
    this.#deps = deps;
    this.#tryOnce = deps.attempt;
    this.#spool = new Spool({ ...deps, directory: options.directory, receiver: options.receiver });
    this.#lane = new Lane(options, { spool: this.#spool, clock, log, newId });
    this.#dead = new DeadLetters(this.#spool, options.maxDead);
    this.#failures = new FailureLog(options.receiver, clock, log);
  }

  /**
   * What an earlier run handed over to be told, so that no dead letter of it is sent after what followed it; to be called before `load`.
   * @param told fingerprint → the highest `sequence`
   */
  seed(told: ReadonlyMap<string, number>): void {
    this.#lane.seed(told);
  }

  /**
   * The receiver is told in another way from now on. What waits goes on waiting, and is tried at once: the change may be what helps. An
   * attempt under way ends as it began.
   */
  reconfigure(options: Omit<DelivererOptions, "receiver" | "directory">, attempt: Attempt): void {
    this.#tryOnce = attempt;
    this.#lane.reconfigure({ ...options, receiver: this.#options.receiver });
    this.#dead.keep(options.maxDead);
    this.#failuresInARow = 0;
    this.#cancelPause?.();
    this.#cancelPause = null;
    this.#pump();
  }

  /** Continues what an earlier run left; to be called before all that follows. Never rejects. */
  load(): Promise<void> {
    this.#loading ??= this.#load().finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  /** Takes a notification; returns when it is on the disk, or the disk refused. Never rejects. */
  async enqueue(notification: Notification): Promise<void> {
    if (this.#loading !== null) await this.#loading;
    await this.#spool.save(this.#lane.admit(notification));
    this.#pump();
  }

  /** Puts a dead letter back to the queue's end; returns when that is on the disk. */
  async retry(id: string): Promise<CommandOutcome> {
    const delivery = this.#dead.take(id);
    if (delivery === undefined) return this.#waiting().some((waiting) => waiting.id === id) ? "not_dead" : "unknown";
    this.#lane.revive(delivery);
    await this.#spool.save(delivery);
    this.#pump();
    return "done";
  }

  /** Gives up a delivery. One that is in flight may arrive nevertheless. */
  async drop(id: string): Promise<CommandOutcome> {
    const waiting = this.#waiting().find((delivery) => delivery.id === id);
    const dead = waiting === undefined ? this.#dead.take(id) : undefined;
    if (waiting !== undefined) this.#lane.drop(waiting);
    else if (dead !== undefined) this.#spool.discard(dead);
    else return "unknown";
    await waitAtMost(this.#spool.settled(), STOP_PATIENCE, this.#deps.clock);
    return "done";
  }

  list(): { readonly waiting: readonly ListedDelivery[]; readonly dead: readonly ListedDelivery[] } {
    return { waiting: this.#waiting().map(listed), dead: this.#dead.items.map(listed) };
  }

  view(): DelivererView {
    const waiting = this.#waiting();
    const oldest = waiting.reduce<WallTime | null>((found, { queuedAt }) => (found === null || queuedAt < found ? queuedAt : found), null);
    return {
      outcomes: { ...this.#counts, expired: this.#lane.expired, dropped: this.#lane.dropped },
      queueLength: waiting.length,
      oldestQueued: oldest,
      dead: this.#dead.items.length,
      truncatedAlerts: this.#lane.truncated,
      problem: this.#failures.problem,
      durable: this.#spool.problem === null,
      diskProblem: this.#spool.problem,
      storeFailures: this.#spool.failures,
      damagedFiles: this.#damagedFiles,
    };
  }

  /** Ends the attempt in flight, which stays in the queue, and waits for the disk, but not for long. */
  async stop(): Promise<void> {
    const { clock } = this.#deps;
    this.#abort.abort();
    this.#cancelPause?.();
    if (this.#loading !== null) await this.#loading;
    await waitAtMost(this.#running, STOP_PATIENCE, clock);
    await waitAtMost(this.#spool.close(), STOP_PATIENCE, clock);
  }

  async #load(): Promise<void> {
    const { waiting, dead, damaged } = await this.#spool.load();
    this.#damagedFiles = damaged;
    this.#lane.restore(waiting, dead);
    this.#dead.restore(dead);
    this.#pump();
  }

  #waiting(): Delivery[] {
    const inFlight = this.#inFlight;
    return [...(inFlight === null || inFlight.gone ? [] : [inFlight]), ...this.#lane.items];
  }

  #pump(): void {
    if (this.#isRunning || this.#cancelPause !== null || this.#abort.signal.aborted) return;
    this.#isRunning = true;
    this.#running = this.#run();
  }

  async #run(): Promise<void> {
    try {
      for (let delivery = this.#lane.take(); delivery !== null; delivery = this.#lane.take()) {
        if (!(await this.#deliver(delivery))) return;
      }
    } finally {
      this.#isRunning = false;
    }
  }

  /** @returns whether the next one may go at once */
  async #deliver(delivery: Delivery): Promise<boolean> {
    this.#inFlight = delivery;
    await this.#spool.save(delivery);
    if (this.#abort.signal.aborted) return false;
    if (!delivery.gone) {
      delivery.attempts += 1;
      delivery.attempted = true;
      const outcome = await this.#attempt(delivery);
      // It stays in the queue, for the next run of the agent.
      if (this.#abort.signal.aborted && outcome.kind !== "delivered") return false;
      this.#inFlight = null;
      return this.#settle(delivery, outcome);
    }
    this.#inFlight = null;
    return true;
  }

  async #attempt({ notification }: Delivery): Promise<Outcome> {
    try {
      return await this.#tryOnce(notification, this.#abort.signal);
    } catch (error) {
      // A lane that ends with an alert in it would be worse than a bug that is seen.
      const name = error instanceof Error ? error.name : "unknown";
      this.#deps.log.error({ receiver: this.#options.receiver, fault: name }, "an attempt ended with a fault of the agent");
      return { kind: "retry", why: `a fault of the agent (${name})`, retryAfter: null };
    }
  }

  /** @returns whether the next one may go at once */
  #settle(delivery: Delivery, outcome: Outcome): boolean {
    if (outcome.kind === "delivered") {
      this.#counts.delivered += 1;
      this.#failuresInARow = 0;
      this.#failures.delivered();
      this.#lane.delivered(delivery);
      this.#spool.discard(delivery);
      return true;
    }
    delivery.problem = outcome.why;
    if (outcome.kind === "rejected") {
      this.#counts.rejected += 1;
      this.#failuresInARow = 0;
      this.#failures.rejected(outcome.why, delivery.id);
      if (!delivery.gone) this.#dead.add(delivery);
      return true;
    }
    this.#counts.retried += 1;
    this.#failuresInARow += 1;
    this.#failures.retried(outcome.why);
    if (!delivery.gone) this.#keep(delivery);
    this.#pause(outcome.retryAfter);
    return false;
  }

  /** For the next attempt, with how often it was tried. */
  #keep(delivery: Delivery): void {
    delivery.saved = false;
    this.#lane.putBack(delivery);
    if (!delivery.gone) this.#spool.saveLater(delivery);
  }

  #pause(retryAfter: Duration | null): void {
    const { clock, random = Math.random } = this.#deps;
    this.#cancelPause = clock.after(backoff(this.#failuresInARow, random(), retryAfter), () => {
      this.#cancelPause = null;
      this.#pump();
    });
  }
}

const listed = ({ id, queuedAt, attempts, severity, notification, problem }: Delivery): ListedDelivery => ({
  id,
  queued_at: rfc3339(queuedAt),
  attempts,
  severity,
  alerts: [...new Set(notification.alerts.flatMap(({ labels }) => labels["alertname"] ?? []))],
  problem,
});
