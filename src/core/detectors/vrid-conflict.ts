import { Aspect } from "../conditions/aspects.ts";
import { clear, defineDetector, unknown } from "../conditions/definition.ts";
import { disjointAddresses } from "../disagreement.ts";
import { disputesOf, routerName } from "./dispute.ts";

/** Two clusters under one number on one segment. */
export const vridConflict = defineDetector({
  id: "vrid_conflict",
  severity: "critical",
  scope: "segment",
  meaning: "Two clusters use one VRID: their address lists have nothing in common.",
  rule: "Raised as soon as two claims live beside each other whose address lists have nothing in common; unicast routers that send to each other's peers only are no conflict. Cleared when one of the claims ends; a master that the other silences counts for 30 intervals after its last advert.",
  causes: {
    shared_vrid: {
      meaning:
        "Somebody chose a number that was taken: keepalived masters put their adverts off at each packet of the other cluster, and one of the two can fall silent.",
      decidedBy: "Two living claims, no address in common.",
      remedy: "Give one cluster another `virtual_router_id` (all its routers at once), or keep them on different VLANs.",
    },
  },
  evidence: { clusters: "For each of the two: source, mac and addresses." },
  options: {},
  watches: Aspect.claims | Aspect.adverts | Aspect.capture,
  inhibits: ["flapping", "slow_adverts", "state_inconsistent"],
  evaluate(subject) {
    const { wire } = subject;
    if (wire === null || !wire.hearing) return unknown;
    for (const { better, weaker } of disputesOf(wire)) {
      if (!disjointAddresses(better.lastAdvert, weaker.lastAdvert)) continue;
      const clusters = [better, weaker].map(({ source, mac, lastAdvert }) => ({ source, mac, addresses: lastAdvert.addresses }));
      return {
        state: "raised",
        finding: {
          summary: `two clusters use ${routerName(subject)}: ${better.source} for ${better.lastAdvert.addresses.join(", ")}, ${weaker.source} for ${weaker.lastAdvert.addresses.join(", ")}`,
          cause: "shared_vrid",
          evidence: { clusters },
        },
      };
    }
    return clear;
  },
});
