import { type Instant, seconds, since } from "../lib/time.ts";

/** Two routers with one address that both advertise take turns within this time, whatever their interval. */
const TURN = seconds(120);

/** So many turns in a row are no change of hardware. */
const CERTAIN = 3;

/** From which MACs one source address sends: two routers with the same address show as one sender that changes its MAC to and fro. */
export class MacHistory {
  other: string | null = null;
  /** Changes to and fro in a row. */
  turns = 0;
  turnedAt: Instant | null = null;
  #otherAt: Instant | null = null;

  observe(before: string | null, now: string | null, beforeAt: Instant, at: Instant): void {
    if (before === now || before === null || now === null) return;
    const back = now === this.other && this.#otherAt !== null && since(at, this.#otherAt) <= TURN;
    this.turns = back ? this.turns + 1 : 1;
    this.other = before;
    this.#otherAt = beforeAt;
    this.turnedAt = at;
  }

  /** Whether two routers use the address. */
  get isShared(): boolean {
    return this.turns >= CERTAIN;
  }
}
