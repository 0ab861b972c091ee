import { type Instant, plus, seconds, since, toSeconds } from "../../lib/time.ts";
import { Aspect } from "../conditions/aspects.ts";
import { clear, defineDetector, unknown } from "../conditions/definition.ts";
import { routerName } from "./dispute.ts";

/** The neighbours send to a router that is not master: everything looks green, and nothing arrives. */
export const vipArpStale = defineDetector({
  id: "vip_arp_stale",
  severity: "warning",
  scope: "segment",
  meaning: "The last ARP or ND claim for a virtual address is not the master's.",
  rule: "Raised when the last claim for an address has come from another router of the virtual router than its master for `grace`. Cleared by the next claim of the master. A claim of a stranger is `vip_conflict`.",
  causes: {
    no_announcement: {
      meaning:
        "The master took over, or took back, without an announcement: after a takeover of a moment keepalived announces only where it knows of it.",
      decidedBy: "The other router's claim came before it stopped to advertise.",
      remedy:
        "Announce by hand on the master: `arping -c 3 -A -I DEV ADDRESS` (IPv4); or let the neighbours ask anew: `ip neigh flush to ADDRESS` on each of them. For good: `garp_master_refresh 60` in keepalived.",
    },
    former_master_announces: {
      meaning: "A router that is not master on the wire announces the address: it still takes itself for the master.",
      decidedBy: "Its claim came more than a race after the master's takeover.",
      remedy:
        "Look at that router: do its adverts leave it (`nft list ruleset`, OUTPUT)? Was it frozen? Stop keepalived there if in doubt.",
    },
  },
  evidence: {
    addresses: "The addresses, with the MAC that claimed each last.",
    master: "The master.",
    master_mac: "Its MAC.",
    stale_seconds: "For how long.",
  },
  options: {
    grace: {
      kind: "duration",
      default: seconds(3),
      min: seconds(0.1),
      max: seconds(3_600),
      meaning: "How long a new master may take to announce itself.",
    },
  },
  watches: Aspect.addresses | Aspect.master | Aspect.capture,
  evaluate(subject, now, { grace }) {
    const { wire, here } = subject;
    if (wire === null || !wire.judgesMaster) return unknown;
    if (wire.master === null) return { ...clear, because: "nobody is master" };
    const { master } = wire;
    const stale = here.vips.filter(
      ({ mismatchedSince, claimedBy }) => mismatchedSince !== null && [...wire.senders].some(({ mac }) => mac === claimedBy),
    );
    if (stale.length === 0) return { ...clear, because: "the master's claim is the last one" };
    const first = stale.map(({ mismatchedSince }) => mismatchedSince as Instant).reduce((a, b) => (a < b ? a : b));
    const ripe = plus(first, grace);
    if (now < ripe && !here.board.isRaised("vip_arp_stale")) return { ...clear, recheckAt: ripe };
    const afterTakeover =
      here.masterSince !== null && stale.some(({ mismatchedSince }) => (mismatchedSince as Instant) > (here.masterSince as Instant));
    return {
      state: "raised",
      finding: {
        summary: `${routerName(subject)}: the network sends ${stale.map(({ address }) => address).join(", ")} to ${stale[0]?.claimedBy}, but ${master.source} is master`,
        cause: afterTakeover ? "former_master_announces" : "no_announcement",
        evidence: {
          addresses: Object.fromEntries(stale.map(({ address, claimedBy }) => [address, claimedBy])),
          master: master.source,
          master_mac: master.mac,
          stale_seconds: toSeconds(since(now, first)),
        },
      },
    };
  },
});
