import { later, micros, plus, since } from "../../lib/time.ts";
import { Aspect } from "../conditions/aspects.ts";
import { clear, defineDetector, notHere, unknown } from "../conditions/definition.ts";
import { refusedFor } from "../disagreement.ts";
import { configuredTerms } from "./configured-terms.ts";
import { senderHere } from "./dispute.ts";
import { splitBrain } from "./split-brain.ts";

/** So many intervals without an advert of ours, and a backup is about to take over. */
const SILENT_INTERVALS = 3;

/** AF_PACKET never sees what OUTPUT dropped (protocol §8): keepalived says MASTER, and nothing of it leaves. */
export const localSendBlocked = defineDetector({
  id: "local_send_blocked",
  severity: "critical",
  scope: "host",
  meaning: "keepalived is master here, but none of its adverts leaves.",
  rule: "Raised when keepalived on this host says that it is master and none of its adverts has been captured on its way out for 3 intervals, while the interface is captured and nothing that arrives could put its adverts off (adverts that it refuses, invalid packets). Cleared within an interval of its next advert, or when it is not master any more.",
  causes: {
    output_filtered: {
      ...(splitBrain.causes["local_send_blocked"] as NonNullable<(typeof splitBrain.causes)[string]>),
      decidedBy:
        "This host announces the address (gratuitous ARP, neighbour advertisements), which no OUTPUT rule stops, and no advert leaves.",
    },
    stalled: {
      meaning:
        "keepalived says nothing at all: its VRRP process is stopped or blocked. Or filters stop what comes in as well, so that nothing makes it announce.",
      decidedBy: "Neither adverts nor announcements leave.",
      remedy: "`ps -o pid,stat,wchan -C keepalived`: T is stopped (`kill -CONT`), D waits for a disk. Then the OUTPUT rules, as above.",
    },
  },
  evidence: {
    instance: "The vrrp_instance.",
    master_on_the_wire: "Who is master on the wire; null: nobody.",
    announces: "Whether this host announces the address.",
  },
  options: {},
  watches: Aspect.claims | Aspect.master | Aspect.keepalived | Aspect.addresses | Aspect.capture | Aspect.adverts,
  inhibits: ["state_inconsistent"],
  evaluate({ wire, here }, now) {
    const { instance } = here;
    if (instance === null || instance.configured === null) return notHere;
    const isOver = here.daemon?.running === false || (instance.state !== "master" && instance.state !== "unknown");
    if (isOver) return { ...clear, because: "it is not master here any more" };
    if (instance.by !== "notify") return unknown;
    // Without any advert only the capture itself can say that it would have seen ours.
    if (wire === null ? here.isCaptured !== true : !wire.hearing) return unknown;
    const senders = [...(wire?.senders ?? [])];
    const own = senderHere(senders);
    const { interval } = instance.configured;
    const patience = micros(SILENT_INTERVALS * interval);
    const ripe = own === undefined ? now : plus(later(own.lastAdvertAt, instance.said.since?.at ?? own.lastAdvertAt), patience);
    if (now < ripe) return { ...clear, because: "its adverts leave", recheckAt: ripe };
    if (wire !== null && own?.claims === true && !wire.judgesMaster) return unknown;
    const terms = own?.lastAdvert;
    const configured = configuredTerms(instance.configured);
    const refused = senders.some(
      ({ local, lastAdvert, lastAdvertAt }) =>
        !local &&
        since(now, lastAdvertAt) < patience &&
        refusedFor(terms ?? { checksum: lastAdvert.checksum, ...configured }, lastAdvert) !== null,
    );
    const starved = wire !== null && wire.invalid.lastAt !== null && since(now, wire.invalid.lastAt) < patience;
    if (refused || starved) return { ...clear, recheckAt: plus(now, patience) };
    const announces = here.vips.some(
      ({ claimedHereAt }) => claimedHereAt !== null && (wire === null || claimedHereAt > wire.lastAdvertAt - patience),
    );
    const master = wire?.master?.source ?? null;
    return {
      state: "raised",
      finding: {
        summary: `keepalived (${instance.name}) is master here, but none of its adverts leaves this host${master === null ? "" : `; ${master} is master on the wire`}`,
        cause: announces ? "output_filtered" : "stalled",
        evidence: { instance: instance.name, master_on_the_wire: master, announces },
      },
      // Of one that was never heard only our own hearing counts, not what keepalived said before.
      after: own === undefined ? patience : micros(0),
      recheckAt: plus(now, interval),
    };
  },
});
