import { micros, wallPlus, wallTime } from "../lib/time.ts";
import { LONGEST_SILENCE, type Silence, type SilenceMatchers } from "../silences/silence.ts";
import type { Config } from "./schema.ts";

type Entry = Config["silences"][number];

function matchersOf({ segment, interface: name, vlan, inner_vlan: innerVlan, family, vrid }: Entry): SilenceMatchers {
  return {
    ...(segment !== undefined && { segment }),
    ...(name !== undefined && { interface: name }),
    ...(vlan !== undefined && { vlan }),
    ...(innerVlan !== undefined && { innerVlan }),
    ...(family !== undefined && { family }),
    ...(vrid !== undefined && { vrid }),
  };
}

/** The silences of the configuration, named by their place in it: `config-0` is `silences[0]`. */
export function configuredSilences(config: Pick<Config, "silences">): Silence[] {
  return config.silences.map((entry, index) => {
    const endsAt = entry.until ?? wallPlus(entry.begins_at ?? wallTime(0), entry.for ?? micros(0));
    return {
      id: `config-${index}`,
      source: "config",
      matchers: matchersOf(entry),
      beginsAt: entry.begins_at ?? wallTime(endsAt - LONGEST_SILENCE),
      endsAt,
      endsBy: "time",
      comment: entry.comment ?? null,
      createdBy: entry.created_by ?? null,
      createdAt: null,
    };
  });
}
