import type { AlertGroup } from "./standing-alert.ts";

/**
 * Which segments are told of together: those that a sync group of this host has members on fail over together.
 * @param links the segments of each sync group
 * @returns all segments that belong to one, itself included, sorted; of others nothing
 */
export function joinedSegments(links: Iterable<readonly string[]>): ReadonlyMap<string, readonly string[]> {
  const joined = new Map<string, Set<string>>();
  for (const link of links) {
    const all = new Set(link.flatMap((segment) => [segment, ...(joined.get(segment) ?? [])]));
    for (const segment of all) joined.set(segment, all);
  }
  return new Map([...joined].map(([segment, all]) => [segment, [...all].sort()]));
}

/** The group of a segment, named as Alertmanager names its groups. */
export function groupOf(segment: string, joined: ReadonlyMap<string, readonly string[]>): AlertGroup {
  const segments = joined.get(segment) ?? [segment];
  if (segments.length === 1) return { key: `{}:{segment=${JSON.stringify(segment)}}`, labels: { segment } };
  return { key: `{}:{segment=~${JSON.stringify(segments.join("|"))}}`, labels: {} };
}
