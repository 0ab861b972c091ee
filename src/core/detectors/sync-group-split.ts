import { seconds } from "../../lib/time.ts";
import { Aspect } from "../conditions/aspects.ts";
import { clear, defineDetector, inapplicable } from "../conditions/definition.ts";

/** Half of the traffic goes through one router, half through the other, and connection tracking breaks. */
export const syncGroupSplit = defineDetector({
  id: "sync_group_split",
  severity: "warning",
  scope: "host",
  meaning: "Members of one sync group are in different states.",
  rule: "Raised when the states of the instances of one `vrrp_sync_group` have differed for `grace`, as far as they are known. Cleared when they are equal.",
  causes: {
    members_differ: {
      meaning: "keepalived has not moved all members, or a member is hindered.",
      decidedBy: "The state of each member, by its notify calls or as inferred.",
      remedy:
        "See which member is different, and its conditions: a split brain or a blocked path of one instance holds it in its state. `journalctl -u keepalived` tells what the group did.",
    },
  },
  evidence: { group: "The vrrp_sync_group.", states: "The state of each member." },
  options: {
    grace: {
      kind: "duration",
      default: seconds(3),
      min: seconds(0.5),
      max: seconds(3_600),
      meaning: "How long a change of the whole group may take.",
    },
  },
  watches: Aspect.keepalived,
  evaluate({ here }, _now, { grace }) {
    const { group } = here;
    if (group === null) return inapplicable;
    const states = here.memberStates;
    const known = new Set(Object.values(states).filter((state) => state !== "unknown" && state !== "init"));
    if (known.size < 2) return { ...clear, because: "its members are in one state" };
    return {
      state: "raised",
      finding: {
        summary: `members of sync group ${group.name} are in different states: ${Object.entries(states)
          .map(([name, state]) => `${name} ${state}`)
          .join(", ")}`,
        cause: "members_differ",
        evidence: { group: group.name, states },
      },
      after: grace,
    };
  },
});
