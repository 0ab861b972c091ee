import type { ReceiverView } from "../lib/alerts-view.ts";
import type { Alert, Json, Notification } from "./alert.ts";
import type { CommandOutcome } from "./control.ts";
import type { ReceiverRule } from "./lifecycle/receiver-rule.ts";

/** The way to one receiver, from the notification to its acknowledgement. No lane waits for another. */
export interface ReceiverLane {
  readonly rule: ReceiverRule;
  /** It is told what fires again and again, without a queue. */
  readonly repeats: boolean;
  /**
   * Takes up what an earlier run left waiting. Never rejects.
   * @param told what that run handed over to be told: fingerprint → the highest `sequence`
   */
  start(told: ReadonlyMap<string, number>): Promise<void>;
  /** Resolves when it is as safe as the disk allows. Never rejects. */
  take(notification: Notification): Promise<void>;
  /** What fires still after a restart; only where it `repeats`. */
  resume(alerts: readonly Alert[]): void;
  /** Only where it `repeats`: what nobody follows any more is not told on. */
  keep?(isKnown: (fingerprint: string) => boolean): void;
  stop(): Promise<void>;
  view(): ReceiverView;
  /** Why what waits may be lost with the agent, for a person; null: it will not be. */
  readonly storeProblem: string | null;
  readonly storeFailures: number;
  /** Deliveries for a person. */
  list(): { readonly waiting: readonly Json[]; readonly dead: readonly Json[] };
  retry(id: string): Promise<CommandOutcome>;
  drop(id: string): Promise<CommandOutcome>;
}
