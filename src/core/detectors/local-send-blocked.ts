import { micros, seconds, since } from "../../lib/time.ts";
import { Aspect } from "../conditions/aspects.ts";
import { clear, defineDetector, inapplicable, unknown } from "../conditions/definition.ts";
import { refusedFor } from "../disagreement.ts";
import { configuredTerms } from "./configured-terms.ts";
import { splitBrain } from "./split-brain.ts";

/** So many intervals without an advert of ours, and a backup is about to take over. */
const SILENT_INTERVALS = 3;

/** AF_PACKET never sees what OUTPUT dropped (protocol §8): keepalived says MASTER, and nothing of it leaves. */
export const localSendBlocked = defineDetector({
  id: "local_send_blocked",
  severity: "critical",
  scope: "host",
  meaning: "keepalived is master here, but none of its adverts leaves.",
  rule: "Raised when keepalived on this host says that it is master and none of its adverts has been captured on its way out for 3 intervals, while the interface is captured and nothing that arrives could put its adverts off (adverts that it refuses, invalid packets). Cleared by its next advert, or when it is not master any more.",
  causes: {
    output_filtered: {
      ...(splitBrain.causes["local_send_blocked"] as NonNullable<(typeof splitBrain.causes)[string]>),
      decidedBy:
        "This host announces the address (gratuitous ARP, neighbour advertisements), which no OUTPUT rule stops, and no advert leaves.",
    },
    stalled: {
      meaning: "keepalived says nothing at all: its VRRP process is stopped or blocked, or a filter stops everything.",
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
    if (instance === null || instance.configured === null) return inapplicable;
    if (wire !== null && !wire.hearing) return unknown;
    const sends = [...(wire?.senders ?? [])].some(({ local, claims }) => local && claims);
    const isMaster = instance.state === "master" && here.daemon?.running !== false;
    if (!sends && (isMaster ? instance.by !== "notify" : instance.state === "unknown")) return unknown;
    if (sends || !isMaster) return { ...clear, because: "its adverts leave, or it is not master any more" };
    const { interval } = instance.configured;
    const patience = micros(SILENT_INTERVALS * interval);
    const terms = configuredTerms(instance.configured);
    const refused = [...(wire?.senders ?? [])].some(
      ({ local, lastAdvert, lastAdvertAt }) =>
        !local && since(now, lastAdvertAt) < patience && refusedFor({ checksum: lastAdvert.checksum, ...terms }, lastAdvert) !== null,
    );
    const starved = wire !== null && wire.invalid.lastAt !== null && since(now, wire.invalid.lastAt) < patience;
    if (refused || starved) return clear;
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
      after: micros(Math.max(patience, seconds(0.3))),
    };
  },
});
