import type { Notification } from "./alert.ts";

/** More than an agent has alerts at once; the longest untold go first. */
const MOST = 20_000;

/** What a receiver was told last of each alert. */
export class SentSequences {
  readonly #sequences = new Map<string, number>();
  #earlier: ReadonlyMap<string, number> = new Map();

  /** What an earlier run handed over to be told. Some of it may not have arrived. */
  seed(earlier: ReadonlyMap<string, number>): void {
    this.#earlier = earlier;
  }

  /** What the receiver took in this run. */
  of(fingerprint: string): number | undefined {
    return this.#sequences.get(fingerprint);
  }

  /** What it took in this run, or was to be told in an earlier one. */
  everOf(fingerprint: string): number | undefined {
    const sent = this.#sequences.get(fingerprint);
    const earlier = this.#earlier.get(fingerprint);
    return sent === undefined || (earlier !== undefined && earlier > sent) ? earlier : sent;
  }

  note({ reason, alerts }: Notification): void {
    if (reason === "test") return;
    for (const { fingerprint, sequence } of alerts) {
      this.#sequences.delete(fingerprint);
      this.#sequences.set(fingerprint, sequence);
    }
    for (const fingerprint of this.#sequences.keys()) {
      if (this.#sequences.size <= MOST) break;
      this.#sequences.delete(fingerprint);
    }
  }
}
