import { type Instant, later } from "../lib/time.ts";
import { type Blindness, gapsKept } from "./conditions/subject.ts";

/** What was surely heard of one virtual router, and when something may have been missed. */
export class Ears implements Blindness {
  /** Nothing before this instant proves that somebody was silent. */
  heardSince: Instant;
  /** When that time without proof began: who was not heard since may be gone. */
  blindFrom: Instant;
  deaf = false;
  readonly gaps: { readonly from: Instant; readonly until: Instant }[] = [];

  constructor(at: Instant) {
    this.heardSince = at;
    this.blindFrom = at;
  }

  /** Since when nothing is heard; null while something may be. */
  get deafSince(): Instant | null {
    return this.deaf ? this.blindFrom : null;
  }

  deafen(at: Instant): void {
    this.deaf = true;
    this.blindFrom = at;
  }

  listen(at: Instant): void {
    this.deaf = false;
    this.heardSince = later(at, this.heardSince);
  }

  miss(from: Instant, until: Instant): void {
    if (!this.deaf && from >= this.heardSince) this.blindFrom = from;
    if (until > this.heardSince) this.heardSince = until;
    this.gaps.push({ from, until });
    if (this.gaps.length > gapsKept) this.gaps.shift();
  }
}
