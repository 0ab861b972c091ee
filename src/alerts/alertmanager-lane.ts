import type { DeliveryOutcome, ReceiverView } from "../lib/alerts-view.ts";
import type { Clock } from "../lib/clock.ts";
import { type Duration, rfc3339 } from "../lib/time.ts";
import type { Alert, Notification } from "./alert.ts";
import { AlertmanagerPush } from "./alertmanager-push.ts";
import type { CommandOutcome } from "./control.ts";
import type { Lane } from "./lane.ts";
import type { ReceiverRule } from "./lifecycle/conversation.ts";
import type { Attempt, Outcome } from "./outcome.ts";
import { RequestDurations, timed } from "./request-durations.ts";
import type { StoreLog } from "./state-store.ts";

/** One Alertmanager of a cluster: none of them waits for another. */
export interface AlertmanagerTarget {
  /** `endsAt` is asked for at each attempt: it moves. */
  readonly open: (endsAt: (alert: Alert) => string) => { readonly attempt: Attempt; close(): Promise<void> };
}

export interface AlertmanagerLaneDeps {
  readonly clock: Clock;
  readonly log: StoreLog;
  readonly random: () => number;
  readonly newId: () => string;
}

/** Tells every Alertmanager of a cluster what fires, again and again (Alertmanager's API: POST /api/v2/alerts to all of them). */
export class AlertmanagerLane implements Lane {
  readonly rule: ReceiverRule;
  readonly repeats = true;
  readonly storeProblem = null;
  readonly storeFailures = 0;
  readonly #pushes: readonly AlertmanagerPush[];
  readonly #closes: readonly (() => Promise<void>)[];
  readonly #durations = new RequestDurations();
  readonly #outcomes: Record<DeliveryOutcome, number> = { delivered: 0, retried: 0, rejected: 0, expired: 0, dropped: 0 };
  readonly #problems: (string | null)[];
  readonly #deps: AlertmanagerLaneDeps;

  constructor(rule: ReceiverRule, resendInterval: Duration, targets: readonly AlertmanagerTarget[], deps: AlertmanagerLaneDeps) {
    this.rule = rule;
    this.#deps = deps;
    this.#problems = targets.map(() => null);
    const closes: (() => Promise<void>)[] = [];
    this.#pushes = targets.map((target, index) => {
      const endsAt = (alert: Alert): string => this.#pushes[index]?.endsAt(alert) ?? rfc3339(deps.clock.wall());
      const { attempt, close } = target.open(endsAt);
      closes.push(close);
      return new AlertmanagerPush(
        { resendInterval },
        { ...deps, attempt: timed(attempt, this.#durations, deps.clock), outcome: (outcome) => this.#note(index, outcome) },
      );
    });
    this.#closes = closes;
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
    await Promise.all(this.#closes.map((close) => close()));
  }

  view(): Omit<ReceiverView, "truncatedAlerts"> {
    return {
      name: this.rule.name,
      format: "alertmanager-api",
      outcomes: { ...this.#outcomes },
      queueLength: 0,
      oldestQueued: null,
      dead: 0,
      durations: this.#durations.view(),
      problem: this.#problems.find((problem) => problem !== null) ?? null,
    };
  }

  list(): ReturnType<Lane["list"]> {
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
    if (problem === before) return;
    const fields = { receiver: this.rule.name, alertmanager: index + 1 };
    if (problem === null) this.#deps.log.info(fields, "an Alertmanager takes alerts again");
    else this.#deps.log.warn({ ...fields, problem }, "an Alertmanager does not take alerts");
  }
}
