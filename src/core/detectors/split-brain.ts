import { type Instant, micros, rfc3339, seconds, since } from "../../lib/time.ts";
import { Aspect } from "../conditions/aspects.ts";
import { type CauseText, clear, defineDetector, unheard, unknown, type Verdict } from "../conditions/definition.ts";
import type { Subject, WireSubject } from "../conditions/subject.ts";
import { disjointAddresses, refusedFor } from "../disagreement.ts";
import { mayHearEachOther } from "../reach.ts";
import type { Sender } from "../sender.ts";
import { configuredTerms } from "./configured-terms.ts";
import { type Dispute, disputesOf, isShared, routerName, senderHere } from "./dispute.ts";

const mismatch = (what: string, remedy: string): CauseText => ({
  meaning: `Each refuses the adverts of the other, because they differ in ${what}.`,
  decidedBy: "The adverts of the two, compared field by field; the one that is contradicted goes on in its own rhythm.",
  remedy,
});

const causes = {
  local_receive_blocked: {
    meaning: "The adverts of the better router reach the network card of this host, but not its keepalived.",
    decidedBy:
      "They are captured here, they outrank ours and differ from them in nothing, and our keepalived goes on; or it never answers one that it outranks.",
    remedy:
      "Let IP protocol 112 in on this host. nftables: `nft insert rule inet filter input ip protocol 112 accept` and `nft insert rule inet filter input ip6 nexthdr 112 accept`. iptables: `iptables -I INPUT -p 112 -j ACCEPT` and `ip6tables -I INPUT -p 112 -j ACCEPT`. firewalld: `firewall-cmd --permanent --add-protocol=vrrp && firewall-cmd --reload`. With auth_type AH protocol 51 as well.",
  },
  local_send_blocked: {
    meaning: "keepalived is master here, but none of its adverts leaves, so that another router took over.",
    decidedBy:
      "keepalived says MASTER and the address is here, another master is heard, and no advert of this host is captured on its way out.",
    remedy:
      "Let IP protocol 112 out of this host. nftables: `nft insert rule inet filter output ip protocol 112 accept` and `nft insert rule inet filter output ip6 nexthdr 112 accept`. iptables: `iptables -I OUTPUT -p 112 -j ACCEPT` and `ip6tables -I OUTPUT -p 112 -j ACCEPT`. Is keepalived stopped (`ps -o stat= -C keepalived` shows T or D)?",
  },
  partition: {
    meaning: "The network between the two loses adverts.",
    decidedBy:
      "This host is one of the two; the counter in the adverts of the other shows that some of them were sent and did not arrive here.",
    remedy:
      "Look at the switches between the two: port errors, spanning tree, VLAN membership, IGMP/MLD snooping without a querier, storm control for multicast.",
  },
  version_mismatch: mismatch(
    "the VRRP version",
    "Give both the same `vrrp_version` (global_defs) or `version` (vrrp_instance), and reload.",
  ),
  interval_mismatch: mismatch(
    "the advert interval",
    "Give both the same `advert_int`; VRRPv2 refuses any other, VRRPv3 learns it. Reload.",
  ),
  auth_mismatch: mismatch(
    "authentication",
    "Give both the same `authentication { auth_type … auth_pass … }` (only the first 8 characters count), and reload.",
  ),
  address_mismatch: mismatch(
    "the list of addresses",
    "Give both the same `virtual_ipaddress` list (the order does not matter) and reload both; what only one may have belongs into `virtual_ipaddress_excluded`.",
  ),
  checksum_mismatch: mismatch(
    "how the VRRPv3 checksum is computed",
    "keepalived ≥ 2.2.8: set `v3_checksum_as_v2` the same on both; FRR: `vrrp N checksum-with-ipv4-pseudoheader`.",
  ),
  equal_addresses: {
    meaning: "Two routers send from the same IP address, so that each takes the adverts of the other for its own.",
    decidedBy: "The MAC of one source address changes to and fro.",
    remedy:
      "Give each router an address of its own: compare `ip -br address` on both. With `mcast_src_ip` or `unicast_src_ip`: compare those.",
  },
  unknown: {
    meaning: "The wire shows two masters, but not why.",
    decidedBy: "Nothing above could be shown from here.",
    remedy:
      "The router that `does_not_yield` does not hear the other or does not believe it: look at its agent, its firewall and its keepalived log first.",
  },
} as const;

