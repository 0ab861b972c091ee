import type { AgentEvent } from "./agent.ts";
import type { RecordedAdvert } from "./recorder.ts";

/** A change of master as the recording shows it. */
export interface RecordedChange {
  readonly at: number;
  readonly from: string | null;
  readonly to: string;
  /** Microseconds from the last advert of any other sender; null for the first. */
  readonly gap: number | null;
}

/**
 * The master changes of one virtual router in a recording without overlaps: each advert with a priority other than 0 from
 * another sender than the last one. Written without a look at the product's engine.
 */
export function recordedChanges(adverts: readonly RecordedAdvert[], family: "ipv4" | "ipv6", vrid: number): RecordedChange[] {
  const changes: RecordedChange[] = [];
  const lastOf = new Map<string, number>();
  let master: string | null = null;
  for (const { at, source, priority } of adverts.filter((advert) => advert.family === family && advert.vrid === vrid)) {
    if (priority !== 0 && source !== master) {
      const others = [...lastOf].filter(([other]) => other !== source).map(([, last]) => last);
      changes.push({ at, from: master, to: source, gap: others.length === 0 ? null : at - Math.max(...others) });
      master = source;
    }
    lastOf.set(source, at);
  }
  return changes;
}

/** Microseconds since the epoch of an RFC 3339 time with six decimals. */
export function microseconds(at: string): number {
  const fraction = /\.(\d{6})Z$/.exec(at)?.[1] ?? "0";
  return Math.floor(Date.parse(at) / 1_000) * 1_000_000 + Number(fraction);
}

export const eventTime = (event: AgentEvent): number => microseconds(event.at);
