import { later, plus, seconds } from "../../lib/time.ts";
import { Aspect } from "../conditions/aspects.ts";
import { clear, defineDetector, unheard, unknown } from "../conditions/definition.ts";
import { routerName } from "./dispute.ts";

/** A TTL or hop limit other than 255 shows that a packet was routed, or made by hand (RFC 9568 §5.1.1.3). */
export const ttlViolation = defineDetector({
  id: "ttl_violation",
  severity: "warning",
  scope: "segment",
  meaning: "Adverts arrive with a TTL other than 255: routed, or forged from afar.",
  rule: "Raised at a packet to the VRRP group of this virtual router whose TTL or hop limit is not 255. Cleared after `quiet` without one. Unicast adverts may have any.",
  causes: {
    forwarded_or_forged: {
      meaning: "A router forwards multicast that it must not forward, or somebody sends adverts by hand.",
      decidedBy: "The TTL.",
      remedy:
        "Find the MAC. A router of yours: take 224.0.0.18 and ff02::12 out of its multicast forwarding. Else filter IP protocol 112 on its port: each of these packets puts off the adverts of a keepalived master.",
    },
  },
  evidence: { source: "Source address of the last one.", mac: "Its MAC.", packets: "How many since the virtual router was first seen." },
  options: {
    quiet: { kind: "duration", default: seconds(300), min: seconds(1), max: seconds(86_400), meaning: "How long there must be none." },
  },
  watches: Aspect.invalid | Aspect.capture,
  evaluate(subject, now, { quiet }) {
    const { wire } = subject;
    if (wire === null) return unheard;
    if (!wire.hearing) return unknown;
    const packets = wire.invalid.byReason.get("ttl");
    if (packets === undefined) return clear;
    const over = plus(later(packets.lastAt, wire.heardSince), quiet);
    if (now >= over) return { ...clear, because: "no such packet came again" };
    return {
      state: "raised",
      finding: {
        summary: `${routerName(subject)}: adverts from ${packets.source ?? "an unreadable address"} arrive with a TTL other than 255`,
        cause: "forwarded_or_forged",
        evidence: { source: packets.source, mac: packets.mac, packets: packets.count },
      },
      recheckAt: over,
    };
  },
});
