import { type Threshold, ThresholdsConfigBuilder, ThresholdsMode } from "@grafana/grafana-foundation-sdk/dashboard";

export type Colour = "green" | "yellow" | "orange" | "red" | "blue" | "text";

/** The colour of values from below, then of those from each step on. */
export function steps(base: Colour, ...from: readonly (readonly [value: number, colour: Colour])[]): ThresholdsConfigBuilder {
  const all: Threshold[] = [{ value: null, color: base }, ...from.map(([value, color]) => ({ value, color }))];
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(all);
}

/** For what is neither good nor bad. */
export const neutral = (): ThresholdsConfigBuilder => steps("blue");

/** For what is wrong as soon as there is any of it. */
export const noneIsGood = (): ThresholdsConfigBuilder => steps("green", [1e-9, "red"]);

/** The same where it need not be wrong. */
export const noneIsUsual = (): ThresholdsConfigBuilder => steps("green", [1e-9, "yellow"]);

/** For 0 and 1, where 1 is as it should be. */
export const oneIsGood = (): ThresholdsConfigBuilder => steps("red", [1, "green"]);

/** For a count that should be exactly 1. */
export const exactlyOne = (): ThresholdsConfigBuilder => steps("red", [1, "green"], [2, "red"]);
