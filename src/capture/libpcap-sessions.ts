import type { Link, LinkView } from "../lib/link.ts";
import type { ChoiceReason } from "./choice.ts";
import { CaptureError } from "./errors.ts";
import type { OpenPcapSession, PcapFrame, PcapSession } from "./libpcap-session.ts";
import type { Target } from "./targets.ts";

/** A session cannot be closed (see LibpcapSession): so many descriptors and rings of devices that are gone may pile up. */
const DEAD_SESSIONS = 64;
/** Failed attempts double the wait for the next, up to so many times. An attempt that fails leaks a little in npm pcap. */
const MOST_DOUBLINGS = 6;

export interface LibpcapSessionsOptions {
  readonly open: OpenPcapSession;
  readonly links: LinkView;
  readonly onFrame: (index: number, frame: PcapFrame) => void;
  readonly warn: (message: string, error?: unknown) => void;
}

interface Failing {
  readonly attempts: number;
  /** The round of `retry` that tries again. */
  readonly due: number;
}

/**
 * The captures of the second backend, one a device, by the device's index. A session lives as long as its device: it is
 * kept while the device is down or not chosen, because ending it would free nothing and opening the next one would cost again.
 */
export class LibpcapSessions {
  readonly #options: LibpcapSessionsOptions;
  readonly #open = new Map<number, PcapSession>();
  readonly #failing = new Map<number, Failing>();
  /** Devices without Ethernet frames: their sessions are dead at once, so they are not tried again. */
  readonly #refused = new Set<number>();
  #dead = 0;
  #round = 0;
  /** No further device can be captured until the process is started anew. */
  failure: CaptureError | null = null;

  constructor(options: LibpcapSessionsOptions) {
    this.#options = options;
  }

  get(index: number): PcapSession | undefined {
    return this.#open.get(index);
  }

  all(): IterableIterator<[number, PcapSession]> {
    return this.#open.entries();
  }

  /** Why a device that is wanted and up is not captured all the same; undefined if it is. */
  obstacle(index: number): ChoiceReason | undefined {
    if (this.#refused.has(index)) return "not_ethernet";
    return this.#open.has(index) ? undefined : "cannot_open";
  }

  /**
   * Ends the sessions of devices that are gone and opens those that are missing. At the start a refusal for lack of rights or
   * of libpcap is thrown; later trouble is tried again by `retry`.
   */
  follow(captured: readonly Target[], starting: boolean): void {
    const { links } = this.#options;
    for (const [index, session] of [...this.#open]) {
      if (links.get(index) !== undefined) continue;
      this.#end(session);
      this.#open.delete(index);
    }
    for (const index of [...this.#refused]) if (links.get(index) === undefined) this.#refused.delete(index);
    const wanted = new Set(captured.map(({ link }) => link.index));
    for (const index of [...this.#failing.keys()]) if (!wanted.has(index)) this.#failing.delete(index);
    for (const { link } of captured) {
      if (!this.#open.has(link.index) && !this.#refused.has(link.index) && !this.#failing.has(link.index)) this.#begin(link, starting);
    }
  }

  /** To be called about once a second: tries again what failed, ever more seldom. Returns the devices that work now. */
  retry(): readonly Link[] {
    this.#round += 1;
    const opened: Link[] = [];
    for (const [index, { due }] of [...this.#failing]) {
      const link = this.#options.links.get(index);
      if (link !== undefined && due <= this.#round && this.#begin(link, false)) opened.push(link);
    }
    return opened;
  }

  endAll(): void {
    for (const session of this.#open.values()) session.end();
    this.#open.clear();
    this.#failing.clear();
  }

  #begin(link: Link, starting: boolean): boolean {
    if (this.#dead >= DEAD_SESSIONS) {
      this.#exhausted(link);
      return false;
    }
    try {
      const session = this.#options.open(link.name, (frame) => this.#options.onFrame(link.index, frame));
      if (session.linkType !== "LINKTYPE_ETHERNET") {
        this.#end(session);
        this.#failing.delete(link.index);
        this.#refused.add(link.index);
        this.#options.warn(`libpcap gives no Ethernet frames on ${link.name}: it is left out`);
        return false;
      }
      this.#failing.delete(link.index);
      this.#open.set(link.index, session);
      return true;
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error;
      if (starting && (error.code === "ERR_CAPTURE_DENIED" || error.code === "ERR_CAPTURE_UNAVAILABLE")) throw error;
      const attempts = this.#fail(link);
      if (attempts === 1) this.#options.warn(`cannot capture on ${link.name} yet, trying again`, error);
      return false;
    }
  }

  #exhausted(link: Link): void {
    this.#fail(link);
    if (this.failure !== null) return;
    this.failure = CaptureError.exhausted(this.#dead);
    this.#options.warn("no further interface can be captured: restart the agent", this.failure);
  }

  #fail(link: Link): number {
    const attempts = (this.#failing.get(link.index)?.attempts ?? 0) + 1;
    this.#failing.set(link.index, { attempts, due: this.#round + 2 ** Math.min(attempts - 1, MOST_DOUBLINGS) });
    return attempts;
  }

  #end(session: PcapSession): void {
    session.end();
    this.#dead += 1;
  }
}
