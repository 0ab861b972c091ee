import type { Link } from "../lib/link.ts";
import { splitDatagram } from "./datagram.ts";
import { attributeParser, dumpLinks } from "./dump.ts";
import { NetlinkError } from "./errors.ts";
import { type LinkMessage, type ParseLinkAttributes, translateLink } from "./link-message.ts";
import { LinkTable } from "./link-table.ts";

/** RTMGRP_LINK of linux/rtnetlink.h */
const RTMGRP_LINK = 1;
const RECONCILE_MS = 60_000;
const RETRY_MS = 1_000;
/** Between two dumps while events keep being lost. */
const CALM_MS = 100;
/** Bound on reads that throw events away: more than a receive buffer holds. */
const DISCARD_READS = 1_000;
/** Reads of at most 64 datagrams in one turn of the loop; the rest waits for the next. */
const READS_PER_TURN = 4;

/** The event socket of the addon; null in a batch stands for lost events. */
export interface EventSocket {
  read(): (Buffer | null)[];
  close(): void;
}

export type EventSocketClass = new (options: { readonly groups: number }, onReadable: () => void) => EventSocket;

export interface LinkMonitorOptions {
  readonly EventSocket: EventSocketClass;
  /** Told of trouble from which the monitor recovers by itself. */
  readonly warn: (message: string, error: unknown) => void;
  /** Replaceable in tests. */
  readonly dump?: (parse: ParseLinkAttributes) => Promise<readonly Link[]>;
  readonly parse?: ParseLinkAttributes;
  readonly reconcileMs?: number;
}

/**
 * Keeps a LinkTable equal to the kernel's: events as they come, a fresh dump whenever some were lost or not understood,
 * and one every minute regardless. At most one dump runs; a wish for one while it runs starts another after it.
 */
export class LinkMonitor {
  readonly table = new LinkTable();
  readonly #options: LinkMonitorOptions;
  readonly #parse: ParseLinkAttributes;
  readonly #dump: (parse: ParseLinkAttributes) => Promise<readonly Link[]>;
  #socket: EventSocket | undefined;
  #reconcile: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;
  #dumping: Promise<void> | undefined;
  /** Messages that came while a dump was on its way: they may be newer than what it shows, so they are applied after it. */
  #meanwhile: LinkMessage[] = [];
  #stale = false;
  #complete = false;
  #firstFailure: unknown;
  #closed = false;

  /** @throws ERR_NETLINK_UNAVAILABLE */
  constructor(options: LinkMonitorOptions) {
    this.#options = options;
    this.#parse = options.parse ?? attributeParser();
    this.#dump = options.dump ?? dumpLinks;
  }

  /**
   * Subscribes first and dumps then, so that no change falls between the two. Resolves when the table is complete.
   * Later dumps that fail are repeated.
   * @throws ERR_NETLINK_DUMP if the first dump fails: nothing can be captured on devices that are not known
   */
  async start(): Promise<void> {
    this.#socket = new this.#options.EventSocket({ groups: RTMGRP_LINK }, () => this.#readable());
    this.#resync();
    await this.#dumping;
    if (this.#firstFailure !== undefined) {
      this.close();
      throw this.#firstFailure instanceof NetlinkError ? this.#firstFailure : NetlinkError.dump(1, this.#firstFailure);
    }
    this.#reconcile = setInterval(() => this.#resync(), this.#options.reconcileMs ?? RECONCILE_MS);
    this.#reconcile.unref();
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#reconcile);
    clearTimeout(this.#retry);
    this.#socket?.close();
    this.#socket = undefined;
  }

  #readable(): void {
    const messages: LinkMessage[] = [];
    let complete = true;
    for (let i = 0; i < READS_PER_TURN; i++) {
      const batch = this.#socket?.read() ?? [];
      for (const datagram of batch) complete = this.#translate(datagram, messages) && complete;
      if (batch.length === 0) break;
    }
    if (this.#dumping !== undefined) this.#meanwhile.push(...messages);
    this.table.apply(messages);
    if (!complete) this.#resync();
  }

  /** Appends what the datagram says; false if something was lost or not understood. */
  #translate(datagram: Buffer | null, messages: LinkMessage[]): boolean {
    const parts = datagram === null ? undefined : splitDatagram(datagram);
    if (parts === undefined) return false;
    let understood = true;
    for (const part of parts) {
      try {
        const message = translateLink(part, this.#parse);
        if (message !== null) messages.push(message);
      } catch {
        understood = false;
      }
    }
    return understood;
  }

  #resync(): void {
    if (this.#closed) return;
    if (this.#dumping !== undefined) {
      this.#stale = true;
      return;
    }
    this.#discardPending();
    this.#meanwhile = [];
    this.#dumping = this.#dumpOnce().finally(() => {
      this.#dumping = undefined;
      if (this.#stale) {
        this.#stale = false;
        this.#later(CALM_MS);
      }
    });
  }

  /** Events that lie in the queue are older than the dump to come; applied after it, they would bring back the dead. */
  #discardPending(): void {
    for (let i = 0; i < DISCARD_READS; i++) if ((this.#socket?.read() ?? []).length === 0) return;
  }

  #later(ms: number): void {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#resync(), ms);
    this.#retry.unref();
  }

  async #dumpOnce(): Promise<void> {
    let links: readonly Link[];
    try {
      links = await this.#dump(this.#parse);
    } catch (error) {
      if (!this.#closed) this.#dumpFailed(error);
      return;
    }
    if (this.#closed) return;
    this.#complete = true;
    this.#readable();
    this.table.replace(overlay(links, this.#meanwhile));
  }

  #dumpFailed(error: unknown): void {
    if (!this.#complete) {
      this.#firstFailure = error;
      return;
    }
    this.#options.warn("the list of network devices could not be read, trying again", error);
    this.#later(RETRY_MS);
  }
}

/** A dump corrected by the messages that came while it was read, so that the table never goes back in time. */
export function overlay(links: readonly Link[], messages: readonly LinkMessage[]): readonly Link[] {
  const byIndex = new Map(links.map((link) => [link.index, link]));
  for (const message of messages) {
    if (message.kind === "present") byIndex.set(message.link.index, message.link);
    else byIndex.delete(message.index);
  }
  return [...byIndex.values()];
}
