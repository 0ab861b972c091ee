import { rfc3339, toSeconds } from "../../lib/time.ts";
import { Aspect } from "../conditions/aspects.ts";
import { clear, defineDetector, unheard, unknown } from "../conditions/definition.ts";

/** So many packets that no router may believe since the last advert put a master's own adverts off (protocol: F2). */
const STARVED_FROM = 3;

/** Nobody holds the virtual router. */
export const noMaster = defineDetector({
  id: "no_master",
  severity: "critical",
  scope: "segment",
  meaning: "The master fell silent or resigned, and nobody took over.",
  rule: "Raised at MDI(1) + 20 ms after the last advert: the slowest backup should have taken over by then. Cleared by the next master. Silence while nothing was captured, or frames were lost, proves nothing.",
  causes: {
    resigned: {
      meaning: "The master resigned (priority 0): it was stopped, or it is in FAULT, and there was no backup.",
      decidedBy: "Its last advert had priority 0.",
      remedy:
        "Is keepalived running on the backup (`systemctl status keepalived`)? Is it in FAULT (`journalctl -u keepalived`): interface down, script failing?",
    },
    silent: {
      meaning: "The master fell silent without resigning: it crashed, lost its link, or is frozen, and there was no backup.",
      decidedBy: "No advert for the whole time, and no resignation.",
      remedy: "Is the host of the last master alive? Is its link up? Is keepalived running on the backup, and not in FAULT?",
    },
    invalid_packets: {
      meaning:
        "Packets that no router may believe arrive faster than the interval: a keepalived master puts its advert off at each of them.",
      decidedBy: "Three or more rejected packets of this VRID since the last advert of the last master.",
      remedy: "Find who sends them (`last_invalid_source`) and stop it, or set `lower_prio_no_advert` on the routers.",
    },
  },
  evidence: {
    last_master: "Who was master.",
    last_master_lost_by: "How it was lost: no_response or priority_zero.",
    last_advert_at: "When anybody was heard last.",
    silent_seconds: "How long nobody had been heard when it was raised.",
    invalid_packets: "Rejected packets of this VRID since the last advert of the last master; left out where there are none.",
    last_invalid_source: "Who sent the last of them, as it says.",
  },
  options: {},
  watches: Aspect.master | Aspect.capture,
  inhibits: ["slow_adverts"],
  evaluate({ wire }) {
    if (wire === null) return unheard;
    if (!wire.judgesMaster) return unknown;
    const { loss, master, invalid } = wire;
    if (loss === null) return master === null ? clear : { ...clear, because: `${master.source} is master` };
    const how = loss.reason === "priority_zero" ? "resigned" : "fell silent";
    const last = [...wire.senders].find(({ source }) => source === loss.from);
    const invalidPackets = invalid.total - (last?.invalidBefore ?? invalid.total);
    const starved = invalidPackets >= STARVED_FROM;
    const [latest] = [...invalid.byReason.values()].sort((a, b) => b.lastAt - a.lastAt);
    return {
      state: "raised",
      finding: {
        summary: `no master: ${loss.from} ${how} and nobody took over within ${toSeconds(loss.silence).toFixed(3)} s`,
        cause: starved ? "invalid_packets" : loss.reason === "priority_zero" ? "resigned" : "silent",
        evidence: {
          last_master: loss.from,
          last_master_lost_by: loss.reason,
          last_advert_at: rfc3339(loss.lastAdvertWall),
          silent_seconds: toSeconds(loss.silence),
          ...(invalidPackets > 0 && { invalid_packets: invalidPackets, last_invalid_source: latest?.source ?? null }),
        },
      },
    };
  },
});
