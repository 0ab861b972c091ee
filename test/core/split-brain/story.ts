import { Engine } from "../../../src/core/engine.ts";
import type { Event } from "../../../src/core/events.ts";
import { instant } from "../../../src/lib/time.ts";
import type { Span } from "../../helpers/keepalived-model/truth.ts";
import { play, type Run } from "../../helpers/keepalived-model/world.ts";
import type { WorldSpec } from "../../helpers/keepalived-model/world-spec.ts";

/** What happened, and what the engine said of it. */
export interface Story {
  readonly run: Run;
  readonly events: readonly Event[];
  /** Instants at which `split_brain` was raised with fewer than two claims in the snapshot. */
  readonly lonely: readonly number[];
}

export function tell(spec: WorldSpec): Story {
  const run = play(spec);
  const engine = new Engine();
  const events: Event[] = [];
  const lonely: number[] = [];
  let raised = false;
  const take = (more: readonly Event[]): void => {
    events.push(...more);
    for (const event of more) if (isOf(event, "split_brain")) raised = event.kind === "condition_raised";
    const { now, routers } = engine.snapshot();
    if (raised && routers.every(({ claims }) => claims < 2)) lonely.push(now);
  };
  for (const input of run.inputs) take(engine.handle(input));
  take(engine.advance(instant(spec.end)));
  return { run, events, lonely };
}

/** The condition is compared as text: a build without the detector has no such name. */
const isOf = (event: Event, condition: string): boolean =>
  (event.kind === "condition_raised" || event.kind === "condition_cleared") && String(event.condition) === condition;

/** When a condition was raised, until it was cleared or the end. */
export function raisedSpans({ run, events }: Story, condition: string): Span[] {
  const spans: Span[] = [];
  let from: number | undefined;
  for (const event of events) {
    if (!isOf(event, condition)) continue;
    if (event.kind === "condition_raised") from = event.at;
    else if (from !== undefined) {
      spans.push({ from, until: event.at });
      from = undefined;
    }
  }
  if (from !== undefined) spans.push({ from, until: run.spec.end });
  return spans;
}
