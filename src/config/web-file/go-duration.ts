import { err, ok, type Result } from "../../lib/result.ts";
import { type Duration, micros } from "../../lib/time.ts";

/** Microseconds of the units of Go's time.ParseDuration. */
const units: Readonly<Record<string, number>> = {
  ns: 0.001,
  us: 1,
  µs: 1,
  μs: 1,
  ms: 1_000,
  s: 1_000_000,
  m: 60_000_000,
  h: 3_600_000_000,
};

const part = /(\d{1,12}(?:\.\d{0,9})?|\.\d{1,9})(ns|us|µs|μs|ms|s|m|h)/y;

/**
 * Reads a length of time as Go does: `"1s"`, `"1m30s"`, `"0"`. The error says what would be right. Never throws.
 * @see https://pkg.go.dev/time#ParseDuration
 */
export function parseGoDuration(text: string): Result<Duration, string> {
  if (text === "0") return ok(micros(0));
  if (/^\d+(\.\d+)?$/.test(text)) return err(`a duration needs a unit: "${text.slice(0, 20)}s" for seconds, or ms, m, h`);
  let length = 0;
  part.lastIndex = 0;
  while (part.lastIndex < text.length) {
    const matched = part.exec(text);
    if (matched === null) return err('not a duration: write numbers with units, such as "1s", "100ms" or "1m30s"');
    length += Number(matched[1]) * (units[matched[2] ?? ""] ?? 0);
  }
  if (text === "") return err('not a duration: write a number with its unit, such as "1s"');
  return ok(micros(Math.round(length)));
}
