import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Engine } from "../../src/core/engine.ts";
import type { Event } from "../../src/core/events.ts";
import { instant } from "../../src/lib/time.ts";
import { timeline } from "../helpers/keepalived-model/timeline.ts";
import { play } from "../helpers/keepalived-model/world.ts";
import { measure } from "./split-brain/measure.ts";
import { otherRules } from "./split-brain/rules.ts";
import { tell } from "./split-brain/story.ts";
import { world } from "./split-brain/worlds.ts";

const numRuns = Number(process.env["PROPERTY_RUNS"] ?? 500);
/** The same worlds at each run; `PROPERTY_SEED=$RANDOM` for others. */
const seed = Number(process.env["PROPERTY_SEED"] ?? 51);

for (const mood of ["peaceful", "parted", "quarrelling"] as const) {
  test(`${mood} worlds: no_master is raised when nobody advertises and only then, and races are no flapping`, () => {
    fc.assert(
      fc.property(world(mood), (spec) => {
        const story = tell(spec);
        const measured = measure(story);
        const complaints = otherRules.flatMap((rule) => rule(measured));
        assert.ok(complaints.length === 0, `${complaints.join("\n")}\n${timeline(story.run, story.events)}`);
      }),
      { numRuns, seed },
    );
  });

  test(`${mood} worlds: how often time is advanced changes no event`, () => {
    fc.assert(
      fc.property(world(mood), fc.array(fc.nat({ max: 1_000 }), { minLength: 1, maxLength: 10 }), (spec, wakeups) => {
        const { inputs } = play(spec);
        const seldom = new Engine();
        const often = new Engine();
        const expected: Event[] = inputs.flatMap((input) => [...seldom.handle(input)]);
        expected.push(...seldom.advance(instant(spec.end)));

        const actual: Event[] = [];
        let before = 0;
        for (const [i, input] of inputs.entries()) {
          const due = often.nextDeadline();
          if (due !== undefined && due <= input.at) actual.push(...often.advance(due));
          const ratio = (wakeups[i % wakeups.length] as number) / 1_000;
          actual.push(...often.advance(instant(Math.floor(before + (input.at - before) * ratio))));
          actual.push(...often.handle(input));
          before = input.at;
        }
        for (let at = before; at < spec.end; at += 77_777) actual.push(...often.advance(instant(at)));
        actual.push(...often.advance(instant(spec.end)));
        assert.deepEqual(actual, expected);
      }),
      { numRuns: Math.ceil(numRuns / 2), seed },
    );
  });
}
