import { joinedSegments } from "../alerts/lifecycle/joined-segments.ts";
import type { VirtualRouterId } from "../core/events.ts";
import type { KeepalivedConfig } from "../core/keepalived-config.ts";

type SegmentOf = (router: VirtualRouterId) => string;

/** Which segments the sync groups of this host's keepalived join. Every event of a condition asks for it, so it is worked out once. */
export class SyncGroupSegments {
  readonly #segmentOf: SegmentOf;
  #config: KeepalivedConfig | null = null;
  #joined: ReadonlyMap<string, readonly string[]> | null = null;

  constructor(segmentOf: SegmentOf) {
    this.#segmentOf = segmentOf;
  }

  /** To be called with each configuration of keepalived that is read; null: it cannot be read. */
  configured(config: KeepalivedConfig | null): void {
    this.#config = config;
    this.#joined = null;
  }

  /** To be called when segments may have got other names. */
  renamed(): void {
    this.#joined = null;
  }

  /** Each segment that fails over with others, with all of them; see `joinedSegments`. */
  get joined(): ReadonlyMap<string, readonly string[]> {
    this.#joined ??= joinedSegments(links(this.#config, this.#segmentOf));
    return this.#joined;
  }
}

/** The segments of the members of each sync group. */
function links(config: KeepalivedConfig | null, segmentOf: SegmentOf): string[][] {
  if (config === null) return [];
  const segments = new Map(
    config.instances.map(({ name, interface: device, family, vrid }) => [name, segmentOf({ interface: device, family, vrid })]),
  );
  return config.syncGroups.map(({ members }) => members.flatMap((member) => segments.get(member) ?? []));
}
