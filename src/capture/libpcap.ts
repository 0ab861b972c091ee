import type { Link, LinkView } from "../lib/link.ts";
import { type Instant, wallTime } from "../lib/time.ts";
import { type Direction, type Frame, LinkType } from "../wire/frame.ts";
import { type Choice, outerVlanId } from "./choice.ts";
import type { Clocks } from "./clock.ts";
import { CaptureError } from "./errors.ts";
import { LibpcapSession, type PcapFrame, requireLibpcap } from "./libpcap-session.ts";
import { StampRebase } from "./rebase.ts";
import type { CaptureCounts, FrameSink, FrameSource } from "./source.ts";
import { type Target, Targets } from "./targets.ts";

/** A session that lived through a link down is read by nothing else. */
const PUMP_MS = 20;
/** Asking for drop counts is a system call a session. */
const PUMPS_PER_STATISTICS = 50;
/** Frames that wait for their turn; beyond it they count as dropped. */
const QUEUE_FRAMES = 16_384;

export interface LibpcapOptions {
  readonly clocks: Clocks;
  readonly links: LinkView;
  readonly patterns: readonly string[];
  readonly warn: (message: string, error?: unknown) => void;
}

interface Open {
  readonly session: LibpcapSession;
  /** The device as it is called now. */
  link: Link;
}

interface Queued {
  readonly index: number;
  readonly wall: number;
  readonly bytes: Uint8Array;
  readonly length: number;
}

/**
 * The second backend: npm pcap, one session a device. The package hands frames over in a loop that does not end while more
 * arrive, so a handler only copies, and the frames are delivered in a turn of their own.
 */
export class LibpcapSource implements FrameSource {
  readonly backend = "libpcap";
  readonly #options: LibpcapOptions;
  readonly #targets: Targets;
  readonly #rebase: StampRebase;
  readonly #sessions = new Map<number, Open>();
  readonly #packets = new Map<string, number>();
  readonly #drops = new Map<string, number>();
  /** Devices that should be captured, but could not be opened: tried again with the statistics. */
  readonly #failed = new Set<string>();
  readonly #warned = new Set<string>();
  #queue: Queued[] = [];
  #scheduled = false;
  #delivering = false;
  #pumps = 0;
  #pump: NodeJS.Timeout | undefined;
  #unsubscribe: (() => void) | undefined;
  #sink: FrameSink | undefined;

  constructor(options: LibpcapOptions) {
    this.#options = options;
    this.#targets = new Targets(options.links, options.patterns, options.warn);
    this.#rebase = new StampRebase(options.clocks.monotonicMicros(), options.clocks.realtimeOffset());
  }

  /** @throws ERR_CAPTURE_UNAVAILABLE without npm pcap, ERR_CAPTURE_DENIED without CAP_NET_RAW */
  open(sink: FrameSink): void {
    requireLibpcap();
    this.#sink = sink;
    this.#onLinks(true);
    this.#unsubscribe = this.#options.links.subscribe(() => this.#onLinks(false));
    this.#pump = setInterval(() => this.#pumpAll(), PUMP_MS);
  }

