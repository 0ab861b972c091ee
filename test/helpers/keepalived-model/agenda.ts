interface Entry {
  readonly at: number;
  readonly run: () => void;
}

/** What is to happen when, in integer microseconds. Entries of one instant run in the order in which they were made. */
export class Agenda {
  now = 0;
  readonly #entries: Entry[] = [];

  at(at: number, run: () => void): void {
    const when = Math.max(at, this.now);
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#entries[middle] as Entry).at <= when) low = middle + 1;
      else high = middle;
    }
    this.#entries.splice(low, 0, { at: when, run });
  }

  /** Runs everything that is due before `end`, and what that adds. */
  runUntil(end: number): void {
    for (let next = this.#entries[0]; next !== undefined && next.at < end; next = this.#entries[0]) {
      this.#entries.shift();
      this.now = next.at;
      next.run();
    }
    this.now = end;
  }
}
