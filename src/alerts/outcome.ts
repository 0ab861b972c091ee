import type { Duration } from "../lib/time.ts";
import type { Notification } from "./alert.ts";

/**
 * What became of one attempt. `why` is for a person: never a URL, never a secret; of an answer the beginning, without control characters
 * and with all that is secret replaced.
 */
export type Outcome =
  | { readonly kind: "delivered" }
  /** Trying again may help. `retryAfter`: what the receiver asked for. */
  | { readonly kind: "retry"; readonly why: string; readonly retryAfter: Duration | null }
  /** The receiver does not want it, and will not want it later either. */
  | { readonly kind: "rejected"; readonly why: string };

/** One attempt at one delivery. Never rejects. `signal` ends it at the stop of the agent. */
export type Attempt = (notification: Notification, signal: AbortSignal) => Promise<Outcome>;
