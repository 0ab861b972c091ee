import type { Notify, NotifySource } from "../../core/host-facts.ts";
import { RateLimiter } from "../../lib/rate-limiter.ts";
import { seconds, type WallTime } from "../../lib/time.ts";
import type { NotifyDeps } from "./deps.ts";
import { escapeText } from "./escape.ts";
import { type LineProblem, lineProblemTexts, parseLine } from "./line.ts";

/** From lines to facts, for every intake: what cannot be parsed is counted, and each such text logged once in ten minutes. */
export class NotifyLines {
  readonly #deps: NotifyDeps;
  readonly #limiter = new RateLimiter({ interval: seconds(600), maxKeys: 64 });

  constructor(deps: NotifyDeps) {
    this.#deps = deps;
  }

  line(source: NotifySource, text: string, happened?: WallTime | null): void {
    const parsed = parseLine(text);
    if (parsed.ok) this.take(source, parsed.value, happened);
    else this.refuse(source, parsed.error, text);
  }

  /** @param happened when it happened, null where nobody knows; left out: now */
  take(source: NotifySource, notify: Notify, happened?: WallTime | null): void {
    this.#deps.deliver(happened === undefined ? { kind: "notify", source, notify } : { kind: "notify", source, notify, happened });
  }

  /** @param text null where it is too long to be kept */
  refuse(source: NotifySource, problem: LineProblem, text: string | null): void {
    this.#deps.deliver({ kind: "notify_unparsable", source });
    const shown = text === null ? null : escapeText(text);
    const others = this.#limiter.admit(`${source} ${problem} ${shown}`, this.#deps.clock.now());
    if (others === null) return;
    this.#deps.log.warn(
      { source, problem, why: lineProblemTexts[problem], text: shown, others },
      "a notify call that is none of keepalived's was counted and left out",
    );
  }
}
