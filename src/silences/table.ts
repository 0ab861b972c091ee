import { type Duration, type Instant, micros, seconds, since, type WallTime, wallPlus } from "../lib/time.ts";
import { MAX_SILENCES, type Silence, silenceState } from "./silence.ts";

/** Less than this is a clock that is slewed, or two reads of it that did not happen at once. */
const SMALLEST_STEP = seconds(1);
/** How long one that is over is still shown, by the monotonic clock: a wall clock that is wrong for a while makes nothing go away. */
const KEPT_WHEN_OVER = seconds(24 * 3_600);

/** What a look at the clocks led to. */
export interface Look {
  /** By how much the wall clock was stepped since the last look; 0 where it was not. */
  readonly step: Duration;
  /** Whether what is stored has changed. */
  readonly changed: boolean;
}

interface Entry {
  silence: Silence;
  /** Since when it has been seen to be over without a break. */
  overSince: Instant | null;
}

/**
 * All silences, those of the configuration first. Pure: both clocks are arguments.
 *
 * A silence ends by the wall clock. When that one is stepped (it moves otherwise than the monotonic clock), what was asked for as a
 * length moves along and lasts as long as it was meant to; what was asked for as an end stays at that time of day. Both are judged
 * anew at each question, so one that a wrong clock ended holds again as soon as the clock is right.
 */
export class SilenceTable {
  #configured: readonly Silence[];
  readonly #entries = new Map<string, Entry>();
  #offset: number | null = null;

  constructor(configured: readonly Silence[]) {
    this.#configured = configured;
  }

  /** The configuration has these from now on. */
  configure(configured: readonly Silence[]): void {
    this.#configured = configured;
  }

  all(): Silence[] {
    return [...this.#configured, ...this.stored()];
  }

  /** Those that were made while the agent ran: the file has them. */
  stored(): Silence[] {
    return [...this.#entries.values()].map(({ silence }) => silence);
  }

  has(id: string): boolean {
    return this.#entries.has(id) || this.#configured.some((silence) => silence.id === id);
  }

  isConfigured(id: string): boolean {
    return this.#configured.some((silence) => silence.id === id);
  }

  /** @returns whether there was room: of those that are over, the oldest makes place for it */
  add(silence: Silence, wall: WallTime): boolean {
    if (this.#entries.size >= MAX_SILENCES && !this.#makeRoom(wall)) return false;
    this.#entries.set(silence.id, { silence, overSince: null });
    return true;
  }

  remove(id: string): boolean {
    return this.#entries.delete(id);
  }

  /** To be called before each question: moves along with a stepped clock, and forgets what has been over for long. */
  look(wall: WallTime, now: Instant): Look {
    const offset = wall - now;
    const moved = micros(this.#offset === null ? 0 : offset - this.#offset);
    const step = Math.abs(moved) < SMALLEST_STEP ? micros(0) : moved;
    this.#offset = offset;
    let changed = false;
    for (const [id, entry] of this.#entries) {
      const { silence } = entry;
      if (step !== 0 && silence.endsBy === "length") {
        entry.silence = { ...silence, endsAt: wallPlus(silence.endsAt, step) };
        changed = true;
      }
      entry.overSince = silenceState(entry.silence, wall) === "over" ? (entry.overSince ?? now) : null;
      if (entry.overSince !== null && since(now, entry.overSince) >= KEPT_WHEN_OVER) {
        this.#entries.delete(id);
        changed = true;
      }
    }
    return { step, changed };
  }

  #makeRoom(wall: WallTime): boolean {
    let oldest: Silence | null = null;
    for (const { silence } of this.#entries.values())
      if (silenceState(silence, wall) === "over" && (oldest === null || silence.endsAt < oldest.endsAt)) oldest = silence;
    return oldest !== null && this.#entries.delete(oldest.id);
  }
}
