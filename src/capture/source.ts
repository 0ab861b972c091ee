import type { Frame } from "../wire/frame.ts";

/** What a live source of frames tells its owner. All calls come from the source's own turn of the event loop or from `drain`. */
export interface FrameSink {
  /** One frame; its bytes are only valid during the call. */
  frame(frame: Frame): void;
  /** The end of a batch of frames: the moment to set timers anew. */
  settled(): void;
  /** `count` frames were lost since the last call, somewhere before this moment. Told before the frames that came after them. */
  dropped(count: number): void;
  /**
   * The capture of an interface stopped (link down, deleted) or began (again). The interface's name. Frames that had reached
   * this host before are delivered first.
   */
  hearing(interfaceName: string, state: "hearing" | "deaf", why: string): void;
}

export interface CaptureCounts {
  /** Frames handed over per interface name, since the start. */
  readonly packets: ReadonlyMap<string, number>;
  /** Frames that the kernel dropped. One socket serves all interfaces, so af_packet counts under "" (not attributable). */
  readonly drops: ReadonlyMap<string, number>;
}

/** A live capture backend. Opening may throw a `CaptureError`; after `close` nothing is delivered any more. */
export interface FrameSource {
  readonly backend: "af_packet" | "libpcap";
  open(sink: FrameSink): void;
  /**
   * Delivers, synchronously, everything that can be read by now. Not what lies in a block that the kernel has not handed over
   * yet: af_packet gets a frame up to the block timeout (`retireMs`, 2 ms) plus one tick of the kernel's timer (10 ms at
   * HZ=100) after it arrived. Whoever concludes from silence has to wait for as long beyond the deadline.
   * Never called from inside a sink's method.
   */
  drain(): void;
  counts(): CaptureCounts;
  close(): void;
}
