import { type AddressMessage, translateAddress } from "./address-message.ts";
import { AddressTable, addressKey } from "./address-table.ts";
import { splitDatagram } from "./datagram.ts";
import { attributeParser, dumpRoutes, type RouteState } from "./dump.ts";
import { NetlinkError } from "./errors.ts";
import { type LinkMessage, type ParseLinkAttributes, translateLink } from "./link-message.ts";
import { LinkTable } from "./link-table.ts";

/** RTMGRP_LINK, RTMGRP_IPV4_IFADDR and RTMGRP_IPV6_IFADDR of linux/rtnetlink.h, on one socket: their order counts. */
const GROUPS = 0x1 | 0x10 | 0x100;
const RECONCILE_MS = 60_000;
const RETRY_MS = 1_000;
/** Between two dumps while events keep being lost. */
const CALM_MS = 100;
/** Bound on reads that empty the queue: more than a receive buffer holds. */
const DISCARD_READS = 1_000;
/** Messages kept while a dump is read. In a flood beyond it the dump is thrown away and another one taken. */
const MOST_MEANWHILE = 20_000;
/** Reads of at most 64 datagrams in one turn of the loop; the rest waits for the next. */
const READS_PER_TURN = 4;

/** The event socket of the addon; null in a batch stands for lost events. */
export interface EventSocket {
  read(): (Buffer | null)[];
  close(): void;
}

export type EventSocketClass = new (options: { readonly groups: number }, onReadable: () => void) => EventSocket;

export interface RouteMonitorOptions {
  readonly EventSocket: EventSocketClass;
  /** Told of trouble from which the monitor recovers by itself. */
  readonly warn: (message: string, error: unknown) => void;
  /** Replaceable in tests. */
  readonly dump?: (parse: ParseLinkAttributes) => Promise<RouteState>;
  readonly parse?: ParseLinkAttributes;
  readonly reconcileMs?: number;
}

/** What a datagram says, in two lists: an address never comes before its device. */
interface RouteMessages {
  readonly links: LinkMessage[];
  readonly addresses: AddressMessage[];
}

/**
 * Keeps the tables of devices and addresses equal to the kernel's: events as they come, a fresh dump whenever some were lost or not understood,
 * and one every minute regardless. At most one dump runs; a wish for one while it runs starts another after it.
 */
export class RouteMonitor {
  readonly table = new LinkTable();
  readonly addresses = new AddressTable();
  readonly #options: RouteMonitorOptions;
  readonly #parse: ParseLinkAttributes;
  readonly #dump: (parse: ParseLinkAttributes) => Promise<RouteState>;
  #socket: EventSocket | undefined;
  #reconcile: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;
  #dumping: Promise<void> | undefined;
  /** Messages that came while a dump was on its way: they may be newer than what it shows, so they are applied after it. */
  #meanwhile: RouteMessages = { links: [], addresses: [] };
  #stale = false;
  /** More came while the dump was read than could be kept: it tells the state of no moment that we know. */
  #outdated = false;
  #complete = false;
  #firstFailure: unknown;
  #closed = false;

  /** @throws ERR_NETLINK_UNAVAILABLE */
  constructor(options: RouteMonitorOptions) {
    this.#options = options;
    this.#parse = options.parse ?? attributeParser();
    this.#dump = options.dump ?? dumpRoutes;
  }

  /**
   * Subscribes first and dumps then, so that no change falls between the two. Resolves when the table is complete.
   * Later dumps that fail are repeated.
   * @throws ERR_NETLINK_DUMP if the first dump fails: nothing can be captured on devices that are not known
   */
  async start(): Promise<void> {
    this.#socket = new this.#options.EventSocket({ groups: GROUPS }, () => this.#readable());
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

  #readable(reads = READS_PER_TURN): void {
    const messages: RouteMessages = { links: [], addresses: [] };
    let complete = true;
    for (let i = 0; i < reads; i++) {
      const batch = this.#socket?.read() ?? [];
      for (const datagram of batch) complete = this.#translate(datagram, messages) && complete;
      if (batch.length === 0) break;
    }
    if (this.#dumping !== undefined) this.#remember(messages);
    this.#apply(messages);
    if (!complete) this.#resync();
  }

  #apply({ links, addresses }: RouteMessages): void {
    this.table.apply(links);
    this.addresses.apply(addresses);
    for (const message of links)
      if (message.kind === "absent" && this.table.get(message.index) === undefined) this.addresses.dropDevice(message.index);
  }

  #remember({ links, addresses }: RouteMessages): void {
    const meanwhile = this.#meanwhile;
    for (const message of links) meanwhile.links.push(message);
    for (const message of addresses) meanwhile.addresses.push(message);
    if (meanwhile.links.length + meanwhile.addresses.length <= MOST_MEANWHILE) return;
    this.#meanwhile = { links: [], addresses: [] };
    this.#outdated = true;
    this.#stale = true;
  }

  /** Appends what the datagram says; false if something was lost or not understood. */
  #translate(datagram: Buffer | null, messages: RouteMessages): boolean {
    const parts = datagram === null ? undefined : splitDatagram(datagram);
    if (parts === undefined) return false;
    let understood = true;
    for (const part of parts) {
      try {
        const link = translateLink(part, this.#parse);
        if (link !== null) messages.links.push(link);
        const address = translateAddress(part);
        if (address !== null) messages.addresses.push(address);
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
    this.#meanwhile = { links: [], addresses: [] };
    this.#outdated = false;
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
    let state: RouteState;
    try {
      state = await this.#dump(this.#parse);
    } catch (error) {
      if (!this.#closed) this.#dumpFailed(error);
      return;
    }
    if (this.#closed) return;
    // Everything that lies in the queue, or an old event would be applied after a newer dump.
    this.#readable(DISCARD_READS);
    // The first one is better than nothing; another follows soon.
    if (this.#outdated && this.#complete) return;
    this.#complete = true;
    const { links, addresses } = overlay(state, this.#meanwhile);
    this.table.replace(links);
    this.addresses.replace(addresses);
  }

  #dumpFailed(error: unknown): void {
    if (!this.#complete) {
      this.#firstFailure = error;
      return;
    }
    this.#options.warn("the list of network devices and addresses could not be read, trying again", error);
    this.#later(RETRY_MS);
  }
}

/** A dump corrected by the messages that came while it was read, so that the tables never go back in time. */
export function overlay(state: RouteState, messages: RouteMessages): RouteState {
  const links = new Map(state.links.map((link) => [link.index, link]));
  const addresses = new Map(state.addresses.map((address) => [addressKey(address), address]));
  for (const message of messages.links) {
    if (message.kind === "present") links.set(message.link.index, message.link);
    else links.delete(message.index);
  }
  for (const { kind, address } of messages.addresses) {
    if (kind === "present") addresses.set(addressKey(address), address);
    else addresses.delete(addressKey(address));
  }
  // A device that went while the dump was read took its addresses along.
  return { links: [...links.values()], addresses: [...addresses.values()].filter(({ index }) => links.has(index)) };
}
