import { Aspect } from "../conditions/aspects.ts";
import { clear, defineDetector, inapplicable, unknown } from "../conditions/definition.ts";
import { disputesOf } from "./dispute.ts";
import { splitBrain } from "./split-brain.ts";

/** AF_PACKET sees what arrives before INPUT drops it (protocol §8): we hear the better master, and our keepalived does not. */
export const localReceiveBlocked = defineDetector({
  id: "local_receive_blocked",
  severity: "critical",
  scope: "host",
  meaning: "Adverts reach this host, but not its keepalived.",
  rule: "Raised when this host has advertised twice beside a better master whose adverts are captured here and differ in nothing; or when keepalived here has never answered another master that it outranks. Cleared when one of the two stops to claim.",
  causes: { input_filtered: splitBrain.causes["local_receive_blocked"] as NonNullable<(typeof splitBrain.causes)[string]> },
  evidence: {
    other_master: "Whose adverts are dropped.",
    adverts_ignored: "How many adverts this host sent although it had heard better ones, or left unanswered.",
  },
  options: {},
  watches: Aspect.claims | Aspect.keepalived | Aspect.capture,
  inhibits: ["state_inconsistent"],
  evaluate({ wire, here }) {
    if (here.instance === null) return inapplicable;
    if (wire === null || !wire.hearing) return unknown;
    for (const { better, weaker, stand } of disputesOf(wire)) {
      if (stand.field !== null || stand.refused || better.macs.isShared) continue;
      const ignores = weaker.local && !better.local && stand.defiances >= 2;
      const silent = better.local && !weaker.local && stand.answered === 0 && stand.unanswered >= 2;
      if (!ignores && !silent) continue;
      const other = ignores ? better : weaker;
      return {
        state: "raised",
        finding: {
          summary: `adverts of ${other.source} (priority ${other.priority}) reach this host, but not its keepalived: its own firewall drops them`,
          cause: "input_filtered",
          evidence: { other_master: other.source, adverts_ignored: ignores ? stand.defiances : stand.unanswered },
        },
      };
    }
    return { ...clear, because: "keepalived heeds what it hears again, or there is one master" };
  },
});
