import * as z from "zod";
import type { Detector } from "../../core/conditions/definition.ts";
import type { OptionSpec } from "../../core/conditions/options.ts";
import { detectors } from "../../core/detectors/index.ts";
import { type ConditionName, type Severity, severities } from "../../core/events.ts";
import { formatDuration } from "../../lib/duration.ts";
import { duration, flag, number, oneOf, whole } from "../fields.ts";

/** What every condition has, and the values of its detector's own options. */
type ConditionConfig = { readonly enabled: boolean; readonly severity: Severity } & Readonly<Record<string, string | number | boolean>>;

type Conditions = Readonly<Record<ConditionName, ConditionConfig>>;
type Overrides = Readonly<Partial<Record<ConditionName, Readonly<Record<string, string | number | boolean>>>>>;

const enabledText = "Whether the condition is judged.";
const severityText = "How urgent it is.";

function schemaOf(spec: OptionSpec): z.ZodType {
  switch (spec.kind) {
    case "duration":
      return duration(spec.min, spec.max);
    case "count":
      return whole(spec.min, spec.max);
    case "ratio":
      return number(spec.min, spec.max);
    case "choice":
      return oneOf(spec.choices);
  }
}

const withDefault = (spec: OptionSpec): z.ZodType =>
  (spec.kind === "duration" ? schemaOf(spec).prefault(formatDuration(spec.default)) : schemaOf(spec).default(spec.default)).describe(
    spec.meaning,
  );

const each = <T>(make: (detector: Detector) => T): Record<ConditionName, T> =>
  Object.fromEntries(detectors.map((detector) => [detector.id, make(detector)])) as Record<ConditionName, T>;

const ownOptions = (options: Detector["options"], make: (spec: OptionSpec) => z.ZodType): Record<string, z.ZodType> =>
  Object.fromEntries(Object.entries(options).map(([key, spec]) => [key, make(spec)]));

/** Per condition: whether and how urgently, and the options that its detector declares. */
export const conditionsSection = z.strictObject(
  each(({ severity, options, meaning }) =>
    z
      .strictObject({
        enabled: flag().default(true).describe(enabledText),
        severity: oneOf(severities).default(severity).describe(severityText),
        ...ownOptions(options, withDefault),
      })
      .prefault({})
      .describe(meaning),
  ),
) as unknown as z.ZodType<Conditions, Readonly<Record<string, unknown>>>;

/** The same for one virtual router, where it differs. */
export const conditionOverrides = z.strictObject(
  each(({ options, meaning }) =>
    z
      .strictObject({
        enabled: flag().optional().describe(enabledText),
        severity: oneOf(severities).optional().describe(severityText),
        ...ownOptions(options, (spec) => schemaOf(spec).optional().describe(spec.meaning)),
      })
      .optional()
      .describe(meaning),
  ),
) as unknown as z.ZodType<Overrides, Readonly<Record<string, unknown>>>;
