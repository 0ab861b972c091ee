import { type Instant, seconds, since } from "../lib/time.ts";
import type { RejectReason } from "../wire/decoded.ts";

export interface InvalidPackets {
  count: number;
  lastAt: Instant;
  /** null where it could not be read. */
  source: string | null;
  mac: string | null;
}

/** After so long without one the next is news. */
const NEWS = seconds(1);

/** Packets of one virtual router that no router may believe, by reason. A keepalived master puts its next advert off at each. */
export class InvalidLog {
  readonly byReason = new Map<RejectReason, InvalidPackets>();
  lastAt: Instant | null = null;
  total = 0;

  /** @returns whether there was none of this kind for a while. */
  note(reason: RejectReason, source: string | null, mac: string | null, at: Instant): boolean {
    this.lastAt = at;
    this.total += 1;
    const known = this.byReason.get(reason);
    if (known === undefined) {
      this.byReason.set(reason, { count: 1, lastAt: at, source, mac });
      return true;
    }
    const news = since(at, known.lastAt) >= NEWS;
    known.count += 1;
    known.lastAt = at;
    known.source = source;
    known.mac = mac;
    return news;
  }
}
