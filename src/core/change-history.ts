import type { Instant } from "../lib/time.ts";

/** A change whose new master has sent one advert only. */
interface Fresh {
  readonly from: string | null;
  readonly to: string;
  readonly at: Instant;
}

/**
 * When the master changed, the last times. A router that was master for one advert, and the return of the old one after it, are
 * no changes: a backup that lost an advert does that, and is told off within milliseconds. In an election of several backups each
 * of them may send one advert: from the old master to the one that goes on it is one change.
 */
export class ChangeHistory {
  /** Oldest first; at most `#kept`. */
  readonly at: Instant[] = [];
  #fresh: Fresh | null = null;
  #kept: number;

  constructor(kept: number) {
    this.#kept = kept;
  }

  /** From now on so many are kept. */
  keep(kept: number): void {
    this.#kept = kept;
    this.at.splice(0, Math.max(0, this.at.length - kept));
  }

  /** @returns whether it is the return of the old master after one advert of another. */
  note(from: string | null, to: string, at: Instant): boolean {
    const fresh = this.#fresh;
    if (fresh !== null && fresh.from === to) {
      this.#fresh = null;
      return true;
    }
    // Backups of close priority race: who sent one advert and met a better one was never master.
    this.#fresh = { from: fresh === null ? from : fresh.from, to, at };
    return false;
  }

  /** The new master has advertised again. @returns whether a change became one by that. */
  confirmed(): boolean {
    if (this.#fresh === null) return false;
    this.#confirm(this.#fresh);
    this.#fresh = null;
    return true;
  }

  #confirm({ at }: Fresh): void {
    this.at.push(at);
    if (this.at.length > this.#kept) this.at.shift();
  }
}