type Cause = keyof typeof causes;

/** An advert that was lost so many intervals ago still tells of the path. */
const LOSS_MATTERS = 30;

/** Two or more live masters of one virtual router (design: "illegal claim"; RFC 9568 §6.4.3). */
export const splitBrain = defineDetector({
  id: "split_brain",
  severity: "critical",
  scope: "segment",
  meaning: "Two live masters of one virtual router.",
  rule: "Raised when two claims with overlapping addresses live beside each other and the weaker one has advertised twice although it had the chance to hear the better one, once where their adverts show that each refuses the other; when a claim is refused: the better one goes on in its own rhythm without an answer; when one source address sends from two MACs in turn; and on a host whose keepalived says MASTER, with the address, while another master is heard. A single advert that is told off within milliseconds, and a race between backups, are none. Cleared when one of the claims ends: it resigns, yields (silent for 1.5 of its intervals), or is silent for MDI(1) + 20 ms. A master that is silenced by the adverts it refuses, be it the better or the weaker one, counts for 30 intervals (10 to 60 s), or until the reason is gone.",
  causes,
  evidence: {
    masters: "The routers that hold it: source, mac, priority, and whether it is this host.",
    does_not_yield: "The router that should have yielded.",
    answered: "How often the better one answered it at once: where it does, it hears the weaker one.",
    unanswered: "How often it did not.",
    differs_in: "What their adverts differ in; null: in nothing that can be seen.",
    began_at: "First advert of the second claim.",
  },
  options: {},
  watches: Aspect.claims | Aspect.adverts | Aspect.master | Aspect.keepalived | Aspect.addresses | Aspect.capture,
  inhibits: [
    "address_mismatch",
    "interval_mismatch",
    "version_mismatch",
    "auth_mismatch",
    "checksum_mismatch",
    "flapping",
    "slow_adverts",
    "vip_arp_stale",
    "local_receive_blocked",
    "local_send_blocked",
    "state_inconsistent",
  ],
  evaluate(subject, now) {
    const { wire } = subject;
    if (wire === null) return unheard;
    if (!wire.hearing) return unknown;
    for (const dispute of disputesOf(wire))
      if (dispute.stand.isSplit && !disjointAddresses(dispute.better.lastAdvert, dispute.weaker.lastAdvert))
        return { state: "raised", finding: findingOf(subject, wire, dispute, now) };
    const shared = sharedAddress(wire, now);
    if (shared !== null) return shared;
    if (wire.judgesMaster) return fromInside(subject, wire);
    // Claims end by what was heard: that is sure, whatever was missed besides. What this host says of itself is as true as before.
    return subject.here.board.isRaised("split_brain") && fromInside(subject, wire).state !== "raised" ? clear : unknown;
  },
});

function findingOf(subject: Subject, wire: WireSubject, { better, weaker, stand }: Dispute, now: Instant): SplitFinding {
  const masters = [...wire.senders].filter(({ claims, silentMaster }) => claims || silentMaster);
  const cause = causeOf(subject, better, weaker, stand, now);
  return {
    summary: `${routerName(subject)} has ${masters.length} masters: ${weaker.source} (priority ${weaker.priority}) goes on beside ${better.source} (priority ${better.priority})${because(cause, weaker, better, stand)}`,
    cause,
    evidence: {
      masters: masters.map((sender) => describe(sender)),
      does_not_yield: weaker.source,
      answered: stand.answered,
      unanswered: stand.unanswered,
      differs_in: stand.field,
      began_at: rfc3339((weaker.lastAdvertWall - since(weaker.lastAdvertAt, stand.since)) as never),
    },
  };
}

type SplitFinding = Extract<Verdict<Cause>, { state: "raised" }>["finding"];

