import * as z from "zod";
import { seconds } from "../../lib/time.ts";
import { duration, flag, onlyAtStart, whole } from "../fields.ts";

const kilobyte = 1_000;
const megabyte = 1_000_000;
const gigabyte = 1_000_000_000;

/** What is kept of each time that something went wrong. */
export const incidentsSection = z.strictObject({
  enabled: onlyAtStart(flag().default(true).describe("Whether incidents are recorded, in the folder incidents of state_directory.")),
  before: duration(seconds(1), seconds(600))
    .prefault("30s")
    .describe("How much of the time before an incident belongs to it, as far as ring_bytes hold it."),
  after: duration(seconds(1), seconds(600))
    .prefault("30s")
    .describe("How much of the time after the last thing that happened belongs to it at least."),
  quiet: duration(seconds(1), seconds(3_600))
    .prefault("30s")
    .describe("An incident ends when nothing is wrong any more and nothing has happened for this long, but not before after has passed."),
  standing: duration(seconds(10), seconds(86_400))
    .prefault("10m")
    .describe(
      "An incident ends, too, when something is still wrong but nothing has happened for this long, so that the next one has its own evidence.",
    ),
  max_count: whole(1, 10_000)
    .default(100)
    .describe("Incidents kept. The oldest closed ones are removed first, here and for the next two bounds."),
  max_bytes: whole(megabyte, 1_000 * gigabyte)
    .default(256 * megabyte)
    .describe("Bytes that all incidents together may take."),
  max_age: duration(seconds(3_600), seconds(3_650 * 86_400))
    .prefault("30d")
    .describe("Incidents that began before this are removed."),
  max_capture_bytes: whole(64 * kilobyte, gigabyte)
    .default(16 * megabyte)
    .describe("Bytes that the capture of one incident may take. It ends there, and incident.json says so."),
  max_timeline_bytes: whole(64 * kilobyte, gigabyte)
    .default(4 * megabyte)
    .describe("Bytes that the timeline of one incident may take. It ends there, and incident.json says so."),
  ring_bytes: onlyAtStart(
    whole(256 * kilobyte, 256 * megabyte)
      .default(4 * megabyte)
      .describe("Memory for the frames of the time before an incident, taken at the start. Twice as much may wait for a slow disk."),
  ),
});