  drain(): void {
    if (this.#delivering) return;
    for (const { session } of this.#sessions.values()) session.pump();
    this.#deliverQueue();
  }

  /** For people: every device and why it is captured or not. */
  choices(): readonly Choice[] {
    return this.#targets.choices();
  }

  counts(): CaptureCounts {
    return { packets: this.#packets, drops: this.#drops };
  }

  /** Stops listening. The sessions stay in the process (see LibpcapSession), which ends by `process.exit` only. */
  close(): void {
    clearInterval(this.#pump);
    this.#unsubscribe?.();
    for (const { session } of this.#sessions.values()) session.end();
    this.#sessions.clear();
    this.#queue = [];
    this.#sink = undefined;
  }

  #pumpAll(): void {
    for (const { session } of this.#sessions.values()) session.pump();
    this.#pumps += 1;
    if (this.#pumps % PUMPS_PER_STATISTICS !== 0) return;
    let lost = 0;
    for (const { session, link } of this.#sessions.values()) lost += this.#countDrops(link.name, session.newDrops());
    if (lost > 0) this.#sink?.dropped(lost);
    if (this.#failed.size > 0) this.#retry();
  }

  #countDrops(name: string, lost: number): number {
    if (lost > 0) this.#drops.set(name, (this.#drops.get(name) ?? 0) + lost);
    return lost;
  }

  #onLinks(starting: boolean): void {
    const hearing = this.#targets.refresh();
    for (const [index, open] of [...this.#sessions]) {
      const target = this.#targets.get(index);
      if (target?.chosen === true) {
        open.link = target.link;
      } else {
        open.session.end();
        this.#sessions.delete(index);
      }
    }
    for (const { link } of this.#missing()) if (!this.#begin(link, starting)) this.#failed.add(link.name);
    for (const { name, state, why } of hearing) {
      if (state === "deaf") this.#failed.delete(name);
      if (!this.#failed.has(name)) this.#sink?.hearing(name, state, why);
    }
  }

  #missing(): readonly Target[] {
    return this.#targets.captured().filter(({ link }) => !this.#sessions.has(link.index) && !this.#failed.has(link.name));
  }

  #retry(): void {
    const names = new Set(this.#failed);
    this.#failed.clear();
    for (const { link } of this.#missing()) {
      if (!this.#begin(link, false)) this.#failed.add(link.name);
      else if (names.has(link.name)) this.#sink?.hearing(link.name, "hearing", "opened");
    }
  }

  /** Opens a session. At the start a refusal for lack of rights ends the program; later trouble waits for the next link event. */
  #begin(link: Link, starting: boolean): boolean {
    try {
      const session = new LibpcapSession(link.name, (frame) => this.#enqueue(link.index, frame));
      if (session.linkType !== "LINKTYPE_ETHERNET") {
        session.end();
        this.#warnOnce(link.name, `libpcap gives no Ethernet frames on ${link.name}: it is left out`);
        return false;
      }
      this.#sessions.set(link.index, { session, link });
      return true;
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error;
      if (starting && (error.code === "ERR_CAPTURE_DENIED" || error.code === "ERR_CAPTURE_UNAVAILABLE")) throw error;
      this.#warnOnce(link.name, `cannot capture on ${link.name} yet, trying again`, error);
      return false;
    }
  }

  #warnOnce(name: string, message: string, error?: unknown): void {
    if (this.#warned.has(name)) return;
    this.#warned.add(name);
    this.#options.warn(message, error);
  }

  #enqueue(index: number, frame: PcapFrame): void {
    if (this.#queue.length >= QUEUE_FRAMES) {
      const name = this.#sessions.get(index)?.link.name ?? "";
      this.#countDrops(name, 1);
      return;
    }
    this.#queue.push({ index, wall: frame.wall, bytes: frame.bytes.slice(), length: frame.length });
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#deliverQueue());
  }

  #deliverQueue(): void {
    this.#scheduled = false;
    if (this.#delivering || this.#sink === undefined) return;
    this.#delivering = true;
    const frames = this.#queue;
    this.#queue = [];
    let done = 0;
    try {
      this.#rebase.advance(this.#options.clocks.monotonicMicros(), this.#options.clocks.realtimeOffset());
      for (const queued of frames) {
        done += 1;
        this.#deliver(queued);
      }
      this.#sink.settled();
    } finally {
      this.#delivering = false;
      if (done < frames.length) {
        this.#queue = [...frames.slice(done), ...this.#queue];
        setImmediate(() => this.#deliverQueue());
      }
    }
  }

  #deliver({ index, wall, bytes, length }: Queued): void {
    const target = this.#targets.get(index);
    if (target === undefined || !target.chosen) return;
    if (target.foreignVlans.size > 0 && target.foreignVlans.has(outerVlanId(-1, bytes))) return;
    const name = target.link.name;
    this.#packets.set(name, (this.#packets.get(name) ?? 0) + 1);
    const at: Instant = this.#rebase.instantOf(wall);
    const direction = directionOf(bytes, target.link, this.#options.links);
    const frame: Frame = { at, wall: wallTime(wall), interface: name, direction, linkType: LinkType.ethernet, bytes, length };
    this.#sink?.frame(frame);
  }
}

/** RFC 9568 section 7.3: all routers of a virtual router send from the same MAC, so it does not tell who sent. */
const VIRTUAL_MAC = /^00:00:5e:00:0[12]:/;

/**
 * libpcap does not tell the direction: a frame from the device's own MAC, or from a macvlan's on top of it, is on its way out.
 * From a VRRP virtual MAC that this host has too, it may be ours or the other router's.
 */
export function directionOf(ethernet: Uint8Array, link: Link, links: LinkView): Direction {
  const source = Array.from(ethernet.subarray(6, 12), (byte) => byte.toString(16).padStart(2, "0")).join(":");
  const own = source === link.mac || links.all().some((other) => other.parent === link.index && other.mac === source);
  if (!own) return "in";
  return VIRTUAL_MAC.test(source) ? "unknown" : "out";
}
