import { parseDuration } from "../lib/duration.ts";
import { err, ok, type Result } from "../lib/result.ts";
import { type Duration, type WallTime, wallPlus } from "../lib/time.ts";
import { type FieldProblem, FieldReader, type ReadField, text, time } from "./reader.ts";
import { FURTHEST_BEGINNING, LONGEST_SILENCE, MAX_TEXT, type SilenceRequest } from "./silence.ts";

/** Every key that a request may have, as JSON spells it. */
const keys = ["segment", "interface", "vlan", "inner_vlan", "family", "vrid", "until", "for", "begins_at", "comment", "created_by"];

const length: ReadField<Duration> = (value) => {
  const parsed = typeof value === "string" ? parseDuration(value) : err('must be a duration in quotes, such as "2h"');
  return parsed.ok && parsed.value === 0 ? err("must be longer than nothing") : parsed;
};

/**
 * Reads what somebody sent: strict, every value checked, the first problem told. Never throws.
 * @param wall now: what `for` counts from, and what an end must lie after
 */
export function parseSilenceRequest(value: unknown, wall: WallTime): Result<SilenceRequest, FieldProblem> {
  const reader = new FieldReader(value, keys);
  const matchers = reader.takeMatchers();
  const until = reader.take("until", time);
  const lasts = reader.take("for", length);
  const beginsAt = reader.take("begins_at", time) ?? null;
  const comment = reader.take("comment", text(MAX_TEXT.comment)) ?? null;
  const createdBy = reader.take("created_by", text(MAX_TEXT.createdBy)) ?? null;
  const end = endOf(until, lasts, beginsAt ?? wall);
  if (reader.problem !== null) return err(reader.problem);
  if (!end.ok) return end;
  const problem = periodProblem(beginsAt ?? wall, end.value, wall, until === undefined ? "for" : "until");
  if (problem !== null) return err(problem);
  const endsBy = until === undefined && beginsAt === null ? "length" : "time";
  return ok({ matchers, beginsAt, endsAt: end.value, endsBy, comment, createdBy });
}

function endOf(until: WallTime | undefined, lasts: Duration | undefined, from: WallTime): Result<WallTime, FieldProblem> {
  if (until !== undefined && lasts !== undefined) return err({ key: "for", message: "excludes until: give one of the two" });
  if (until !== undefined) return ok(until);
  if (lasts !== undefined) return ok(wallPlus(from, lasts));
  return err({ key: "until", message: "is needed, or for: every silence has an end" });
}

function periodProblem(beginsAt: WallTime, endsAt: WallTime, wall: WallTime, key: "until" | "for"): FieldProblem | null {
  if (endsAt <= beginsAt) return { key, message: beginsAt === wall ? "has passed already" : "must end it after begins_at" };
  if (endsAt <= wall) return { key, message: "has passed already" };
  if (beginsAt - wall > FURTHEST_BEGINNING) return { key: "begins_at", message: "must lie within a year" };
  if (endsAt - Math.max(beginsAt, wall) > LONGEST_SILENCE) return { key, message: "is too long: a silence lasts at most 30 days" };
  return null;
}
