import type { Snapshot } from "../core/view.ts";
import type { ListenAddress } from "../lib/listen.ts";
import type { AgentView } from "../metrics/agent-view.ts";
import type { ExpositionFormat } from "../metrics/exposition.ts";
import type { EventHub } from "./event-hub.ts";

export interface HttpOptions {
  readonly listen: readonly ListenAddress[];
  /** The host's name as the landing page shows it; null leaves it out. */
  readonly hostName: string | null;
  /** Between two signs of life on an event stream, in milliseconds. Default 15 s. */
  readonly heartbeatMs?: number;
  /** Bound on event streams at a time. Default 32. */
  readonly maxStreams?: number;
}

export interface HttpLog {
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** What the server asks the rest of the agent for. */
export interface HttpDeps {
  /** The state now: the engine has been advanced to this moment. Read at once and not kept. */
  snapshot(): Snapshot;
  agentView(): AgentView;
  readonly events: EventHub;
  /** Families of Node and the process, without an end mark; null where they are not wanted. Must not reject. */
  readonly processMetrics: { render(format: ExpositionFormat): Promise<string> } | null;
  readonly log: HttpLog;
}
