import { setTimeout as delay } from "node:timers/promises";
import type { Agent } from "../lab/framework/agent.ts";

export interface Scrapes {
  readonly answered: number;
  readonly failed: number;
  /** Milliseconds. */
  readonly slowest: number;
  /** Of the largest answer. */
  readonly bytes: number;
}

const none: Scrapes = { answered: 0, failed: 0, slowest: 0, bytes: 0 };

/** Asks the agent for /metrics each second, from the beginning of the soak to its end, as a Prometheus would. */
export class Scraper {
  readonly #agent: Agent;
  readonly #stopped = new AbortController();
  #since = none;

  constructor(agent: Agent) {
    this.#agent = agent;
    void this.#loop();
  }

  /** What was scraped since the last call. */
  take(): Scrapes {
    const taken = this.#since;
    this.#since = none;
    return taken;
  }

  stop(): void {
    this.#stopped.abort();
  }

  async #loop(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      const began = performance.now();
      const answer = await this.#agent.tryGet("/metrics");
      if (signal.aborted) return;
      const took = performance.now() - began;
      const { answered, failed, slowest, bytes } = this.#since;
      this.#since =
        answer?.status === 200
          ? { answered: answered + 1, failed, slowest: Math.max(slowest, took), bytes: Math.max(bytes, answer.body.length) }
          : { answered, failed: failed + 1, slowest, bytes };
      await delay(Math.max(0, 1_000 - took), undefined, { signal }).catch(() => undefined);
    }
  }
}
