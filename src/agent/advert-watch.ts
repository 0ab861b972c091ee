import type { InterfaceView } from "../core/view.ts";
import type { Clock } from "../lib/clock.ts";
import { type Instant, seconds, since, type WallTime } from "../lib/time.ts";
import type { NoAdvertHint } from "../metrics/agent-view.ts";
import { HINT_AFTER_SECONDS, type Listening, noAdvertHint } from "./no-advert-hint.ts";

export interface AdvertWatchDeps {
  readonly clock: Clock;
  /** Whether the VRRP groups are joined, as the configuration has it. */
  readonly joins: () => Listening["joins"];
  /** Names of the interfaces that are captured. */
  readonly captured: () => readonly string[];
  /** What was heard besides adverts. */
  readonly counts: () => readonly InterfaceView[];
}

/** Whether an advert was ever heard; while not, what could hide them. */
export class AdvertWatch {
  readonly #deps: AdvertWatchDeps;
  readonly #began: Instant;
  readonly #beganWall: WallTime;
  #heard = false;

  constructor(deps: AdvertWatchDeps) {
    this.#deps = deps;
    this.#began = deps.clock.now();
    this.#beganWall = deps.clock.wall();
  }

  /** An advert has been heard. */
  heard(): void {
    this.#heard = true;
  }

  /** null: an advert was heard, or it is too early to say. */
  hint(): NoAdvertHint | null {
    const { clock, joins, captured, counts } = this.#deps;
    if (this.#heard || since(clock.now(), this.#began) < seconds(HINT_AFTER_SECONDS)) return null;
    let rejected = 0;
    let carp = 0;
    for (const seen of counts()) {
      for (const n of seen.rejected.values()) rejected += n;
      carp += seen.carp.ipv4 + seen.carp.ipv6;
    }
    return noAdvertHint({ since: this.#beganWall, interfaces: captured(), joins: joins(), carp, rejected });
  }
}
