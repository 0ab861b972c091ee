import { MappingType, type ValueMap } from "@grafana/grafana-foundation-sdk/dashboard";
import type { Colour } from "./thresholds.ts";

/** Words and colours instead of numbers. */
export function words(table: Readonly<Record<number, readonly [text: string, color: Colour]>>): ValueMap[] {
  const options = Object.fromEntries(Object.entries(table).map(([value, [text, color]], index) => [value, { text, color, index }]));
  return [{ type: MappingType.ValueToText, options }];
}

/** For 0 and 1 of what answers, runs or carries. */
export const upOrDown = words({ 0: ["down", "red"], 1: ["up", "green"] });
