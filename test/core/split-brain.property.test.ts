import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { timeline } from "../helpers/keepalived-model/timeline.ts";
import type { WorldSpec } from "../helpers/keepalived-model/world-spec.ts";
import { measure } from "./split-brain/measure.ts";
import { splitRules } from "./split-brain/rules.ts";
import { tell } from "./split-brain/story.ts";
import { world } from "./split-brain/worlds.ts";

/** The same worlds at each run; `PROPERTY_RUNS=100000 PROPERTY_SEED=$RANDOM` for a long search in others. */
const numRuns = Number(process.env["PROPERTY_RUNS"] ?? 1_000);
const seed = Number(process.env["PROPERTY_SEED"] ?? 51);

function holds(spec: WorldSpec): void {
  const story = tell(spec);
  const measured = measure(story);
  const complaints = splitRules.flatMap((rule) => rule(measured));
  assert.ok(complaints.length === 0, `${complaints.join("\n")}\n${timeline(story.run, story.events)}`);
}

test("split_brain is silent and true among speakers that agree, whatever befalls them", () => {
  fc.assert(fc.property(world("peaceful"), holds), { numRuns, seed });
});

test("split_brain tells the truth about a network that is cut and heals", () => {
  fc.assert(fc.property(world("parted"), holds), { numRuns, seed });
});

test("split_brain tells the truth about masters that reject each other, as far as it can be heard", () => {
  fc.assert(fc.property(world("quarrelling"), holds), { numRuns, seed });
});
