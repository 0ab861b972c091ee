import { micros, plus, since, toSeconds } from "../../lib/time.ts";
import { Aspect } from "../conditions/aspects.ts";
import { clear, defineDetector, unheard, unknown } from "../conditions/definition.ts";
import { routerName } from "./dispute.ts";

/** Adverts of a living master come late: one or two more, and a backup takes over although nothing has failed. */
export const slowAdverts = defineDetector({
  id: "slow_adverts",
  severity: "warning",
  scope: "segment",
  meaning: "Adverts of a living master come late, close to a needless takeover.",
  rule: "Raised at the second gap over 1.5 × the interval between two adverts of the living master within 30 intervals, or at one over `very_late` × (one more and a backup takes over), at the late advert itself: before it, a master that crashed looks the same. Cleared after 30 intervals without a late one. The early warning before that is `vrrp_consecutive_missed_adverts`.",
  causes: {
    invalid_packets: {
      meaning: "Packets that no router may believe put the master's adverts off (a keepalived starts its timer anew at each of them).",
      decidedBy: "Rejected packets of this VRID came between the adverts, or CARP with this number.",
      remedy:
        "Find who sends them (`vrrp_invalid_packets_total`, condition `ttl_violation`) and stop it; `lower_prio_no_advert` makes keepalived immune.",
    },
    lost_on_the_way: {
      meaning: "The adverts were sent and lost between the master and here.",
      decidedBy: "The counter that keepalived puts into its IPv4 adverts has skipped some at the late one (`lost_adverts`).",
      remedy:
        "Look at the path: switch ports, storm control, a full queue on a hypervisor. Where the backup's path is the same it is about to take over.",
    },
    sender_late: {
      meaning: "The master itself sends late: overloaded, stalled on a disk, or its virtual machine is paused.",
      decidedBy: "The counter in its adverts skipped none at the late one: all that were sent were heard.",
      remedy:
        'Look at the master: CPU steal, `journalctl -u keepalived` for "A thread timer expired", programs that signal keepalived; `vrrp_rt_priority`, `vrrp_no_swap`; a longer `advert_int`.',
    },
    unknown: {
      meaning: "Whether they were sent cannot be told.",
      decidedBy: "Its adverts carry no counter (IPv6, FRR).",
      remedy:
        "Compare with `vrrp_advert_lateness_ratio` of the other agents on this segment: late at all of them means late at the sender.",
    },
  },
  evidence: {
    master: "Whose adverts come late.",
    gap_intervals: "The last late gap, as a multiple of the interval.",
    interval_seconds: "The interval.",
    late_adverts: "Late adverts since the virtual router was first seen.",
    lost_adverts: "Adverts that were sent before the late one and not heard, by the master's counter; null where it has none.",
  },
  options: {
    very_late: { kind: "ratio", default: 2.5, min: 1.5, max: 10, meaning: "Multiple of the interval from which a single gap is enough." },
    series: {
      kind: "count",
      default: 30,
      min: 2,
      max: 10_000,
      meaning: "Intervals within which two late adverts make a series, and after which it is over.",
    },
  },
  watches: Aspect.cadence | Aspect.master | Aspect.capture,
  evaluate(subject, now, { very_late, series }) {
    const { wire } = subject;
    if (wire === null) return unheard;
    if (!wire.hearing) return unknown;
    const { late, master, interval } = wire;
    const span = micros(series * interval);
    const { last, previous } = late;
    if (last === null || master === null || wire.loss !== null) return clear;
    const over = plus(last.at, span);
    const isSeries = last.ratio > very_late || (previous !== null && since(last.at, previous.at) <= span);
    const wasRaised = subject.here.board.isRaised("slow_adverts");
    if (now >= over || (!isSeries && !wasRaised)) return { ...clear, because: "the adverts come in time again" };
    // Another may be master by now.
    const { sender } = last;
    return {
      state: "raised",
      finding: {
        summary: `${routerName(subject)}: adverts of ${sender.source} come late, the last one after ${last.ratio.toFixed(2)} intervals`,
        cause:
          last.starved || carpNearby(wire.carp?.at, now)
            ? "invalid_packets"
            : last.lost === null
              ? "unknown"
              : last.lost > 0
                ? "lost_on_the_way"
                : "sender_late",
        evidence: {
          master: sender.source,
          gap_intervals: Math.round(last.ratio * 1_000) / 1_000,
          interval_seconds: toSeconds(interval),
          late_adverts: late.total,
          lost_adverts: last.lost,
        },
      },
      recheckAt: over,
    };

    function carpNearby(at: typeof now | undefined, when: typeof now): boolean {
      return at !== undefined && since(when, at) <= span;
    }
  },
});
