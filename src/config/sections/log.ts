import * as z from "zod";
import { logLevels } from "../../lib/log.ts";
import { oneOf } from "../fields.ts";

/** What the agent says about itself, as JSON lines on standard output. */
export const logSection = z.strictObject({
  level: oneOf(logLevels).default("info").describe("The least severe lines that are written. debug adds decisions, trace adds packets."),
});
