import * as z from "zod";
import { flag } from "../fields.ts";

/** What keeps existing dashboards alive. */
export const compatSection = z.strictObject({
  keepalived_exporter: flag()
    .default(false)
    .describe("Also exports the counters of the widespread keepalived exporters (keepalived_advertisements_sent_total and the like)."),
});
