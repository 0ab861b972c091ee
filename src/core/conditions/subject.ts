import type { Duration, Instant, WallTime } from "../../lib/time.ts";
import type { ChangeHistory } from "../change-history.ts";
import type { MasterChangeReason, VirtualRouterId } from "../events.ts";
import type { JoinedRouter } from "../host/joined-router.ts";
import type { InvalidLog } from "../invalid-log.ts";
import type { LateLog } from "../late-log.ts";
import type { Sender } from "../sender.ts";

/** A master that was lost, with nobody after it. */
export interface Loss {
  readonly from: string;
  readonly reason: MasterChangeReason;
  readonly at: Instant;
  /** Between the last advert of anybody and `at`. */
  readonly silence: Duration;
  readonly lastAdvertWall: WallTime;
}

/** A sender that came out of nowhere with what no newcomer should say. */
export interface Intruder {
  readonly sender: Sender;
  readonly at: Instant;
  readonly why: "priority_255" | "forged_interval";
  readonly priority: number;
  readonly interval: Duration;
}

/** Something was heard of somebody. */
export interface Sighting {
  readonly at: Instant;
  readonly source: string | null;
  readonly mac: string | null;
}

/** So many times in which something was missed are remembered. */
export const gapsKept = 8;

/** Times in which something may have been missed. */
export interface Blindness {
  /** The last ones, oldest first; at most `gapsKept`. */
  readonly gaps: readonly { readonly from: Instant; readonly until: Instant }[];
}

/** What the adverts of a virtual router have shown. Live. */
export interface WireSubject {
  readonly adverts: number;
  readonly hearing: boolean;
  /** Nothing before this instant proves that somebody was silent. */
  readonly heardSince: Instant;
  /** Since when its interface is not captured; null while it is. */
  readonly deafSince: Instant | null;
  /** Whether it can be said now if there is a master. */
  readonly judgesMaster: boolean;
  readonly master: Sender | null;
  readonly senders: Iterable<Sender>;
  /** Of the master's last advert, or of the last advert at all. */
  readonly interval: Duration;
  readonly downTimerAdverts: number;
  readonly lastAdvertAt: Instant;
  readonly loss: Loss | null;
  readonly changes: ChangeHistory;
  readonly late: LateLog;
  readonly invalid: InvalidLog;
  readonly carp: Sighting | null;
  readonly intruder: Intruder | null;
  readonly blindness: Blindness;
  /** Whether one of its senders has this MAC. */
  hasMac(mac: string): boolean;
}

/** What a detector judges: one virtual router as its segment and this host show it. */
export interface Subject {
  readonly id: VirtualRouterId;
  /** null while no advert of it is remembered. */
  readonly wire: WireSubject | null;
  readonly here: JoinedRouter;
  /** The only addresses that the user lets send; null: anybody. */
  readonly allowedSenders: readonly string[] | null;
}
