import { err, ok, type Result } from "../lib/result.ts";
import { rfc3339, type WallTime } from "../lib/time.ts";
import { type FieldProblem, FieldReader, oneOf, type ReadField, text, time } from "./reader.ts";
import { LONGEST_SILENCE, MAX_TEXT, type Silence, type SilenceMatchers, silenceState } from "./silence.ts";

type Json = Readonly<Record<string, unknown>>;

/** Only what is given: what is left out fits anything. */
function matchersJson({ segment, interface: name, vlan, innerVlan, family, vrid }: SilenceMatchers): Json {
  return {
    ...(segment !== undefined && { segment }),
    ...(name !== undefined && { interface: name }),
    ...(vlan !== undefined && { vlan }),
    ...(innerVlan !== undefined && { inner_vlan: innerVlan }),
    ...(family !== undefined && { family }),
    ...(vrid !== undefined && { vrid }),
  };
}

const timeOrNull = (at: WallTime | null): string | null => (at === null ? null : rfc3339(at));

/** A silence as it is stored: nothing in it depends on the moment. */
export function storedJson(silence: Silence): Json {
  return {
    id: silence.id,
    ...matchersJson(silence.matchers),
    begins_at: timeOrNull(silence.beginsAt),
    ends_at: rfc3339(silence.endsAt),
    ends_by: silence.endsBy,
    created_at: timeOrNull(silence.createdAt),
    created_by: silence.createdBy,
    comment: silence.comment,
  };
}

/** A silence as the API shows it. */
export function silenceJson(silence: Silence, wall: WallTime): Json {
  const { id, ...rest } = storedJson(silence);
  return { id, state: silenceState(silence, wall), source: silence.source, ...rest };
}

const storedKeys = [
  "id",
  "segment",
  "interface",
  "vlan",
  "inner_vlan",
  "family",
  "vrid",
  "begins_at",
  "ends_at",
  "ends_by",
  "created_at",
  "created_by",
  "comment",
];

const orNull =
  <T>(read: ReadField<T>): ReadField<T | null> =>
  (value) =>
    value === null ? ok(null) : read(value);

/** What a silence made by the API may be called: it stands in a path and in a person's shell. */
export const idPattern = /^[0-9a-f]{8}$/;

const id: ReadField<string> = (value) => (typeof value === "string" && idPattern.test(value) ? ok(value) : err("must be 8 hex digits"));

/** Reads back what `storedJson` wrote: the disk is not believed either. Never throws. */
export function parseStored(value: unknown): Result<Silence, FieldProblem> {
  const reader = new FieldReader(value, storedKeys);
  const name = reader.take("id", id);
  const matchers = reader.takeMatchers();
  const beginsAt = reader.take("begins_at", orNull(time)) ?? null;
  const endsAt = reader.take("ends_at", time);
  const endsBy = reader.take("ends_by", oneOf("length", "time"));
  const createdAt = reader.take("created_at", orNull(time)) ?? null;
  const createdBy = reader.take("created_by", orNull(text(MAX_TEXT.createdBy))) ?? null;
  const comment = reader.take("comment", orNull(text(MAX_TEXT.comment))) ?? null;
  if (reader.problem !== null) return err(reader.problem);
  if (name === undefined || endsAt === undefined || endsBy === undefined)
    return err({ key: null, message: "id, ends_at and ends_by are needed" });
  // The wall clock may have been stepped since; years it was not.
  if (endsAt - (beginsAt ?? createdAt ?? endsAt) > 2 * LONGEST_SILENCE) return err({ key: "ends_at", message: "is too far away" });
  return ok({ id: name, source: "api", matchers, beginsAt, endsAt, endsBy, createdAt, createdBy, comment });
}
