import type { Severity } from "../../core/events.ts";
import { type LabelMatcher, matchesAll } from "../../lib/label-matcher.ts";
import type { Labels } from "../alert.ts";
import type { Subject } from "../identity.ts";

/** Which alerts a receiver is told, and how. */
export interface ReceiverRule {
  readonly name: string;
  readonly severities: readonly Severity[];
  readonly matchers: readonly LabelMatcher[];
  readonly sendResolved: boolean;
  readonly maxAlerts: number;
  /** It knows no lists: it is told of what changed, and not again of the rest of the group. */
  readonly perAlert: boolean;
  /** What comes and goes all the time is not told every time. */
  readonly damps: boolean;
  /** It takes what only happened, such as a change of master; false where that would stay open for ever. */
  readonly takesMoments: boolean;
}

export const wants = (
  { severities, matchers, takesMoments }: ReceiverRule,
  { labels, subject }: { readonly labels: Labels; readonly subject: Subject },
): boolean =>
  severities.some((severity) => severity === labels["severity"]) &&
  matchesAll(matchers, labels) &&
  (takesMoments || subject !== "master_changed");
