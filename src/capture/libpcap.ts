import type { Link, LinkView } from "../lib/link.ts";
import { wallTime } from "../lib/time.ts";
import { type Direction, type Frame, LinkType } from "../wire/frame.ts";
import { type Choice, outerVlanId } from "./choice.ts";
import type { Clocks } from "./clock.ts";
import type { CaptureError } from "./errors.ts";
import { LibpcapSession, type OpenPcapSession, type PcapFrame, requireLibpcap } from "./libpcap-session.ts";
import { LibpcapSessions } from "./libpcap-sessions.ts";
import { StampRebase } from "./rebase.ts";
import type { CaptureCounts, FrameSink, FrameSource } from "./source.ts";
import { Targets } from "./targets.ts";

/** A session that lived through a link down is read by nothing else. */
const PUMP_MS = 20;
/** About once a second: the drop counts of sessions without traffic, and what failed to open. */
const PUMPS_PER_ROUND = 50;
/** Frames that wait for their turn; beyond it they count as dropped. */
const QUEUE_FRAMES = 16_384;
/** Frames in one turn of the loop; then timers and other sockets get theirs. */
const FRAMES_PER_TURN = 4_096;

export interface LibpcapOptions {
  readonly clocks: Clocks;
  readonly links: LinkView;
  readonly patterns: readonly string[];
  readonly warn: (message: string, error?: unknown) => void;
  /** Replaceable in tests. */
  readonly openSession?: OpenPcapSession;
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
  readonly #sessions: LibpcapSessions;
  readonly #packets = new Map<string, number>();
  readonly #drops = new Map<string, number>();
  /** Names of which the sink was told that they are heard. */
  readonly #heard = new Set<string>();
  /** Devices from which frames came since their drops were asked for. */
  readonly #busy = new Set<number>();
  #overflow = 0;
  #queue: Queued[] = [];
  /** Before this instant everything was read into the queue. */
  #readUntil: number | undefined;
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
    this.#sessions = new LibpcapSessions({
      open: options.openSession ?? ((device, onFrame) => new LibpcapSession(device, onFrame)),
      links: options.links,
      onFrame: (index, frame) => this.#enqueue(index, frame),
      warn: options.warn,
    });
  }

  /** @throws ERR_CAPTURE_UNAVAILABLE without npm pcap, ERR_CAPTURE_DENIED without CAP_NET_RAW */
  open(sink: FrameSink): void {
    if (this.#options.openSession === undefined) requireLibpcap();
    this.#sink = sink;
    this.#judgeLinks(true);
    this.#unsubscribe = this.#options.links.subscribe(() => this.#onLinks());
    this.#pump = setInterval(() => this.#pumpAll(), PUMP_MS);
  }

  drain(): void {
    if (this.#delivering) return;
    this.#read();
    this.#askAllForDrops();
    this.#deliverQueue(Infinity);
  }

  /** Listens on other interfaces from now on. */
  choose(patterns: readonly string[]): void {
    this.#targets.choose(patterns);
    this.#onLinks();
    for (const counts of [this.#packets, this.#drops]) this.#targets.forgetUnchosen(counts);
  }

  /** For people: every device and why it is captured or not. */
  choices(): readonly Choice[] {
    return this.#targets.choices().map((choice) => {
      const obstacle = choice.captured && this.#sink !== undefined ? this.#sessions.obstacle(choice.link.index) : undefined;
      return obstacle === undefined ? choice : { ...choice, captured: false, why: obstacle };
    });
  }

  counts(): CaptureCounts {
    return { packets: this.#packets, drops: this.#drops };
  }

  /** Not null once no further interface can be captured before a restart of the process. */
  get failure(): CaptureError | null {
    return this.#sessions.failure;
  }

  /** Stops listening. The sessions stay in the process (see LibpcapSession), which ends by `process.exit` only. */
  close(): void {
    clearInterval(this.#pump);
    this.#unsubscribe?.();
    this.#sessions.endAll();
    this.#queue = [];
    this.#sink = undefined;
  }

  /** Reads what lies in the rings into the queue. */
  #read(): void {
    const before = this.#options.clocks.monotonicMicros();
    for (const [, session] of this.#sessions.all()) session.pump();
    this.#readUntil = before;
    if (this.#queue.length === 0) this.#rebase.drained(before);
  }

  #askAllForDrops(): void {
    for (const [index] of this.#sessions.all()) this.#busy.add(index);
  }

  #pumpAll(): void {
    this.#read();
    this.#pumps += 1;
    if (this.#pumps % PUMPS_PER_ROUND !== 0) return;
    this.#askAllForDrops();
    this.#deliverQueue(FRAMES_PER_TURN);
    for (const { name } of this.#sessions.retry()) {
      this.#heard.add(name);
      this.#sink?.hearing(name, "hearing", "opened");
    }
  }

  /** Frames that had come before the change are delivered first, under the names of before it. */
  #onLinks(): void {
    try {
      this.drain();
    } finally {
      this.#judgeLinks(false);
    }
  }

  #judgeLinks(starting: boolean): void {
    const changes = this.#targets.refresh();
    for (const names of [this.#packets, this.#drops]) this.#targets.forgetGone(names);
    this.#sessions.follow(this.#targets.captured(), starting);
    for (const { index, name, state, why } of changes) {
      if (state === "deaf" ? !this.#heard.delete(name) : this.#sessions.obstacle(index) !== undefined) continue;
      if (state === "hearing") this.#heard.add(name);
      this.#sink?.hearing(name, state, why);
    }
  }

  #enqueue(index: number, frame: PcapFrame): void {
    if (this.#targets.get(index)?.chosen !== true) return;
    this.#busy.add(index);
    if (this.#queue.length >= QUEUE_FRAMES) {
      this.#overflow += 1;
      this.#countDrops(index, 1);
    } else {
      this.#queue.push({ index, wall: frame.wall, bytes: frame.bytes.slice(), length: frame.length });
    }
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#deliverQueue(FRAMES_PER_TURN);
    });
  }

  #deliverQueue(limit: number): void {
    if (this.#delivering || this.#sink === undefined) return;
    this.#delivering = true;
    let done = 0;
    try {
      // After the reads: none of the frames can be younger than the clock's reading.
      if (this.#queue.length > 0) this.#rebase.advance(this.#options.clocks.monotonicMicros(), this.#options.clocks.realtimeOffset());
      this.#reportDrops();
      const end = Math.min(limit, this.#queue.length);
      while (done < end) {
        const queued = this.#queue[done];
        done += 1;
        if (queued !== undefined) this.#deliver(queued);
      }
      this.#sink.settled();
    } finally {
      this.#delivering = false;
      this.#queue.splice(0, done);
      if (this.#queue.length > 0) this.#schedule();
      else if (this.#readUntil !== undefined) this.#rebase.drained(this.#readUntil);
    }
  }

  /** Before the frames: what was lost lies behind those that wait here, but before those that are read next. */
  #reportDrops(): void {
    let lost = this.#overflow;
    this.#overflow = 0;
    for (const index of this.#busy) {
      const dropped = this.#sessions.get(index)?.newDrops() ?? 0;
      if (dropped === 0 || this.#targets.get(index)?.chosen !== true) continue;
      this.#countDrops(index, dropped);
      lost += dropped;
    }
    this.#busy.clear();
    if (lost > 0) this.#sink?.dropped(lost);
  }

  #countDrops(index: number, lost: number): void {
    const name = this.#targets.get(index)?.link.name;
    if (name !== undefined) this.#drops.set(name, (this.#drops.get(name) ?? 0) + lost);
  }

  #deliver({ index, wall, bytes, length }: Queued): void {
    const target = this.#targets.get(index);
    if (target === undefined || !target.chosen) return;
    if (target.foreignVlans.size > 0 && target.foreignVlans.has(outerVlanId(-1, bytes))) return;
    const name = target.link.name;
    this.#packets.set(name, (this.#packets.get(name) ?? 0) + 1);
    const at = this.#rebase.instantOf(wall);
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
