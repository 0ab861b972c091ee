import { parseRfc3339 } from "../lib/rfc3339.ts";
import { micros, type WallTime } from "../lib/time.ts";
import { LONGEST_SILENCE } from "../silences/silence.ts";
import type { CrossProblem } from "./cross-checks.ts";
import type { Path } from "./problems.ts";

/** Checks between the keys of one entry of `silences`, as they stand in the file; passes over what the schema refuses. */
export function checkSilence(entry: Readonly<Record<string, unknown>>, path: Path): CrossProblem[] {
  const { segment, vrid, vlan, inner_vlan: innerVlan, until, for: lasts, begins_at: begins } = entry;
  const problems: CrossProblem[] = [];
  const refuse = (key: string | null, message: string): void => void problems.push({ path: key === null ? path : [...path, key], message });
  if (segment === undefined && vrid === undefined) refuse(null, "needs vrid, or segment to silence a whole segment");
  if (innerVlan !== undefined && vlan === undefined) refuse("inner_vlan", "needs vlan, the outer of the two tags, as well");
  if (until === undefined && lasts === undefined) refuse(null, "needs an end: until, or begins_at and for");
  if (until !== undefined && lasts !== undefined) refuse("for", "excludes until: give one of the two");
  if (lasts !== undefined && until === undefined && begins === undefined)
    refuse("for", "needs begins_at: without it the silence would begin anew with each start of the agent");
  const [from, to] = [timeOf(begins), timeOf(until)];
  const length = from === null || to === null ? null : micros(to - from);
  if (length !== null && length <= 0) refuse("until", "must lie after begins_at");
  if (length !== null && length > LONGEST_SILENCE) refuse("until", "must lie at most 30 days after begins_at");
  return problems;
}

function timeOf(value: unknown): WallTime | null {
  const parsed = typeof value === "string" ? parseRfc3339(value) : null;
  return parsed?.ok ? parsed.value : null;
}
