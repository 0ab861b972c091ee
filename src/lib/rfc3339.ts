import { err, ok, type Result } from "./result.ts";
import { type WallTime, wallTime } from "./time.ts";

/** Date, time and offset of RFC 3339 §5.6, each field within its digits; the calendar is checked besides. */
export const rfc3339Pattern = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$/;

const example = "2026-11-21T22:00:00Z or 2026-11-21T23:00:00+01:00";

/** Reads a time with its offset from UTC, to the microsecond. The error says what is wrong and gives an example. Never throws. */
export function parseRfc3339(text: string): Result<WallTime, string> {
  if (!rfc3339Pattern.test(text)) {
    const bare = /^\d{4}-\d{2}-\d{2}([Tt ]\d{2}:\d{2}(:\d{2})?)?$/.test(text);
    return err(bare ? `a time needs date, seconds and an offset from UTC, such as ${example}` : `not a time: write ${example}`);
  }
  const day = text.slice(0, 10);
  const milliseconds = Date.parse(`${text.slice(0, 19).toUpperCase()}Z`);
  // The 30th of February is the 2nd of March for some parsers.
  if (Number.isNaN(milliseconds) || new Date(milliseconds).toISOString().slice(0, 10) !== day)
    return err(`there is no such date or time: write ${example}`);
  const [, fraction = "", offset = ""] = /(?:\.(\d+))?([Zz]|[+-]\d{2}:\d{2})$/.exec(text) ?? [];
  const minutes = /[Zz]/.test(offset) ? 0 : Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4));
  if (minutes >= 24 * 60 || Number(offset.slice(4)) > 59) return err(`there is no such offset from UTC: write ${example}`);
  const east = offset.startsWith("-") ? -minutes : minutes;
  return ok(wallTime((milliseconds - east * 60_000) * 1_000 + Number(fraction.padEnd(6, "0").slice(0, 6))));
}