const describe = ({ source, mac, priority, local }: Sender) => ({ source, mac, priority, this_host: local });

function causeOf({ here }: Subject, better: Sender, weaker: Sender, stand: Dispute["stand"], now: Instant): Cause {
  if (stand.field !== null) return `${stand.field}_mismatch`;
  if (isShared(better, now) || isShared(weaker, now)) return "equal_addresses";
  if (weaker.local && !better.local) return "local_receive_blocked";
  const other = better.local ? weaker : null;
  // A keepalived answers whoever it outranks within milliseconds.
  if (other !== null && stand.unanswered >= 2 && stand.answered === 0 && !stand.refused && here.instance !== null)
    return "local_receive_blocked";
  const lostAt = other?.lostAt ?? null;
  if (other !== null && lostAt !== null && since(other.lastAdvertAt, lostAt) <= LOSS_MATTERS * other.lastAdvert.interval)
    return "partition";
  return "unknown";
}

function because(cause: Cause, weaker: Sender, better: Sender, stand: Dispute["stand"]): string {
  switch (cause) {
    case "local_receive_blocked":
      return ", because this host drops the adverts that reach its network card";
    case "partition":
      return `, because adverts of ${weaker.source} are lost on their way here`;
    case "equal_addresses":
      return ", because two routers use one address";
    case "unknown":
      return stand.answered > 0
        ? `: ${better.source} hears it and answers, so ${weaker.source} does not hear ${better.source}, or does not believe it`
        : "";
    default:
      return `, because their adverts differ: ${cause.replace("_mismatch", "")}`;
  }
}

/** Two routers with one source address are one sender on the wire. */
function sharedAddress(wire: WireSubject, now: Instant): Verdict<Cause> | null {
  for (const sender of wire.senders) {
    const { macs, lastAdvert } = sender;
    const over = macs.sharedUntil(lastAdvert.interval);
    if (!sender.claims || over === null || now >= over) continue;
    return {
      state: "raised",
      finding: {
        summary: `two routers advertise from ${sender.source} in turn, ${sender.mac} and ${macs.other}: both are master`,
        cause: "equal_addresses",
        evidence: { masters: [describe(sender), { ...describe(sender), mac: macs.other }], does_not_yield: sender.source },
      },
      recheckAt: over,
    };
  }
  return null;
}

/** Of two masters of which one is silent this host may be the silent one: its keepalived says so, and it has the address. */
function fromInside({ here }: Subject, wire: WireSubject): Verdict<Cause> {
  const { instance, vips } = here;
  const { master } = wire;
  const held = vips.filter(({ present, origins }) => present && origins.includes("keepalived")).map(({ address }) => address);
  if (instance === null || instance.state !== "master" || instance.by !== "notify" || master === null || held.length === 0) return clear;
  // Whose adverts leave is one of the claims that are judged above.
  if ([...wire.senders].some(({ local, claims }) => local && claims)) return clear;
  const own = senderHere(wire.senders);
  // That one only shares our number.
  if (own?.claims === true && !mayHearEachOther(own, master)) return clear;
  const terms =
    own?.lastAdvert ??
    (instance.configured === null ? null : { checksum: master.lastAdvert.checksum, ...configuredTerms(instance.configured) });
  const field = terms === null ? null : refusedFor(terms, master.lastAdvert);
  const cause: Cause = field === null ? "local_send_blocked" : `${field}_mismatch`;
  return {
    state: "raised",
    finding: {
      summary: `keepalived (${instance.name}) is master here and holds ${held.join(", ")}, but ${master.source} is master on the wire${cause === "local_send_blocked" ? ": none of our adverts leaves this host" : `: their adverts differ in ${field}, so that each refuses the other`}`,
      cause,
      evidence: {
        masters: [describe(master), { source: null, mac: null, priority: instance.priority, this_host: true }],
        differs_in: field,
      },
    },
    // A takeover is over by then, and the news of it have come.
    after: micros(Math.max(2 * wire.interval, seconds(0.25))),
  };
}
