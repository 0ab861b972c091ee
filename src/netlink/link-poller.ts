import type { Link } from "../lib/link.ts";
import { LinkTable } from "./link-table.ts";

const POLL_MS = 2_000;

export interface LinkPollerOptions {
  /** Reads all devices. */
  readonly dump: () => Promise<readonly Link[]>;
  readonly warn: (message: string, error: unknown) => void;
}

/**
 * Keeps a LinkTable about equal to the system's where no events can be had: every two seconds. What happens to a device in
 * between goes unseen.
 */
export class LinkPoller {
  readonly table = new LinkTable();
  readonly #options: LinkPollerOptions;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #failing = false;

  constructor(options: LinkPollerOptions) {
    this.#options = options;
  }

  /** Resolves when the table is complete. @throws what the first dump throws */
  async start(): Promise<void> {
    this.table.replace(await this.#options.dump());
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
    let links: readonly Link[] | undefined;
    try {
      links = await this.#options.dump();
      this.#failing = false;
    } catch (error) {
      if (!this.#closed && !this.#failing) this.#options.warn("the list of network devices could not be read, trying again", error);
      this.#failing = true;
    }
    this.#later();
    // Last: what a listener throws is not ours to catch.
    if (links !== undefined && !this.#closed) this.table.replace(links);
  }
}
