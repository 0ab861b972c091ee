import { plus, seconds, since, toSeconds } from "../../lib/time.ts";
import { Aspect } from "../conditions/aspects.ts";
import { clear, defineDetector, unknown } from "../conditions/definition.ts";
import { routerName } from "./dispute.ts";

/** The master changes again and again. */
export const flapping = defineDetector({
  id: "flapping",
  severity: "warning",
  scope: "segment",
  meaning: "The master changes again and again.",
  rule: "Raised at `changes` master changes within `window`; the first master and a router that was master for one advert do not count. Cleared when no more than half as many are left within the window.",
  causes: {
    tracking: {
      meaning: "The priority of a router goes up and down: something that it tracks flaps.",
      decidedBy: "A sender has changed its priority within the window.",
      remedy:
        "See which `track_script`, `track_interface`, `track_process` or `track_file` changes it (`/api/v1/keepalived` names it where it can), and give it `rise` and `fall`, or the router `preempt_delay` or `nopreempt`.",
    },
    lost_adverts: {
      meaning: "The master lives, but its adverts do not reach the backup often enough.",
      decidedBy: "The changes come by silence, and the master's adverts come late or its counter shows lost ones.",
      remedy: "Look for loss between them: multicast storm control, IGMP/MLD snooping, an overloaded host; a longer `advert_int`.",
    },
    unknown: {
      meaning: "Neither of these shows on the wire.",
      decidedBy: "None of the above.",
      remedy: "Look at the events of this virtual router (`/api/v1/events`): the reason of each change, and who resigned.",
    },
  },
  evidence: {
    changes: "Master changes within the window.",
    window_seconds: "Its length.",
    last_change_seconds_ago: "How long ago the last one was.",
  },
  options: {
    changes: { kind: "count", default: 6, min: 2, max: 1_000, meaning: "Master changes within the window that raise it." },
    window: { kind: "duration", default: seconds(300), min: seconds(1), max: seconds(86_400), meaning: "The length of the window." },
  },
  watches: Aspect.master | Aspect.capture,
  evaluate(subject, now, { changes, window }) {
    const { wire, here } = subject;
    if (wire === null || !wire.hearing) return unknown;
    const recent = wire.changes.at.filter((at) => since(now, at) < window);
    const raised = here.board.isRaised("flapping");
    if (recent.length < (raised ? Math.floor(changes / 2) + 1 : changes))
      return { ...clear, because: "the master has stayed the same for a while" };
    const first = recent[raised ? recent.length - Math.floor(changes / 2) - 1 : recent.length - changes];
    const last = recent.at(-1);
    const late = wire.late.last !== null && since(now, wire.late.last.at) < window;
    const tracked = [...wire.senders].some(({ priorityChangedAt }) => priorityChangedAt !== null && since(now, priorityChangedAt) < window);
    return {
      state: "raised",
      finding: {
        summary: `${routerName(subject)} changed its master ${recent.length} times within ${toSeconds(window)} s`,
        cause: tracked ? "tracking" : late ? "lost_adverts" : "unknown",
        evidence: {
          changes: recent.length,
          window_seconds: toSeconds(window),
          last_change_seconds_ago: last === undefined ? null : toSeconds(since(now, last)),
        },
      },
      recheckAt: first === undefined ? undefined : plus(first, window),
    };
  },
});
