import type { ReceiverView } from "../lib/alerts-view.ts";
import type { Clock } from "../lib/clock.ts";
import type { Notification } from "./alert.ts";
import type { CommandOutcome } from "./control.ts";
import { Deliverer, type DelivererDeps, type DelivererOptions } from "./deliverer.ts";
import type { ReceiverRule } from "./lifecycle/receiver-rule.ts";
import type { Attempt } from "./outcome.ts";
import type { ReceiverLane } from "./receiver-lane.ts";
import { RequestDurations, timed } from "./request-durations.ts";

export interface WebhookLaneOptions extends Omit<DelivererOptions, "receiver" | "perAlert" | "maxAlerts"> {
  readonly format: string;
}

export interface WebhookLaneDeps extends Omit<DelivererDeps, "attempt"> {
  readonly clock: Clock;
  readonly webhook: { readonly attempt: Attempt; close(): Promise<void> };
}

/** A receiver that is told once of each change, through the spool. */
export class WebhookLane implements ReceiverLane {
  rule: ReceiverRule;
  readonly repeats = false;
  #format: string;
  readonly #deliverer: Deliverer;
  readonly #durations = new RequestDurations();
  #webhook: WebhookLaneDeps["webhook"];
  readonly #clock: Clock;

  constructor(rule: ReceiverRule, { format, ...options }: WebhookLaneOptions, { webhook, ...deps }: WebhookLaneDeps) {
    this.rule = rule;
    this.#format = format;
    this.#webhook = webhook;
    this.#clock = deps.clock;
    const attempt = timed(webhook.attempt, this.#durations, deps.clock);
    const { name: receiver, perAlert, maxAlerts } = rule;
    this.#deliverer = new Deliverer({ ...options, receiver, perAlert, maxAlerts }, { ...deps, attempt });
  }

  /** The receiver of the same name is told in another way from now on; nothing that waits for it is lost. */
  reconfigure(rule: ReceiverRule, { format, ...options }: WebhookLaneOptions, webhook: WebhookLaneDeps["webhook"]): void {
    this.rule = rule;
    this.#format = format;
    // An attempt under way by the one before ends by itself, or with the deliverer.
    this.#webhook = webhook;
    const { perAlert, maxAlerts } = rule;
    this.#deliverer.reconfigure({ ...options, perAlert, maxAlerts }, timed(webhook.attempt, this.#durations, this.#clock));
  }

  get storeProblem(): string | null {
    return this.#deliverer.view().diskProblem;
  }

  get storeFailures(): number {
    return this.#deliverer.view().storeFailures;
  }

  start(told: ReadonlyMap<string, number>): Promise<void> {
    this.#deliverer.seed(told);
    return this.#deliverer.load();
  }

  take(notification: Notification): Promise<void> {
    return this.#deliverer.enqueue(notification);
  }

  resume(): void {}

  async stop(): Promise<void> {
    await this.#deliverer.stop();
    await this.#webhook.close();
  }

  view(): ReceiverView {
    const { outcomes, queueLength, oldestQueued, dead, truncatedAlerts, problem } = this.#deliverer.view();
    const durations = this.#durations.view();
    return { name: this.rule.name, format: this.#format, outcomes, queueLength, oldestQueued, dead, truncatedAlerts, durations, problem };
  }

  list(): ReturnType<ReceiverLane["list"]> {
    const { waiting, dead } = this.#deliverer.list();
    const named = (delivery: (typeof waiting)[number]) => ({ receiver: this.rule.name, ...delivery });
    return { waiting: waiting.map(named), dead: dead.map(named) };
  }

  retry(id: string): Promise<CommandOutcome> {
    return this.#deliverer.retry(id);
  }

  drop(id: string): Promise<CommandOutcome> {
    return this.#deliverer.drop(id);
  }
}
