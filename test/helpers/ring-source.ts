import type { CaptureCounts, FrameSink, FrameSource } from "../../src/capture/source.ts";
import { instant, wallTime } from "../../src/lib/time.ts";
import { LinkType } from "../../src/wire/frame.ts";
import type { FakeClock } from "./fake-clock.ts";

/** A source whose frames wait in a ring until it is drained or its turn of the loop comes. */
export class RingSource implements FrameSource {
  readonly backend = "af_packet";
  sink: FrameSink | undefined;
  #ring: { readonly bytes: Uint8Array; readonly atMs: number; readonly wallUs: number }[] = [];
  readonly #clock: FakeClock;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  open(sink: FrameSink): void {
    this.sink = sink;
  }

  /** @param atMs the kernel's stamp, also where the process stands still */
  arrive(bytes: Uint8Array, atMs = this.#clock.now() / 1_000): void {
    this.#ring.push({ bytes, atMs, wallUs: this.#clock.wall() });
  }

  drain(): void {
    const frames = this.#ring;
    this.#ring = [];
    for (const { bytes, atMs, wallUs } of frames)
      this.sink?.frame({
        at: instant(Math.round(atMs * 1_000)),
        wall: wallTime(wallUs),
        interface: "eth0",
        direction: "in",
        linkType: LinkType.ethernet,
        bytes,
        length: bytes.length,
      });
    this.sink?.settled();
  }

  /** What waits is lost: the ring was full. */
  overflow(): number {
    const count = this.#ring.length;
    this.#ring = [];
    return count;
  }

  counts(): CaptureCounts {
    return { packets: new Map(), drops: new Map() };
  }

  close(): void {
    this.sink = undefined;
  }
}
