import { type Duration, seconds, type WallTime } from "../lib/time.ts";

/**
 * What a silence is about: a virtual router by its number and whatever else is given, or a whole segment. A key that is left out
 * fits anything. At least `segment` or `vrid` is there.
 */
export interface SilenceMatchers {
  /** The name that the agent gives the segment: the user's, else its subnet, else the interface. */
  readonly segment?: string;
  readonly interface?: string;
  /** 0 is untagged. */
  readonly vlan?: number;
  readonly innerVlan?: number;
  readonly family?: "ipv4" | "ipv6";
  readonly vrid?: number;
}

/** The matchers of what is given; a key that is undefined is left out. */
export function silenceMatchers(given: { readonly [Key in keyof SilenceMatchers]: SilenceMatchers[Key] | undefined }): SilenceMatchers {
  const { segment, interface: name, vlan, innerVlan, family, vrid } = given;
  return {
    ...(segment !== undefined && { segment }),
    ...(name !== undefined && { interface: name }),
    ...(vlan !== undefined && { vlan }),
    ...(innerVlan !== undefined && { innerVlan }),
    ...(family !== undefined && { family }),
    ...(vrid !== undefined && { vrid }),
  };
}

/** What somebody asks for: everything of a silence but its name. */
export interface SilenceRequest {
  readonly matchers: SilenceMatchers;
  /** null: at once, whatever the wall clock says later. */
  readonly beginsAt: WallTime | null;
  /** Not included: a silence is over at its end. */
  readonly endsAt: WallTime;
  /**
   * What was asked for: a length of time from now, whose end moves along when the wall clock is stepped, or an end by the clock,
   * which does not.
   */
  readonly endsBy: "length" | "time";
  readonly comment: string | null;
  readonly createdBy: string | null;
}

export interface Silence extends SilenceRequest {
  readonly id: string;
  /** The configuration's cannot be removed while the agent runs. */
  readonly source: "config" | "api";
  /** null: not known, it stands in the configuration. */
  readonly createdAt: WallTime | null;
}

export type SilenceState = "pending" | "active" | "over";

/** A silence that outlives what it was made for hides the next outage. */
export const LONGEST_SILENCE: Duration = seconds(30 * 86_400);
/** How far ahead one may be planned. */
export const FURTHEST_BEGINNING: Duration = seconds(366 * 86_400);
/** Of each source. */
export const MAX_SILENCES = 1_000;
/** In UTF-16 code units, as everywhere in the configuration. */
export const MAX_TEXT = { comment: 500, createdBy: 100, segment: 100 } as const;

export function silenceState({ beginsAt, endsAt }: Pick<Silence, "beginsAt" | "endsAt">, wall: WallTime): SilenceState {
  if (wall >= endsAt) return "over";
  return beginsAt !== null && wall < beginsAt ? "pending" : "active";
}
