/** What all detectors together add to an advert, in the engine alone: healthy, split, hostile, a mass failover, claims by ARP. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { round } from "../lib/numbers.mjs";

export const name = "detectors";
export const needs = { root: false, programs: ["taskset"], agent: false };

const bench = dirname(dirname(fileURLToPath(import.meta.url)));
const compiled = join(bench, "../../.compiled");

export async function run(context) {
  if (!existsSync(join(compiled, "core/conditions/settings.js"))) throw new Error("needs the compiled program: npm run build");
  const { detectorRounds: rounds, detectorShare: share } = context.sizes;
  context.note(`the engine with all conditions and with none, ${rounds} rounds`);
  const args = [process.execPath, join(bench, "detector-costs.mjs"), compiled, String(rounds), String(share)];
  const rows = JSON.parse(await context.session.run("taskset", ["-c", "1", ...args]));
  return {
    rounds,
    rows: rows.map(({ what, unit, inputs, events, nanosecondsWithAll: all, nanosecondsWithNone: none, eventsPerMillisecond }) => ({
      what,
      unit,
      inputs,
      nanosecondsWithAll: Math.round(all),
      nanosecondsWithNone: Math.round(none),
      nanosecondsOfDetectors: Math.round(all - none),
      ratio: round(all / none),
      events,
      eventsPerMillisecond: round(eventsPerMillisecond, 1),
    })),
  };
}
