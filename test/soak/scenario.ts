import type { Station } from "./station.ts";

/** `full` is what `npm run soak` does, `short` what the suite does: the same actions and assertions, less often. */
export type Length = "short" | "full";

/** One thing that was measured, with its unit in the text. */
export interface Fact {
  readonly what: string;
  readonly value: string;
}

interface Description {
  /** One word, for `--only`. */
  readonly name: string;
  /** What is done, as a clause. */
  readonly done: string;
  /** What is asserted, as a clause. A scenario that breaks it throws. */
  readonly holds: string;
}

interface Definition<Size> extends Description {
  readonly short: Size;
  readonly full: Size;
  readonly run: (station: Station, size: Size) => Promise<readonly Fact[]>;
}

export interface Scenario extends Description {
  readonly run: (station: Station, length: Length) => Promise<readonly Fact[]>;
}

/** A scenario with its two sizes. What it asserts never depends on how fast the machine is; what it measures does. */
export function defineScenario<Size>({ short, full, run, ...description }: Definition<Size>): Scenario {
  return { ...description, run: (station, length) => run(station, length === "full" ? full : short) };
}

export const fact = (what: string, value: string | number): Fact => ({
  what,
  value: typeof value === "number" ? value.toLocaleString("en-US", { maximumFractionDigits: 1 }) : value,
});
