/** What the parent tells the child on its standard input, one JSON object a line. */
export type Order =
  /** What is true at the start. Before it, the child touches nothing. */
  | { readonly kind: "start"; readonly truth: readonly Truth[]; readonly settleMs: number }
  | { readonly kind: "change"; readonly truth: Truth }
  /** The child answers with a `Report` on its standard output. */
  | { readonly kind: "report" }
  | { readonly kind: "stop" };

/** Whether one condition holds, for the how manieth time. */
export interface Truth {
  readonly vrid: number;
  readonly holds: boolean;
  readonly episode: number;
}

export interface Report {
  readonly queueLengths: readonly number[];
  readonly dead: number;
  readonly lost: number;
  readonly storeFailures: number;
  readonly firing: number;
  readonly durable: boolean;
  readonly problem: string | null;
}

/** What the child says on its standard output; its log goes to standard error. */
export type Answer = { readonly kind: "warm" } | { readonly kind: "started" } | { readonly kind: "report"; readonly report: Report };

/** What a receiver is told of one alert, in the bodies that the child posts. */
export interface Told {
  readonly fingerprint: string;
  readonly status: "firing" | "resolved";
  readonly startsAt: string;
  readonly vrid: number;
  readonly episode: number;
}

export const receiverNames = ["lists", "singles"] as const;
export type ReceiverName = (typeof receiverNames)[number];

/** How many conditions there are: one for each virtual router, so that none explains another. */
export const CONDITIONS = 8;
