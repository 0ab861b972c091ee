import type { WallTime } from "./time.ts";

/** What becomes of deliveries (contract: Self). A closed set. */
export const deliveryOutcomes = ["delivered", "retried", "rejected", "expired", "dropped"] as const;
export type DeliveryOutcome = (typeof deliveryOutcomes)[number];

/** Upper bounds of the histogram of request durations, in seconds; one more bucket holds the rest. */
export const durationBuckets = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

/** How deliveries to one receiver go, since the start of the agent. */
export interface ReceiverView {
  readonly name: string;
  readonly format: string;
  readonly outcomes: Readonly<Record<DeliveryOutcome, number>>;
  /** Deliveries that wait, the one in flight included. */
  readonly queueLength: number;
  readonly oldestQueued: WallTime | null;
  /** Kept because the receiver refused them. */
  readonly dead: number;
  /** Alerts that were left out of a notification because it had too many. */
  readonly truncatedAlerts: number;
  /** Requests by duration: `buckets[i]` took at most `durationBuckets[i]` seconds (cumulative), `count` is all of them. */
  readonly durations: { readonly buckets: readonly number[]; readonly sum: number; readonly count: number };
  /** Why it cannot be reached or refuses, for a person; null: nothing is wrong, as far as is known. */
  readonly problem: string | null;
}

export interface AlertsView {
  readonly receivers: readonly ReceiverView[];
  /** Alerts that fire, by severity. */
  readonly firing: Readonly<Record<"critical" | "warning" | "info", number>>;
  /** Alerts that nobody is told of because there are too many. */
  readonly evicted: number;
  /** Times that the disk refused something about alerts: what waits may be lost with the agent. */
  readonly storeFailures: number;
  readonly heartbeat: { readonly sent: number; readonly failed: number } | null;
}
