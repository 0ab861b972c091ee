import { rfc3339, type WallTime } from "../lib/time.ts";

/** Names that this program gives: a time, which sorts, and six digits. Safe as the name of a file. */
export const idPattern = /^\d{8}T\d{6}Z-[0-9a-f]{6}$/;

/** The part of an id that sorts by time: `20261126T150203Z`. */
export const idTime = (wall: WallTime): string => `${rfc3339(wall).slice(0, 19).replaceAll(/[-:]/g, "")}Z`;

/** The time in an id, as RFC 3339 has it. */
export function timeOfId(id: string): string {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/.exec(id) ?? [];
  return `${year}-${month}-${day}T${hour}:${minute}:${second}.000000Z`;
}
