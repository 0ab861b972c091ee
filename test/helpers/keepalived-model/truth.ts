import type { Run } from "./world.ts";

/** A span of true time in microseconds; `until` is the run's end if it lasts. */
export interface Span {
  readonly from: number;
  readonly until: number;
}

/** When a speaker was master and ran: a frozen one holds the address too, but nothing of it can be heard. */
export function reigns(run: Run, who: number): Span[] {
  const spans: Span[] = [];
  let from: number | undefined;
  for (const change of run.states) {
    if (change.who !== who) continue;
    const reigning = change.state === "master" && !change.paused;
    if (reigning) from ??= change.at;
    else if (from !== undefined) {
      spans.push({ from, until: change.at });
      from = undefined;
    }
  }
  if (from !== undefined) spans.push({ from, until: run.spec.end });
  return spans;
}

export interface Overlap extends Span {
  readonly pair: readonly [number, number];
}

/** When two speakers were master together, pair by pair; if only for the moment in which one was told off, of no length. */
export function overlaps(run: Run): Overlap[] {
  const found: Overlap[] = [];
  const all = run.spec.speakers.map((_, who) => reigns(run, who));
  for (const [a, ofA] of all.entries())
    for (const [b, ofB] of all.entries())
      if (a < b)
        for (const x of ofA)
          for (const y of ofB) {
            const from = Math.max(x.from, y.from);
            const until = Math.min(x.until, y.until);
            if (from <= until) found.push({ from, until, pair: [a, b] });
          }
  return found;
}

/** The spans with two masters or more, whoever they were. */
export function splits(run: Run): Span[] {
  const merged: Span[] = [];
  for (const { from, until } of overlaps(run).sort((x, y) => x.from - y.from)) {
    if (from === until) continue;
    const last = merged.at(-1);
    if (last !== undefined && from <= last.until) merged[merged.length - 1] = { from: last.from, until: Math.max(last.until, until) };
    else merged.push({ from, until });
  }
  return merged;
}

/** How much of `span` lies in the others, which do not overlap. */
export const shared = (span: Span, others: readonly Span[]): number =>
  others.reduce((sum, { from, until }) => sum + Math.max(0, Math.min(until, span.until) - Math.max(from, span.from)), 0);
