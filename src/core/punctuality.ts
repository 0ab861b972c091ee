import { type Duration, type Instant, since } from "../lib/time.ts";
import type { Advert } from "../wire/decoded.ts";
import { Cadence, LATE_FROM } from "./cadence.ts";
import type { Input } from "./input.ts";
import type { InvalidLog } from "./invalid-log.ts";
import { LateLog } from "./late-log.ts";
import type { Sender } from "./sender.ts";

/** So many packets that nobody may believe between two adverts of a master put the second one off. */
const STARVING = 2;

/** Whether the adverts of the masters of one virtual router come when they should. */
export class Punctuality {
  readonly cadence = new Cadence();
  readonly late = new LateLog();
  readonly #invalid: Pick<InvalidLog, "total">;

  constructor(invalid: Pick<InvalidLog, "total">) {
    this.#invalid = invalid;
  }

  /**
   * The living master advertises again. To be called before the advert is its last one.
   * @param heardSince nothing before this instant proves silence
   * @param contestedAt when somebody last spoke against a better claim: that puts an advert off by right
   * @returns whether it came late
   */
  observe(
    master: Sender,
    { advert, at, ipId }: Extract<Input, { kind: "advert" }>,
    heardSince: Instant,
    contestedAt: Instant | undefined,
  ): boolean {
    const previous = master.lastAdvert;
    if (master.lastAdvertAt < heardSince || previous.priority === 0) return false;
    const gap = since(at, master.lastAdvertAt);
    if (isCopyOf(previous, advert, gap)) return false;
    this.cadence.observe(gap, previous.interval);
    const contested = contestedAt !== undefined && contestedAt >= master.lastAdvertAt;
    if (gap <= LATE_FROM * previous.interval || contested) return false;
    this.#note(master, gap, at, master.ipId.lostBefore(ipId));
    return true;
  }

  /** Others took it for dead, wrongly. @returns whether its advert was late because invalid packets put it off */
  starved(sender: Sender, gap: Duration, at: Instant): boolean {
    if (!this.#isStarved(sender)) return false;
    this.#note(sender, gap, at, null);
    return true;
  }

  #isStarved(sender: Sender): boolean {
    return this.#invalid.total - sender.invalidBefore >= STARVING;
  }

  #note(sender: Sender, gap: Duration, at: Instant, lost: number | null): void {
    this.late.note({ sender, at, ratio: gap / sender.lastAdvert.interval, starved: this.#isStarved(sender), lost });
  }
}

/** keepalived sends one copy of each advert to every unicast peer. */
export const isCopyOf = (previous: Advert, advert: Advert, gap: Duration): boolean =>
  previous.destination !== advert.destination && gap < previous.interval / 4;
