import type { IncidentRecorder } from "../incidents/recorder.ts";
import type { Hearing } from "../incidents/timeline.ts";
import type { Clock } from "../lib/clock.ts";
import { componentLogger, type Logger } from "../lib/log.ts";
import { type Duration, micros, seconds, toSeconds } from "../lib/time.ts";

/** Shorter ones happen on any busy host. */
const NOTABLE_PAUSE = seconds(1);

export interface LapsesDeps {
  readonly clock: Clock;
  readonly log: Logger;
  /** null where no incidents are recorded. */
  readonly incidents: Pick<IncidentRecorder, "hearing"> | null;
}

/** When the agent could not hear everything: pauses, frames that the kernel dropped, interfaces that come and go. Open incidents are told of it. */
export class Lapses {
  readonly #deps: LapsesDeps;
  readonly #captureLog: Logger;
  #paused = micros(0);

  constructor(deps: LapsesDeps) {
    this.#deps = deps;
    this.#captureLog = componentLogger(deps.log, "capture");
  }

  /** Time in which this host or process stood still, since the start. */
  get hostPause(): Duration {
    return this.#paused;
  }

  paused(pause: Duration): void {
    this.#remark({ kind: "paused", pause });
    this.#paused = micros(this.#paused + pause);
    this.#deps.log[pause < NOTABLE_PAUSE ? "debug" : "warn"](
      { seconds: toSeconds(pause) },
      "this host or process stood still: conclusions from silence are held back",
    );
  }

  dropped(count: number): void {
    this.#captureLog.warn({ count }, "the kernel dropped frames: conclusions from silence are held back");
    this.#remark({ kind: "frames_dropped", count });
  }

  hearing(name: string, state: "hearing" | "deaf", why: string): void {
    this.#captureLog.info({ interface: name, why }, state === "hearing" ? "capturing" : "not capturing any more");
    this.#remark({ kind: "capture", interface: name, state, why });
  }

  #remark(what: Hearing): void {
    const { incidents, clock } = this.#deps;
    incidents?.hearing(what, clock.now(), clock.wall());
  }
}
