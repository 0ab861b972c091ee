import { later, plus, seconds } from "../../lib/time.ts";
import { Aspect } from "../conditions/aspects.ts";
import { clear, defineDetector, unheard, unknown } from "../conditions/definition.ts";
import { routerName } from "./dispute.ts";

/** CARP has VRRP's protocol number, group and virtual MAC; each of its packets puts the adverts of a keepalived master off. */
export const carpVhidConflict = defineDetector({
  id: "carp_vhid_conflict",
  severity: "warning",
  scope: "segment",
  meaning: "CARP and VRRP use the same id, and so the same virtual MAC.",
  rule: "Raised at a CARP packet whose VHID is the VRID of this virtual router, on its segment. Cleared after `quiet` without one.",
  causes: {
    shared_id: {
      meaning: "A CARP pair (pfSense, OPNsense, BSD, ucarp) has the number of this virtual router.",
      decidedBy: "The VHID of the CARP packet.",
      remedy:
        "Give one of them another number, or keep them on different VLANs. Adverts that come late until then (`slow_adverts`) are its doing.",
    },
  },
  evidence: { source: "Source address of the last CARP packet.", mac: "Its MAC." },
  options: {
    quiet: { kind: "duration", default: seconds(300), min: seconds(1), max: seconds(86_400), meaning: "How long there must be none." },
  },
  watches: Aspect.carp | Aspect.capture,
  evaluate(subject, now, { quiet }) {
    const { wire } = subject;
    if (wire === null) return unheard;
    if (!wire.hearing) return unknown;
    const { carp } = wire;
    if (carp === null) return clear;
    const over = plus(later(carp.at, wire.heardSince), quiet);
    if (now >= over) return { ...clear, because: "no CARP packet with this number came again" };
    return {
      state: "raised",
      finding: {
        summary: `${routerName(subject)}: CARP of ${carp.source ?? "an unreadable address"} uses the same number`,
        cause: "shared_id",
        evidence: { source: carp.source, mac: carp.mac },
      },
      recheckAt: over,
    };
  },
});
