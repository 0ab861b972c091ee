import { seconds } from "../../lib/time.ts";
import { Aspect } from "../conditions/aspects.ts";
import { clear, defineDetector, inapplicable, unknown } from "../conditions/definition.ts";
import type { Contradiction } from "../host/contradictions.ts";

type Cause = "foreign_master" | "sends_without_mastership" | "own_address_used";

const judged: ReadonlySet<Contradiction["kind"]> = new Set<Cause>(["foreign_master", "sends_without_mastership", "own_address_used"]);

/** Two of the three witnesses (wire, kernel, keepalived) cannot both be right, and no other condition says why. */
export const stateInconsistent = defineDetector({
  id: "state_inconsistent",
  severity: "warning",
  scope: "host",
  meaning: "keepalived's state and the wire contradict each other.",
  rule: "Raised when what keepalived says and what the wire shows have contradicted each other for `grace`. Cleared when they do not any more. Contradictions about addresses are `master_without_vip` and `backup_with_vip`.",
  causes: {
    foreign_master: {
      meaning: "keepalived says MASTER here, and the wire shows another master.",
      decidedBy: "The last notify call, and the adverts.",
      remedy:
        "See `split_brain` and `local_send_blocked` on this host. If neither is raised, a notify call was lost: `journalctl -u keepalived`.",
    },
    sends_without_mastership: {
      meaning: "keepalived says that it is not master, and this host sends adverts.",
      decidedBy: "The last notify call, and adverts captured on their way out.",
      remedy: "Is there a second keepalived or another VRRP daemon on this host (`ss -a -w | grep 112`)? Were notify calls lost?",
    },
    own_address_used: {
      meaning: "Adverts from an address of this host arrive from outside.",
      decidedBy: "The address is on this host, and the frame came in.",
      remedy: "Look for the address on other hosts (`arping -D -I DEV ADDRESS`).",
    },
  },
  evidence: { contradictions: "Each as a sentence.", state: "What keepalived is here.", state_by: "How that is known." },
  options: {
    grace: { kind: "duration", default: seconds(5), min: seconds(0.5), max: seconds(3_600), meaning: "How long they may differ." },
  },
  watches: Aspect.master | Aspect.claims | Aspect.keepalived | Aspect.addresses | Aspect.capture,
  evaluate({ here, wire }, _now, { grace }) {
    const { instance } = here;
    if (instance === null) return inapplicable;
    if (wire === null || !wire.hearing) return unknown;
    const found = here.contradicting.filter(({ kind }) => judged.has(kind));
    const [first] = found;
    if (first === undefined) return instance.state === "unknown" ? unknown : { ...clear, because: "they agree again" };
    return {
      state: "raised",
      finding: {
        summary: first.text,
        cause: first.kind as Cause,
        evidence: { contradictions: found.map(({ text }) => text), state: instance.state, state_by: instance.by },
      },
      after: grace,
    };
  },
});
