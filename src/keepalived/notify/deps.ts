import type { HostFact } from "../../core/host-facts.ts";
import type { Clock } from "../../lib/clock.ts";

export interface NotifyLog {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** What the intakes are given by the agent. */
export interface NotifyDeps {
  /** Called for each fact, in order. */
  readonly deliver: (fact: HostFact) => void;
  readonly log: NotifyLog;
  readonly clock: Clock;
}

/** How one intake does. */
export interface IntakeView {
  readonly path: string;
  readonly up: boolean;
  /** What is wrong and what to do about it, for a person; null while it is up. */
  readonly problem: string | null;
}
