import { type Duration, type Instant, millis, type Stamp, since } from "../lib/time.ts";
import type { Advert } from "../wire/decoded.ts";
import type { Sender } from "./sender.ts";

/** keepalived that goes to FAULT resigns twice in the same millisecond, one that is stopped once (measured with 2.2.7). */
const FAULT_ECHO: Duration = millis(10);

/** The last advert of a master that was lost. The sender itself may have spoken again since. */
export interface LastWord extends Stamp {
  readonly source: string;
  readonly advert: Advert;
  readonly ipId: number | null;
  /** It resigned because of a fault of its own, not because it was told to. */
  readonly fault: boolean;
}

export const lastWordOf = (sender: Sender): LastWord => ({
  source: sender.source,
  at: sender.lastAdvertAt,
  wall: sender.lastAdvertWall,
  advert: sender.lastAdvert,
  ipId: sender.ipId.last,
  fault: false,
});

/**
 * The last word of a master that resigned, after one more resignation of `sender`: the backups wait anew from that one. The
 * copy for another unicast peer, and a frame that was captured twice, are no second resignation.
 */
export function afterResignation(last: LastWord, sender: Sender): LastWord {
  const again = lastWordOf(sender);
  if (again.source !== last.source || last.advert.priority !== 0) return last;
  const copied = again.advert.destination !== last.advert.destination || (again.ipId !== null && again.ipId === last.ipId);
  if (copied) return last;
  return { ...again, fault: last.fault || since(again.at, last.at) <= FAULT_ECHO };
}

/** Whether every advert since then was heard. */
export const heardSinceThen = (last: LastWord, heardSince: Instant): boolean => last.at >= heardSince;
