import type { LinkView } from "../lib/link.ts";
import { AfPacketSource } from "./af-packet.ts";
import type { Choice } from "./choice.ts";
import { type Clocks, systemClocks } from "./clock.ts";
import { CaptureError } from "./errors.ts";
import { LibpcapSource } from "./libpcap.ts";
import { loadNative } from "./native.ts";
import type { FrameSource } from "./source.ts";

export interface CreateSourceOptions {
  readonly backend: "af_packet" | "libpcap";
  /** `capture.interfaces` */
  readonly patterns: readonly string[];
  readonly links: LinkView;
  readonly warn: (message: string, error?: unknown) => void;
}

/** A live source that can also explain its choice of interfaces. */
export interface LiveSource extends FrameSource {
  choices(): readonly Choice[];
  /** Listens on other interfaces from now on. @param patterns as `capture.interfaces` has them */
  choose(patterns: readonly string[]): void;
  /** Not null once no further interface can be captured before a restart of the process: then the agent is not ready. */
  readonly failure: CaptureError | null;
}

/** Creates the backend; nothing is captured before `open`. @throws ERR_CAPTURE_UNAVAILABLE */
export function createSource({ backend, patterns, links, warn }: CreateSourceOptions): LiveSource {
  if (backend === "libpcap") return new LibpcapSource({ clocks: clocks(), links, patterns, warn });
  return new AfPacketSource({ native: loadNative(), links, patterns, warn });
}

/** libpcap runs without the addon too, only with coarser clocks. */
function clocks(): Clocks {
  try {
    return loadNative();
  } catch (error) {
    if (error instanceof CaptureError) return systemClocks();
    throw error;
  }
}
