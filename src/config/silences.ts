import { micros, wallPlus, wallTime } from "../lib/time.ts";
import { LONGEST_SILENCE, type Silence, silenceMatchers } from "../silences/silence.ts";
import type { Config } from "./schema.ts";

/** The silences of the configuration, named by their place in it: `config-0` is `silences[0]`. */
export function configuredSilences(config: Pick<Config, "silences">): Silence[] {
  return config.silences.map((entry, index) => {
    const endsAt = entry.until ?? wallPlus(entry.begins_at ?? wallTime(0), entry.for ?? micros(0));
    return {
      id: `config-${index}`,
      source: "config",
      matchers: silenceMatchers({ ...entry, innerVlan: entry.inner_vlan }),
      beginsAt: entry.begins_at ?? wallTime(endsAt - LONGEST_SILENCE),
      endsAt,
      endsBy: "time",
      comment: entry.comment ?? null,
      createdBy: entry.created_by ?? null,
      createdAt: null,
    };
  });
}
