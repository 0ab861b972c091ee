import { type Instant, later, micros, plus, seconds, since, toSeconds } from "../../lib/time.ts";
import { Aspect } from "../conditions/aspects.ts";
import { clear, defineDetector, unheard, unknown } from "../conditions/definition.ts";
import { virtualMac } from "../host/joined-router.ts";
import { routerName } from "./dispute.ts";

/** A host that is no router of this virtual router answers for its address. */
export const vipConflict = defineDetector({
  id: "vip_conflict",
  severity: "critical",
  scope: "segment",
  meaning: "A virtual address is claimed by a MAC that no sender of the virtual router has.",
  rule: "Raised when an ARP or ND message claims a virtual address for a MAC that no sender has had within 1.5 intervals after it (the virtual MAC belongs to every master), while there is a master. Cleared when the stranger has not been heard again for `quiet`.",
  causes: {
    duplicate_address: {
      meaning: "Another host has the address, as its own or left over, and answers for it.",
      decidedBy: "The claim was an answer to somebody who asked.",
      remedy:
        "Find the MAC in the switches' tables (`claimed_by`), and take the address off that host. On a Linux host: `ip address show to ADDRESS`, `ip address del ADDRESS dev DEV`.",
    },
    announcement: {
      meaning: "Another host announces the address: it took it over, or somebody redirects its traffic.",
      decidedBy: "The claim was a gratuitous ARP or an unsolicited neighbour advertisement.",
      remedy:
        "Find the MAC in the switches' tables. If it is a router of this virtual router whose adverts are not heard here, open IP protocol 112 for it; else treat it as an attack.",
    },
  },
  evidence: {
    address: "The virtual address.",
    claimed_by: "The MAC that claims it.",
    how: "Kind of the message.",
    master_mac: "The MAC of the master's adverts.",
    first_seconds_ago: "How long ago it was heard first.",
  },
  options: {
    quiet: {
      kind: "duration",
      default: seconds(300),
      min: seconds(5),
      max: seconds(86_400),
      meaning: "How long the stranger must be silent.",
    },
  },
  watches: Aspect.addresses | Aspect.adverts | Aspect.master | Aspect.capture,
  evaluate(subject, now, { quiet }) {
    const { wire, here, id } = subject;
    if (wire === null) return unheard;
    if (!wire.hearing) return unknown;
    if (wire.master === null) return unknown;
    let recheckAt: Instant | undefined;
    for (const { address, foreign } of here.vips) {
      if (foreign === null) continue;
      const over = plus(later(foreign.at, wire.heardSince), quiet);
      if (now >= over || wire.hasMac(foreign.mac) || foreign.mac === virtualMac(id) || here.network.hasMac(foreign.mac)) continue;
      const ripe = plus(foreign.since, micros(1.5 * wire.interval));
      if (now < ripe) {
        recheckAt = recheckAt === undefined ? ripe : (Math.min(recheckAt, ripe) as Instant);
        continue;
      }
      const announced = foreign.how === "gratuitous_arp" || foreign.how === "unsolicited_neighbor_advertisement";
      return {
        state: "raised",
        finding: {
          summary: `${routerName(subject)}: ${foreign.mac} claims ${address}, and no router of it has that MAC (the master has ${wire.master.mac ?? "none"})`,
          cause: announced ? "announcement" : "duplicate_address",
          evidence: {
            address,
            claimed_by: foreign.mac,
            how: foreign.how,
            master_mac: wire.master.mac,
            first_seconds_ago: toSeconds(since(later(now, foreign.since), foreign.since)),
          },
        },
        recheckAt: over,
      };
    }
    return { ...clear, because: "the stranger was not heard again", recheckAt };
  },
});
