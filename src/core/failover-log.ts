import { type Duration, micros } from "../lib/time.ts";

/**
 * The parts of a failover, each with a beginning and an end that can be observed: `detection`, from the last advert of the old
 * master until the new one had to take it for gone; `advert`, from there to the first advert of the new master; `address` and
 * `announcement`, from that advert until the kernel had the addresses and until the first of them was announced.
 */
export const failoverPhases = ["detection", "advert", "address", "announcement"] as const;
export type FailoverPhase = (typeof failoverPhases)[number];

/** null: could not be measured. */
export type PhaseDurations = Readonly<Record<FailoverPhase, Duration | null>>;

interface PhaseTotal {
  readonly sum: Duration;
  readonly count: number;
}

/** The failovers of one virtual router so far. */
export interface FailoverView {
  readonly phases: Readonly<Record<FailoverPhase, PhaseTotal>>;
  /** Of the last one; null before the first. */
  readonly last: LastFailover | null;
}

export interface LastFailover {
  readonly durations: PhaseDurations;
  readonly inevitable: Duration | null;
  readonly excess: Duration | null;
}

const none: PhaseTotal = { sum: micros(0), count: 0 };

/** How long the phases of the failovers of one virtual router took. */
export class FailoverLog implements FailoverView {
  readonly phases: Record<FailoverPhase, PhaseTotal> = { detection: none, advert: none, address: none, announcement: none };
  last: LastFailover | null = null;

  note(failover: LastFailover): void {
    this.last = failover;
    for (const phase of failoverPhases) {
      const took = failover.durations[phase];
      if (took === null) continue;
      const { sum, count } = this.phases[phase];
      this.phases[phase] = { sum: micros(sum + took), count: count + 1 };
    }
  }
}
