import { type Duration, micros, type WallTime } from "../lib/time.ts";
import { type MasterChangeReason, masterChangeReasons } from "./events.ts";

/** How often and how fast the master of one virtual router changed. */
export class TransitionLog {
  readonly counts = Object.fromEntries(masterChangeReasons.map((r) => [r, 0])) as Record<MasterChangeReason, number>;
  lastWall: WallTime | null = null;
  readonly gap = { sum: micros(0), count: 0, last: null as Duration | null };

  note(reason: MasterChangeReason, gap: Duration | null, wall: WallTime): void {
    this.counts[reason] += 1;
    if (reason === "initial") return;
    this.lastWall = wall;
    if (gap === null) return;
    this.gap.sum = micros(this.gap.sum + gap);
    this.gap.count += 1;
    this.gap.last = gap;
  }
}
