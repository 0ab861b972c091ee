import { err, ok, type Result } from "./result.ts";
import { type Duration, micros } from "./time.ts";

/** Microseconds of each unit that configuration may use, the largest first. */
const units: ReadonlyArray<readonly [string, number]> = [
  ["d", 86_400_000_000],
  ["h", 3_600_000_000],
  ["m", 60_000_000],
  ["s", 1_000_000],
  ["ms", 1_000],
  ["us", 1],
];

/** Longer than anything this program waits for, and far below the integers that a number holds exactly. */
export const longestDuration: Duration = micros(3_650 * 86_400_000_000);

/** The form of a duration in configuration, as a JSON Schema pattern. */
export const durationPattern = /^\d{1,12}(\.\d{1,6})?(us|ms|s|m|h|d)$/;

/** Reads `"500ms"`, `"1.5s"`, `"5m"`, `"4h"`, `"2d"`. The error says what is wrong and gives an example. Never throws. */
export function parseDuration(text: string): Result<Duration, string> {
  if (/^\d+(\.\d+)?$/.test(text)) return err(`a duration needs a unit: "${text.slice(0, 20)}s" for seconds, or ms, m, h, d`);
  const matched = durationPattern.exec(text);
  if (matched === null) return err('not a duration: write a number and one of ms, s, m, h, d, such as "500ms" or "1.5s"');
  const unit = matched[2] ?? "";
  const factor = units.find(([name]) => name === unit)?.[1] ?? 0;
  const length = Math.round(Number.parseFloat(text) * factor);
  return length > longestDuration ? err(`longer than ${formatDuration(longestDuration)}`) : ok(micros(length));
}

/** The shortest text that `parseDuration` reads back to the same length: `"90s"`, not `"1.5m"`. */
export function formatDuration(length: Duration): string {
  if (length === 0) return "0s";
  const [name, factor] = units.find(([, size]) => length % size === 0) ?? ["us", 1];
  return `${length / factor}${name}`;
}
