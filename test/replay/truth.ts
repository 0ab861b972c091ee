import { readCapture } from "../helpers/captures.ts";

/** The parts of a capture's ground truth that the tests read; times are seconds since the epoch. */
export interface Truth {
  readonly id: string;
  readonly title: string;
  readonly capture_start: number;
  readonly primary_capture: string;
  readonly flags?: Readonly<Record<string, unknown>>;
  readonly adverts_total: { readonly invalid: number; readonly carp: number };
  readonly adverts_by_source: readonly { readonly group: string; readonly src: string; readonly count: number; readonly prio0: number }[];
  readonly master_changes: Readonly<Record<string, readonly MasterChange[]>>;
  readonly split_brain: { readonly wire_intervals?: readonly { readonly group: string; readonly start: number; readonly end: number }[] };
  readonly driver_timeline?: readonly { readonly event: string; readonly t: number; readonly node: string }[];
}

export interface MasterChange {
  readonly t: number;
  readonly to_src: string;
  readonly cause: string;
  readonly gap_s: number | null;
}

/** What only a listener's verdict can decide, or what is an artefact of how the scenario was made: not compared. */
const UNDECIDED = new Set([
  "repeated-priority-0",
  "momentary",
  "reclaim",
  "still-master",
  "resume",
  "heal",
  "carp-interference",
  "advert-loss",
  "reload-advert",
  "vip-mismatch",
]);

/** What a listener calls the causes that the scenario's author knew. */
const REASON: Readonly<Record<string, string>> = {
  startup: "initial",
  "already-master": "initial",
  first: "initial",
  graceful: "priority_zero",
  "fault-tracked-interface": "priority_zero",
  crash: "no_response",
  "link-loss": "no_response",
  partition: "no_response",
  preempt: "preempted",
  "priority-drop": "preempted",
};

export function readTruth(scenario: string): Truth {
  return JSON.parse(new TextDecoder().decode(readCapture(`${scenario}/truth.json`))) as Truth;
}

/** Master changes of which the truth is sure, by virtual router, as `time to reason gap`. */
export function certainChanges(
  truth: Truth,
): { readonly group: string; readonly t: number; readonly to: string; readonly reason: string; readonly gap: number | null }[] {
  const end = teardown(truth);
  const splits = truth.split_brain.wire_intervals ?? [];
  return Object.entries(truth.master_changes).flatMap(([key, list]) =>
    list.flatMap((change, i) => {
      const reason = REASON[change.cause];
      const before = list[i - 1];
      const inSplit = (t: number): boolean => splits.some((s) => s.group === key && t >= s.start - 0.01 && t <= s.end + 4);
      const unsure = UNDECIDED.has(change.cause) || inSplit(change.t) || change.t >= end;
      const afterUnsure = before !== undefined && (UNDECIDED.has(before.cause) || inSplit(before.t));
      if (reason === undefined || unsure || afterUnsure) return [];
      return [{ group: key.replace(/@(?:vlan)?(\d+)$/, "@vlan$1"), t: change.t, to: change.to_src, reason, gap: change.gap_s }];
    }),
  );
}

/** When the scenario's author began to take it down; nothing after it is judged. */
export const teardown = (truth: Truth): number =>
  truth.driver_timeline?.find((e) => e.event === "teardown_begin")?.t ?? Number.POSITIVE_INFINITY;

export const groupOf = (e: Record<string, unknown>): string =>
  `${e["family"]}/${e["vrid"]}${e["vlan"] === undefined ? "" : `@vlan${e["vlan"]}`}`;
