import { type Duration, type Instant, since } from "../lib/time.ts";

/** Who of one virtual router spoke last, and how long after whom. */
export class LastSpeaker {
  at: Instant;
  /** Between the last advert and the one before it, whoever sent that; null: there was none before. */
  silence: Duration | null = null;
  /** From the last advert of any other sender to the last one; where there is none, from its sender's own one before. */
  gap: Duration | null = null;
  #source: string | null = null;
  #otherAt: Instant | undefined;

  constructor(at: Instant) {
    this.at = at;
  }

  spoke(source: string, at: Instant): void {
    if (this.#source !== null) {
      if (source !== this.#source) this.#otherAt = this.at;
      this.silence = since(at, this.at);
      this.gap = since(at, this.#otherAt ?? this.at);
    }
    this.#source = source;
    this.at = at;
  }
}
