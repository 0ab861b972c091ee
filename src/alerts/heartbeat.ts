import { randomUUID } from "node:crypto";
import type { Clock } from "../lib/clock.ts";
import { type Duration, rfc3339 } from "../lib/time.ts";
import type { AlertLog } from "./log.ts";
import { Poster } from "./webhook/poster.ts";
import type { PostOptions } from "./webhook/prepare.ts";
import type { Environment } from "./webhook/proxy.ts";

export interface HeartbeatOptions extends Pick<PostOptions, "url" | "url_file" | "timeout" | "tls"> {
  readonly interval: Duration;
}

export interface HeartbeatDeps {
  /** Whether the agent really captures and judges. */
  readonly alive: () => boolean;
  readonly host: string;
  readonly version: string;
  readonly clock: Clock;
  /** Where the proxy variables are: `process.env`. */
  readonly environment: Environment;
  readonly log: AlertLog;
}

/** A sign of life for a dead-man's switch: it is the silence that alarms. A lost one is not made up for; the next one follows soon. */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  readonly #deps: HeartbeatDeps;
  readonly #poster: Poster;
  readonly #stopping = new AbortController();
  #disarm: () => void = () => {};
  #started = false;
  #busy = false;
  #sent = 0;
  #failed = 0;
  #problem: string | null = null;

  constructor(options: HeartbeatOptions, deps: HeartbeatDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#poster = new Poster(options, { clock: deps.clock, environment: deps.environment, version: deps.version });
  }

  /** Signs of life that the receiver took. */
  get sent(): number {
    return this.#sent;
  }

  /** Those that it did not. */
  get failed(): number {
    return this.#failed;
  }

  /** The first one goes at once. */
  start(): void {
    if (this.#started || this.#stopping.signal.aborted) return;
    this.#started = true;
    this.#beat();
  }

  /** Sends no more, and waits until what was under way is over. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#disarm();
    await this.#poster.close();
  }

  #beat(): void {
    const { clock, alive } = this.#deps;
    this.#disarm = clock.after(this.#options.interval, () => this.#beat());
    // The one before may take longer than the interval.
    if (this.#busy) return;
    if (!alive()) {
      this.#note("the agent does not capture or judge");
      return;
    }
    void this.#send();
  }

  async #send(): Promise<void> {
    this.#busy = true;
    const body = { status: "ok", host: harmless(this.#deps.host), at: rfc3339(this.#deps.clock.wall()) };
    const outcome = await this.#poster.post(`heartbeat-${randomUUID()}`, () => body, this.#stopping.signal);
    this.#busy = false;
    if (this.#stopping.signal.aborted && outcome.kind !== "delivered") return;
    if (outcome.kind === "delivered") this.#sent += 1;
    else this.#failed += 1;
    this.#note(outcome.kind === "delivered" ? null : outcome.why);
  }

  #note(problem: string | null): void {
    const before = this.#problem;
    this.#problem = problem;
    if (problem === before) return;
    if (problem === null) this.#deps.log.info({}, "heartbeat is sent again");
    else this.#deps.log.warn({ problem }, "heartbeat is not sent");
  }
}

/** OneUptime takes a body that holds `error` for bad news, with regard to case; host names are the same in capitals (RFC 4343). */
const harmless = (host: string): string => host.replaceAll("error", "ERROR");
