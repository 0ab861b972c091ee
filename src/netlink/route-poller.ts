import { AddressTable } from "./address-table.ts";
import type { RouteState } from "./dump.ts";
import { LinkTable } from "./link-table.ts";

const POLL_MS = 2_000;

export interface RoutePollerOptions {
  /** Reads all devices and addresses. */
  readonly dump: () => Promise<RouteState>;
  readonly warn: (message: string, error: unknown) => void;
}

/**
 * Keeps the tables of devices and addresses about equal to the system's where no events can be had: every two seconds. What happens in
 * between goes unseen.
 */
export class RoutePoller {
  readonly table = new LinkTable();
  readonly addresses = new AddressTable();
  readonly #options: RoutePollerOptions;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #failing = false;

  constructor(options: RoutePollerOptions) {
    this.#options = options;
  }

  /** Resolves when the tables are complete. @throws what the first dump throws */
  async start(): Promise<void> {
    this.#replace(await this.#options.dump());
    this.#later();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #later(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => void this.#poll(), POLL_MS);
    this.#timer.unref();
  }

  async #poll(): Promise<void> {
    let state: RouteState | undefined;
    try {
      state = await this.#options.dump();
      this.#failing = false;
    } catch (error) {
      if (!this.#closed && !this.#failing)
        this.#options.warn("the list of network devices and addresses could not be read, trying again", error);
      this.#failing = true;
    }
    this.#later();
    // Last: what a listener throws is not ours to catch.
    if (state !== undefined && !this.#closed) this.#replace(state);
  }

  #replace({ links, addresses }: RouteState): void {
    this.table.replace(links);
    this.addresses.replace(addresses);
  }
}
