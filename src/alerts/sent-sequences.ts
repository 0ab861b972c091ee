import type { Notification } from "./alert.ts";

/** More than an agent has alerts at once; the longest untold go first. */
const MOST = 20_000;

/** What a receiver was told last of each alert, while the process lives. */
export class SentSequences {
  readonly #sequences = new Map<string, number>();

  of(fingerprint: string): number | undefined {
    return this.#sequences.get(fingerprint);
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
