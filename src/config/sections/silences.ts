import * as z from "zod";
import { parseRfc3339 } from "../../lib/rfc3339.ts";
import { micros } from "../../lib/time.ts";
import { LONGEST_SILENCE, MAX_SILENCES, MAX_TEXT } from "../../silences/silence.ts";
import { duration, listOf, oneOf, parsed, text, whole } from "../fields.ts";
import { interfaceName } from "./virtual-routers.ts";

const time = () => parsed(parseRfc3339, 'a time in quotes, such as "2026-11-21T22:00:00Z"');

/** One planned maintenance. */
const entry = z.strictObject({
  segment: text(MAX_TEXT.segment).optional().describe("The segment as the label segment of the alerts names it. Alone: all of it."),
  interface: interfaceName.optional().describe("Left out: every interface."),
  vlan: whole(0, 4_094).optional().describe("VLAN id; 0 is untagged. Left out: any."),
  inner_vlan: whole(0, 4_094).optional().describe("Inner VLAN id of frames with two tags."),
  family: oneOf(["ipv4", "ipv6"]).optional().describe("Left out: both."),
  vrid: whole(1, 255).optional().describe("Virtual router id. Needed, unless segment is given."),
  begins_at: time().optional().describe("When it begins (RFC 3339). Left out: 30 days before its end."),
  until: time().optional().describe("When it ends (RFC 3339), at most 30 days after its beginning. Needed, unless for is given."),
  for: duration(micros(1), LONGEST_SILENCE).optional().describe("How long it lasts from begins_at on, instead of until."),
  comment: text(MAX_TEXT.comment).optional().describe("Why, for other people."),
  created_by: text(MAX_TEXT.createdBy).optional().describe("Who is to be asked."),
});

/** Maintenance that is known beforehand; what begins now is better silenced by `vrrpwatch silence add`. */
export const silencesSection = listOf(entry, { min: 0, max: MAX_SILENCES })
  .prefault([])
  .describe(
    "Planned maintenance: alerts of a virtual router or a segment are held back for a time; metrics and events are not. An entry that is over does nothing.",
  )
  .meta({
    examples: [[{ segment: "dc1-front", begins_at: "2026-11-21T22:00:00+01:00", for: "4h", comment: "new switches" }]],
  });
