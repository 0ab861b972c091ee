import { type Overlap, overlaps, reigns, type Span } from "../../helpers/keepalived-model/truth.ts";
import { isDeafness, type Run, type SentAdvert } from "../../helpers/keepalived-model/world.ts";
import type { Story } from "./story.ts";

/** How late scheduling of the speakers and delays of the network may make anything that is counted in intervals. */
export const JITTER = 100_000;

/** What the rules need of one story, computed once. Times in microseconds. */
export interface Measure {
  readonly story: Story;
  readonly run: Run;
  /** The longest and the shortest interval that anybody has. */
  readonly longest: number;
  readonly shortest: number;
  readonly overlaps: readonly Overlap[];
  readonly heard: readonly (SentAdvert & { readonly heardAt: number })[];
  /** When the listener heard nothing, from minus infinity to its begin included. */
  readonly deaf: readonly Span[];
  reigns(who: number): readonly Span[];
}

export function measure(story: Story): Measure {
  const { run } = story;
  const intervals = [
    ...run.spec.speakers.map(({ config }) => config.interval),
    ...run.spec.steps.flatMap((step) => (step.do === "reload" && step.config.interval !== undefined ? [step.config.interval] : [])),
  ];
  const all = run.spec.speakers.map((_, who) => reigns(run, who));
  return {
    story,
    run,
    longest: Math.max(...intervals),
    shortest: Math.min(...intervals),
    overlaps: overlaps(run),
    heard: run.adverts.filter(isHeard).sort((a, b) => a.heardAt - b.heardAt),
    deaf: [
      { from: Number.NEGATIVE_INFINITY, until: run.spec.listenFrom },
      ...run.spec.steps.filter(isDeafness).map(({ at, until }) => ({ from: at, until })),
    ],
    reigns: (who) => all[who] ?? [],
  };
}

const isHeard = (advert: SentAdvert): advert is SentAdvert & { readonly heardAt: number } => advert.heardAt !== null;

/** Whether the listener heard everything that was sent in the span, and was not deaf in it. */
export const hearsAll = ({ run, deaf }: Measure, { from, until }: Span): boolean =>
  deaf.every((span) => span.until <= from || span.from >= until) &&
  run.adverts.every(({ at, heardAt }) => at < from || at >= until || heardAt !== null);

/** Whether a speaker advertised throughout the span, never silent for longer than `limit`: its interval and the jitter. */
export function transmits({ run, longest }: Measure, who: number, { from, until }: Span, limit: number = longest * 1.02 + JITTER): boolean {
  let last = from;
  for (const { at, who: sender } of run.adverts) {
    if (sender !== who || at < from || at >= until) continue;
    if (at - last > limit) return false;
    last = at;
  }
  return until - last <= limit;
}

/** MDI of priority 1, and the 20 ms of the contract. */
export const claimLifetime = (version: 2 | 3, interval: number): number =>
  3 * interval + Math.floor((255 * (version === 2 ? 1_000_000 : interval)) / 256) + 20_000;

export const text = (us: number): string => `${(us / 1_000_000).toFixed(4)} s`;
