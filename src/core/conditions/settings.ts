import { detectors } from "../detectors/index.ts";
import type { ConditionName, Severity } from "../events.ts";
import { defaultsOf } from "./options.ts";

/** How one condition is judged. */
export interface ConditionSetting {
  readonly enabled: boolean;
  readonly severity: Severity;
  /** The values of the detector's own options, durations in microseconds. */
  readonly options: Readonly<Record<string, unknown>>;
}

export type ConditionSettings = Readonly<Record<ConditionName, ConditionSetting>>;

export const defaultConditionSettings: ConditionSettings = Object.fromEntries(
  detectors.map(({ id, severity, options }) => [id, { enabled: true, severity, options: defaultsOf(options) }]),
) as ConditionSettings;
