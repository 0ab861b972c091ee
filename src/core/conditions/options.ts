import type { Duration } from "../../lib/time.ts";

/** The kinds of options that a detector may have. The configuration makes its schema, defaults and bounds of them. */
export type OptionSpec =
  | { readonly kind: "duration"; readonly default: Duration; readonly min: Duration; readonly max: Duration; readonly meaning: string }
  | { readonly kind: "count"; readonly default: number; readonly min: number; readonly max: number; readonly meaning: string }
  | { readonly kind: "ratio"; readonly default: number; readonly min: number; readonly max: number; readonly meaning: string }
  | { readonly kind: "choice"; readonly default: string; readonly choices: readonly [string, ...string[]]; readonly meaning: string };

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

type OptionValue<Spec extends OptionSpec> = Spec extends { readonly kind: "duration" }
  ? Duration
  : Spec extends { readonly kind: "choice"; readonly choices: readonly (infer Choice)[] }
    ? Choice
    : number;

/** The values of a detector's options, durations in microseconds. */
export type OptionValues<Specs extends OptionSpecs> = { readonly [Key in keyof Specs]: OptionValue<Specs[Key]> };

export const defaultsOf = <Specs extends OptionSpecs>(specs: Specs): OptionValues<Specs> =>
  Object.fromEntries(Object.entries(specs).map(([key, spec]) => [key, spec.default])) as OptionValues<Specs>;
