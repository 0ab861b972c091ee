import type { LinkView } from "../lib/link.ts";
import { type Instant, wallTime } from "../lib/time.ts";
import { LinkType } from "../wire/frame.ts";
import { type Choice, outerVlanId } from "./choice.ts";
import { CaptureError, systemCode } from "./errors.ts";
import type { Native, NativePacketSocket } from "./native.ts";
import { StampRebase } from "./rebase.ts";
import { type PacketRecord, Slab } from "./records.ts";
import type { CaptureCounts, FrameSink, FrameSource } from "./source.ts";
import { Targets } from "./targets.ts";
import { WaitingRoom } from "./waiting-room.ts";

const ARPHRD_ETHER = 1;
const SLAB_BYTES = 256 * 1024;
/** Slabs in one turn of the loop, about 8,000 adverts; then timers and other sockets get theirs. */
const SLABS_PER_TURN = 4;
/** Bound of a drain: more than the ring holds. */
const SLABS_PER_DRAIN = 64;
/** Resident memory. Holds 0.2 s of 100k adverts/s; of a few hundred a second 0.4 s, since a block is handed over every 2 ms. */
const RING_BYTES = 3 << 20;
/** Small, so that there are many of them; a jumbo frame fits. */
const BLOCK_BYTES = 16 << 10;
const SMALLEST_RING_BYTES = 1 << 20;
const HELD_FRAMES = 256;
const HELD_US = 2_000_000;

interface HeldFrame {
  readonly at: Instant;
  readonly record: PacketRecord;
}

export interface AfPacketOptions {
  readonly native: Pick<Native, "PacketSocket" | "monotonicMicros" | "realtimeOffset">;
  readonly links: LinkView;
  readonly patterns: readonly string[];
  readonly warn: (message: string) => void;
}

/**
 * The default backend: one AF_PACKET socket hears every Ethernet device, those to come included; what is not wanted is
 * dropped here. Frames of a device that the link table does not know yet wait for its link event.
 */
export class AfPacketSource implements FrameSource {
  readonly backend = "af_packet";
  /** One socket hears all devices, so nothing is used up when they come and go. */
  readonly failure = null;
  readonly #native: AfPacketOptions["native"];
  readonly #links: LinkView;
  readonly #targets: Targets;
  readonly #slab = new Slab(SLAB_BYTES);
  readonly #rebase: StampRebase;
  readonly #held = new WaitingRoom<HeldFrame>(HELD_FRAMES, HELD_US);
  readonly #packets = new Map<string, number>();
  #socket: NativePacketSocket | undefined;
  #sink: FrameSink | undefined;
  #unsubscribe: (() => void) | undefined;
  #droppedTold = 0;
  #droppedBefore = 0;
  #delivering = false;

  constructor(options: AfPacketOptions) {
    this.#native = options.native;
    this.#links = options.links;
    this.#targets = new Targets(options.links, options.patterns, options.warn);
    this.#rebase = new StampRebase(this.#native.monotonicMicros(), this.#native.realtimeOffset());
  }

  /** @throws ERR_CAPTURE_DENIED without CAP_NET_RAW, ERR_CAPTURE_UNAVAILABLE where the kernel refuses otherwise */
  open(sink: FrameSink): void {
    this.#sink = sink;
    this.#socket = this.#openSocket();
    this.#unsubscribe = this.#links.subscribe(() => this.#onLinks());
    this.#judgeLinks();
  }

  drain(): void {
    this.#turn(SLABS_PER_DRAIN);
  }

  /** Listens on other interfaces from now on. */
  choose(patterns: readonly string[]): void {
    this.#targets.choose(patterns);
    this.#onLinks();
    this.#targets.forgetUnchosen(this.#packets);
  }

  /** For people: every device and why it is captured or not. */
  choices(): readonly Choice[] {
    return this.#targets.choices();
  }

