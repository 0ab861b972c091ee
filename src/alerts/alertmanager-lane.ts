import type { DeliveryOutcome, ReceiverView } from "../lib/alerts-view.ts";
import type { Clock } from "../lib/clock.ts";
import { type Duration, rfc3339 } from "../lib/time.ts";
import type { Alert, Notification } from "./alert.ts";
import { AlertmanagerPush, endsAt } from "./alertmanager-push.ts";
import type { CommandOutcome } from "./control.ts";
import { gistOf } from "./failure-log.ts";
import type { ReceiverRule } from "./lifecycle/receiver-rule.ts";
import type { AlertLog } from "./log.ts";
import type { Attempt, Outcome } from "./outcome.ts";
import type { ReceiverLane } from "./receiver-lane.ts";
import { RequestDurations, timed } from "./request-durations.ts";

/** Posts to one Alertmanager of a cluster: none of them waits for another. */
interface Poster {
  readonly attempt: Attempt;
  close(): Promise<void>;
}

/** @param endsAt asked for at each attempt: it moves */
export type OpenAlertmanagers = (endsAt: (alert: Alert) => string) => Promise<readonly Poster[]>;

export interface AlertmanagerLaneDeps {
  readonly clock: Clock;
  readonly log: AlertLog;
  readonly random: () => number;
  readonly newId: () => string;
}

/** Tells every Alertmanager of a cluster what fires, again and again (Alertmanager's API: POST /api/v2/alerts to all of them). */
export class AlertmanagerLane implements ReceiverLane {
  readonly rule: ReceiverRule;
  readonly repeats = true;
  readonly storeProblem = null;
  readonly storeFailures = 0;
  readonly #pushes: readonly AlertmanagerPush[];
  readonly #posters: readonly Poster[];
  readonly #durations: RequestDurations;
  readonly #outcomes: Record<DeliveryOutcome, number>;
  readonly #problems: (string | null)[];
  readonly #deps: AlertmanagerLaneDeps;

  private constructor(
    rule: ReceiverRule,
    resendInterval: Duration,
    posters: readonly Poster[],
    deps: AlertmanagerLaneDeps,
    before: AlertmanagerLane | null,
  ) {
    this.rule = rule;
    this.#deps = deps;
    this.#durations = before === null ? new RequestDurations() : before.#durations;
    this.#outcomes = before === null ? { delivered: 0, retried: 0, rejected: 0, expired: 0, dropped: 0 } : before.#outcomes;
    this.#posters = posters;
    this.#problems = posters.map(() => null);
    this.#pushes = posters.map(
      ({ attempt }, index) =>
        new AlertmanagerPush(
          { resendInterval },
          { ...deps, attempt: timed(attempt, this.#durations, deps.clock), outcome: (outcome) => this.#note(index, outcome) },
        ),
    );
  }

  /** @param before the lane whose place it takes: it goes on counting */
  static async open(
    rule: ReceiverRule,
    resendInterval: Duration,
    open: OpenAlertmanagers,
    deps: AlertmanagerLaneDeps,
    before: AlertmanagerLane | null = null,
  ): Promise<AlertmanagerLane> {
    const posters = await open((alert) => endsAt(alert, deps.clock.wall(), resendInterval));
    return new AlertmanagerLane(rule, resendInterval, posters, deps, before);
  }

  async start(): Promise<void> {}

  async take(notification: Notification): Promise<void> {
    for (const push of this.#pushes) push.take(notification);
  }

  resume(alerts: readonly Alert[]): void {
    const { clock, newId } = this.#deps;
    const notification: Notification = {
      id: newId(),
      receiver: this.rule.name,
      reason: "repeat",
      group_key: "{}",
      group_labels: {},
      created_at: rfc3339(clock.wall()),
      alerts,
      truncated: 0,
    };
    for (const push of this.#pushes) push.take(notification);
  }

  keep(isKnown: (fingerprint: string) => boolean): void {
    for (const push of this.#pushes) push.keep(isKnown);
  }

  async stop(): Promise<void> {
    for (const push of this.#pushes) push.stop();
    await Promise.all(this.#posters.map((poster) => poster.close()));
  }

  view(): ReceiverView {
    return {
      name: this.rule.name,
      format: "alertmanager-api",
      outcomes: { ...this.#outcomes },
      queueLength: 0,
      oldestQueued: null,
      dead: 0,
      truncatedAlerts: 0,
      durations: this.#durations.view(),
      problem: this.#problems.find((problem) => problem !== null) ?? null,
    };
  }

  list(): ReturnType<ReceiverLane["list"]> {
    return { waiting: [], dead: [] };
  }

  async retry(): Promise<CommandOutcome> {
    return "unknown";
  }

  async drop(): Promise<CommandOutcome> {
    return "unknown";
  }

  #note(index: number, outcome: Outcome): void {
    const kind = outcome.kind === "retry" ? "retried" : outcome.kind;
    this.#outcomes[kind] += 1;
    const problem = outcome.kind === "delivered" ? null : outcome.why;
    const before = this.#problems[index] ?? null;
    this.#problems[index] = problem;
    if (problem === before || (problem !== null && before !== null && gistOf(problem) === gistOf(before))) return;
    const fields = { receiver: this.rule.name, alertmanager: index + 1 };
    if (problem === null) this.#deps.log.info(fields, "an Alertmanager takes alerts again");
    else this.#deps.log.warn({ ...fields, problem }, "an Alertmanager does not take alerts");
  }
}
