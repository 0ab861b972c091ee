import { earlier, type Instant, plus, seconds } from "../../lib/time.ts";
import { Aspect } from "../conditions/aspects.ts";
import { clear, defineDetector, unheard, unknown } from "../conditions/definition.ts";
import { mayHearEachOther } from "../reach.ts";
import type { Sender } from "../sender.ts";
import { routerName } from "./dispute.ts";

/** Who becomes master is then a matter of addresses, or of who was first. */
export const equalPriority = defineDetector({
  id: "equal_priority",
  severity: "info",
  scope: "segment",
  meaning: "Two senders of one virtual router have the same priority.",
  rule: "Raised while two senders, both heard within `remember`, advertise the same priority. Cleared when they do not any more, or when one of them was not heard again for `remember`.",
  causes: {
    configuration: {
      meaning: "`priority` is the same, or tracking makes it so.",
      decidedBy: "The priorities in the adverts.",
      remedy: "Give each router a `priority` of its own; with weights on tracked things, so that no sum of them is equal either.",
    },
  },
  evidence: { priority: "The priority.", senders: "Who advertises it." },
  options: {
    remember: {
      kind: "duration",
      default: seconds(600),
      min: seconds(10),
      max: seconds(86_400),
      meaning: "How long a sender that is silent now is compared with the others.",
    },
  },
  watches: Aspect.adverts | Aspect.master | Aspect.capture,
  evaluate(subject, now, { remember }) {
    const { wire } = subject;
    if (wire === null) return unheard;
    if (!wire.hearing) return unknown;
    const byPriority = new Map<number, Sender[]>();
    let recheckAt: Instant | undefined;
    for (const sender of wire.senders) {
      const { priority, lastAdvertAt } = sender;
      const until = plus(lastAdvertAt, remember);
      if (priority === null || until <= now) continue;
      recheckAt = recheckAt === undefined ? until : earlier(recheckAt, until);
      byPriority.set(priority, [...(byPriority.get(priority) ?? []), sender]);
    }
    for (const [priority, equals] of byPriority) {
      // Unicast routers that do not send to each other may be two virtual routers that share a number.
      const senders = equals.filter((a) => equals.some((b) => a !== b && mayHearEachOther(a, b))).map(({ source }) => source);
      if (senders.length < 2) continue;
      return {
        state: "raised",
        finding: {
          summary: `${routerName(subject)}: ${senders.join(" and ")} have the same priority, ${priority}`,
          cause: "configuration",
          evidence: { priority, senders },
        },
        recheckAt,
      };
    }
    // Who falls silent is no longer compared.
    return clear;
  },
});