  counts(): CaptureCounts {
    return { packets: this.#packets, drops: new Map([["", this.#dropped()]]) };
  }

  close(): void {
    this.#unsubscribe?.();
    this.#droppedBefore = this.#dropped();
    this.#socket?.close();
    this.#socket = undefined;
    this.#sink = undefined;
    this.#held.clear();
    this.#slab.begin(0);
  }

  #openSocket(): NativePacketSocket {
    for (let ringBytes = RING_BYTES; ; ringBytes /= 2) {
      try {
        return new this.#native.PacketSocket({ ringBytes, blockBytes: BLOCK_BYTES }, () => this.#turn(SLABS_PER_TURN));
      } catch (error) {
        const code = systemCode(error);
        if (code === "EPERM" || code === "EACCES") throw CaptureError.denied(error);
        if (code === "ENOMEM" && ringBytes > SMALLEST_RING_BYTES) continue;
        throw CaptureError.unavailable("the packet socket cannot be opened", "see the cause; the kernel needs CONFIG_PACKET", error);
      }
    }
  }

  /** Hands over what lies in the ring, at most `slabs` full slabs of it. What a throwing sink left behind goes on in the next turn. */
  #turn(slabs: number): void {
    if (this.#delivering || this.#socket === undefined) return;
    this.#delivering = true;
    try {
      this.#deliverSlab();
      for (let i = 0; i < slabs; i++) {
        const before = this.#native.monotonicMicros();
        const count = this.#socket?.read(this.#slab.bytes) ?? 0;
        if (count === 0) {
          this.#rebase.drained(before);
          this.#held.expire(before);
          break;
        }
        // After the read: none of these frames can be younger than the clock's reading, however long we were off the processor.
        this.#rebase.advance(this.#native.monotonicMicros(), this.#native.realtimeOffset());
        this.#slab.begin(count);
        // Before the frames: what was lost lies behind those of this slab, but before those of the next.
        this.#reportDrops();
        this.#deliverSlab();
      }
      this.#reportDrops();
      this.#sink?.settled();
    } finally {
      this.#delivering = false;
      if (!this.#slab.empty) setImmediate(() => this.#turn(SLABS_PER_TURN));
    }
  }

  #deliverSlab(): void {
    for (let record = this.#slab.next(); record !== undefined; record = this.#slab.next()) {
      const at = this.#rebase.instantOf(record.wall);
      if (this.#deliver(record, at) || record.hardwareType !== ARPHRD_ETHER) continue;
      this.#held.add({ at, record: { ...record, bytes: record.bytes.slice() } }, this.#native.monotonicMicros());
    }
  }

  /** False if the device of the frame is unknown. */
  #deliver(record: PacketRecord, at: Instant): boolean {
    const target = this.#targets.get(record.interfaceIndex);
    if (target === undefined) return false;
    if (!target.chosen || record.hardwareType !== ARPHRD_ETHER) return true;
    if (target.foreignVlans.size > 0 && target.foreignVlans.has(outerVlanId(record.vlanTci, record.bytes))) return true;
    const name = target.link.name;
    this.#packets.set(name, (this.#packets.get(name) ?? 0) + 1);
    const frame = {
      at,
      wall: wallTime(record.wall),
      interface: name,
      direction: record.direction,
      linkType: LinkType.ethernet,
      bytes: record.bytes,
      length: record.length,
    };
    this.#sink?.frame(record.vlanTci >= 0 ? { ...frame, vlanTci: record.vlanTci } : frame);
    return true;
  }

  /** Frames that had come before the change are delivered first, under the names of before it. */
  #onLinks(): void {
    try {
      this.#turn(SLABS_PER_DRAIN);
    } finally {
      this.#judgeLinks();
    }
  }

  #judgeLinks(): void {
    const changes = this.#targets.refresh();
    this.#targets.forgetGone(this.#packets);
    this.#releaseHeld();
    for (const { name, state, why } of changes) this.#sink?.hearing(name, state, why);
  }

  /** Before anything is told of their device: these frames are older than the news of it. */
  #releaseHeld(): void {
    if (this.#held.size === 0 || this.#delivering) return;
    this.#delivering = true;
    try {
      const now = this.#native.monotonicMicros();
      const ready = this.#held.release(({ record }) => this.#targets.get(record.interfaceIndex) !== undefined, now);
      for (const { record, at } of ready) this.#deliver(record, at);
      this.#sink?.settled();
    } finally {
      this.#delivering = false;
    }
  }

  #reportDrops(): void {
    const total = this.#dropped();
    const lost = total - this.#droppedTold;
    this.#droppedTold = total;
    if (lost > 0) this.#sink?.dropped(lost);
  }

  #dropped(): number {
    return this.#socket?.drops() ?? this.#droppedBefore;
  }
}
