import type { AgentEvent } from "../framework/agent.ts";
import { type Labels, type MomentName, type Span, type Truth, timeOf } from "./moments.ts";

/** Values by what tells the series apart. */
export type Expected = Readonly<Record<string, number | Span>>;

/** What a query returns at a moment of the run. */
export interface Expectation {
  /** Title and letter: on every dashboard that has it. */
  readonly panel: string;
  readonly at: MomentName;
  /** Of the series with these labels; an empty text: without the label. */
  readonly of: Labels;
  /** Labels that tell the series apart. */
  readonly by: readonly string[];
  /** All of these series, and no others. */
  readonly is: (truth: Truth) => Expected;
  /** The range of rates; since the first moment where it is left out. */
  readonly over?: string;
}

export function fact(
  panel: string,
  at: MomentName,
  of: Labels,
  by: readonly string[],
  is: Expected | ((truth: Truth) => Expected),
  over?: string,
): Expectation {
  return { panel, at, of, by, is: typeof is === "function" ? is : () => is, ...(over !== undefined && { over }) };
}

/** From the least to the greatest of some values, give or take. */
export function among(values: readonly number[], slack = 1e-6): Span {
  if (values.length === 0) throw new Error("there is no value to compare with");
  return [Math.min(...values) - slack, Math.max(...values) + slack];
}

/** Times of events in milliseconds, as a table shows them. */
export const milliseconds = (events: readonly AgentEvent[]): Span =>
  among(
    events.map((event) => timeOf(event) * 1_000),
    2,
  );

/** The same rounded to seconds, as an annotation has it. */
export const wholeSeconds = (events: readonly AgentEvent[]): Span =>
  among(
    events.map((event) => timeOf(event) * 1_000),
    501,
  );

/** A time in milliseconds that is between something that was done and the moment. */
export const sinceNote =
  (what: string) =>
  (truth: Truth): Span => [truth.noted(what) * 1_000 - 50, truth.at.at * 1_000];
