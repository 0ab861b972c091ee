import type { Clock } from "../lib/clock.ts";
import type { ListenAddress } from "../lib/listen.ts";
import type { WebConfig } from "../lib/web-config.ts";
import type { ScrapeSource } from "../metrics/render.ts";
import type { EventHub } from "./event-hub.ts";
import type { IncidentSource } from "./incidents-routes.ts";
import type { SilenceSource } from "./silence-routes.ts";

export interface HttpOptions {
  readonly listen: readonly ListenAddress[];
  /** The host's name as the landing page shows it; null leaves it out. */
  readonly hostName: string | null;
  /** Between two signs of life on an event stream, in milliseconds. Default 15 s. */
  readonly heartbeatMs?: number;
  /** Bound on event streams at a time. Default 32. */
  readonly maxStreams?: number;
  /** The web configuration file; null or left out: plain HTTP without users. */
  readonly web?: WebConfig | null;
}

/** What only `web.listen` needs. */
export interface WebDeps {
  readonly clock: Clock;
  /** null where incidents are not recorded. */
  readonly incidents: IncidentSource | null;
}

export interface HttpLog {
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** The pages of docs/. */
export interface PageSource {
  /**
   * One page by its path below docs/ without an ending, such as `conditions/split_brain`; null: there is none.
   * @param as HTML is what stands between the page's head and foot
   */
  read(name: string, as: "html" | "markdown"): Promise<string | null>;
}

/** What the server asks the rest of the agent for; snapshots are of the moment, the engine advanced to it. */
export interface HttpDeps extends ScrapeSource {
  readonly events: EventHub;
  readonly silences: SilenceSource;
  readonly pages: PageSource;
  readonly log: HttpLog;
}
