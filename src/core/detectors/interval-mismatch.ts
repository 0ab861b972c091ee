import { toSeconds } from "../../lib/time.ts";
import { defineMismatch } from "./mismatch.ts";

/** VRRPv2 refuses another interval (RFC 3768 §7.1), VRRPv3 learns it (RFC 9568 §6.4.2). */
export const intervalMismatch = defineMismatch({
  id: "interval_mismatch",
  severity: "warning",
  field: "interval",
  meaning: "Senders of one virtual router advertise different intervals.",
  what: "their advert intervals",
  causes: {
    configuration: {
      meaning: "`advert_int` differs.",
      decidedBy: "The intervals in the adverts.",
      remedy: "Give both the same `advert_int`. In VRRPv2 they refuse each other until then: both will be master.",
    },
  },
  value: ({ interval }) => (interval === undefined ? null : toSeconds(interval)),
});
