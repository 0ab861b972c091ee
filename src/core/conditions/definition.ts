import type { Duration, Instant } from "../../lib/time.ts";
import type { ConditionName, Severity } from "../events.ts";
import type { OptionSpecs, OptionValues } from "./options.ts";
import type { Subject } from "./subject.ts";

/** What is wrong, for a person and for a program. */
export interface Finding<Cause extends string = string> {
  /** One sentence. */
  readonly summary: string;
  readonly cause: Cause | null;
  readonly evidence: Readonly<Record<string, unknown>>;
}

/**
 * A detector's answer. `recheckAt`: when time alone may change it; it has to be given wherever it would.
 * `after`: it is raised only once it has held for so long without a break.
 */
export type Verdict<Cause extends string = string> =
  /** It cannot be judged now: nothing is raised, nothing cleared. */
  | { readonly state: "unknown" }
  /** There is nothing to be judged: not this kind of virtual router, not this kind of host any more. What was raised ends. */
  | { readonly state: "inapplicable"; readonly because: string }
  | { readonly state: "clear"; readonly because?: string; readonly recheckAt?: Instant | undefined }
  | {
      readonly state: "raised";
      readonly finding: Finding<Cause>;
      readonly after?: Duration;
      readonly recheckAt?: Instant | undefined;
    };

/** Why a condition holds: how that is decided, and what helps. */
export interface CauseText {
  readonly meaning: string;
  /** What decides for it. */
  readonly decidedBy: string;
  /** What a person should do, with the exact command or keyword. */
  readonly remedy: string;
}

/** The one declaration of a condition: detector, configuration, metric label, documentation and alert come from it. */
export interface Detector {
  readonly id: ConditionName;
  readonly severity: Severity;
  /** `segment`: every agent that hears the segment judges it alike. `host`: it is about one host. */
  readonly scope: "segment" | "host";
  /** One sentence: what is wrong. */
  readonly meaning: string;
  /** When it is raised, and when it is cleared. */
  readonly rule: string;
  readonly causes: Readonly<Record<string, CauseText>>;
  /** Keys of the evidence, with what they mean. */
  readonly evidence: Readonly<Record<string, string>>;
  readonly options: OptionSpecs;
  /** The aspects (bits of `Aspect`) that it looks at. */
  readonly watches: number;
  /** Conditions that are its consequence: while it is raised they are no story of their own. */
  readonly inhibits: readonly ConditionName[];
  readonly evaluate: (subject: Subject, now: Instant, options: Readonly<Record<string, unknown>>) => Verdict;
}

interface Definition<Options extends OptionSpecs, Causes extends Readonly<Record<string, CauseText>>>
  extends Omit<Detector, "evaluate" | "options" | "causes" | "inhibits"> {
  readonly causes: Causes;
  readonly options: Options;
  readonly inhibits?: readonly ConditionName[];
  /** A pure function: what it needs of the past is a bounded part of the subject. */
  readonly evaluate: (subject: Subject, now: Instant, options: OptionValues<Options>) => Verdict<Extract<keyof Causes, string>>;
}

export function defineDetector<const Options extends OptionSpecs, const Causes extends Readonly<Record<string, CauseText>>>(
  definition: Definition<Options, Causes>,
): Detector {
  const { evaluate } = definition;
  return {
    ...definition,
    inhibits: definition.inhibits ?? [],
    // The configuration has validated them by the specs.
    evaluate: (subject, now, options) => evaluate(subject, now, options as OptionValues<Options>),
  };
}

export const unknown = { state: "unknown" } as const;
export const inapplicable = { state: "inapplicable" } as const;
export const clear = { state: "clear" } as const;
/** No advert of it is remembered. */
export const unheard = { state: "inapplicable", because: "no advert of it is remembered" } as const;
/** keepalived on this host has no instance of it. */
export const notHere = { state: "inapplicable", because: "keepalived on this host has no instance of it any more" } as const;
