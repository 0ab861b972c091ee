import { later, plus, seconds, toSeconds } from "../../lib/time.ts";
import { Aspect } from "../conditions/aspects.ts";
import { clear, defineDetector, unheard, unknown, type Verdict } from "../conditions/definition.ts";
import type { Sender } from "../sender.ts";
import { routerName } from "./dispute.ts";

type Cause = "not_allowed" | "own_address_used" | "priority_255" | "forged_interval";

/** Somebody advertises who should not. */
export const unauthorizedSender = defineDetector({
  id: "unauthorized_sender",
  severity: "warning",
  scope: "segment",
  meaning: "Somebody advertises who should not.",
  rule: "Raised at the first advert of a sender that is not in `virtual_routers[].senders`; where there is no such list, of a newcomer in an established virtual router that has priority 255 and none of the addresses, and of a VRRPv3 interval of 10 s or more that is ten times the master's; and of a sender that uses an address of this host from outside. Cleared when it has not been heard again for `quiet`.",
  causes: {
    not_allowed: {
      meaning: "Its address is not in the list of `virtual_routers[].senders`.",
      decidedBy: "The configuration of vrrpwatch.",
      remedy:
        "If it is a router of yours, add it to the list; else find its MAC in the switches' tables and take it off the segment. VRRP has no protection of its own: filter IP protocol 112 on the access ports.",
    },
    priority_255: {
      meaning: "A newcomer claims to be the owner of the addresses: every master gives up for it.",
      decidedBy:
        "First advert of a sender in an established virtual router, priority 255, its address is none of those that it advertises.",
      remedy:
        "If it is a router of yours with `priority 255`, list all your routers in `virtual_routers[].senders`; else treat it as an attack: find the MAC and filter IP protocol 112 on its port.",
    },
    forged_interval: {
      meaning: "VRRPv3 backups learn the interval of an advert: one with 40 s takes the virtual router out of service for minutes.",
      decidedBy: "An interval of 10 s or more, ten times that of the master.",
      remedy:
        "Treat it as an attack unless it is a mistake in `advert_int`: find the MAC and filter IP protocol 112 on its port. Restart keepalived on the routers that learned it.",
    },
    own_address_used: {
      meaning: "Adverts from an address of this host arrive from outside: another host uses the address, or forges it.",
      decidedBy: "The address is on this host, and the frame came in.",
      remedy: "Look for the address on other hosts (`arping -D -I DEV ADDRESS`); else treat it as an attack.",
    },
  },
  evidence: {
    sender: "Its address.",
    mac: "Its MAC.",
    priority: "The priority that it advertises.",
    interval_seconds: "The interval that it advertises.",
    allowed: "Who may send, where the configuration says so.",
  },
  options: {
    quiet: { kind: "duration", default: seconds(300), min: seconds(1), max: seconds(86_400), meaning: "How long it must be silent." },
  },
  watches: Aspect.adverts | Aspect.addresses | Aspect.keepalived | Aspect.capture,
  evaluate(subject, now, { quiet }): Verdict<Cause> {
    const { wire, here, allowedSenders } = subject;
    if (wire === null) return unheard;
    if (!wire.hearing) return unknown;
    const { impostors } = here;
    for (const sender of wire.senders) {
      const { source, lastAdvertAt, lastAdvert } = sender;
      const over = plus(later(lastAdvertAt, wire.heardSince), quiet);
      if (now >= over) continue;
      const why = whyNot(sender);
      if (why === null) continue;
      return {
        state: "raised",
        finding: {
          summary: `${routerName(subject)}: ${source} (${sender.mac ?? "no MAC"}) advertises with priority ${sender.priority ?? 0}, ${texts[why]}`,
          cause: why,
          evidence: {
            sender: source,
            mac: sender.mac,
            priority: sender.priority,
            interval_seconds: toSeconds(lastAdvert.interval),
            ...(why === "not_allowed" && { allowed: allowedSenders }),
          },
        },
        recheckAt: over,
      };
    }
    return { ...clear, because: "it was not heard again" };

    function whyNot({ source, local }: Sender): Cause | null {
      if (allowedSenders !== null && !allowedSenders.includes(source)) return "not_allowed";
      if (impostors.includes(source)) return "own_address_used";
      const intruder = wire?.intruder ?? null;
      if (local || allowedSenders !== null || intruder?.sender.source !== source) return null;
      return intruder.why;
    }
  },
});

const texts: Readonly<Record<Cause, string>> = {
  not_allowed: "and virtual_routers does not list it",
  priority_255: "a newcomer that owns none of the addresses",
  forged_interval: "and an interval that would stop the others for minutes",
  own_address_used: "from an address of this host",
};
