import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultConditionSettings } from "../../../src/core/conditions/settings.ts";
import { detectors } from "../../../src/core/detectors/index.ts";
import type { ConditionName, Event } from "../../../src/core/events.ts";
import type { HostFact } from "../../../src/core/host-facts.ts";
import type { Input } from "../../../src/core/input.ts";
import type { EngineOptions } from "../../../src/core/options.ts";
import { instant, wallTime } from "../../../src/lib/time.ts";
import type { RejectReason } from "../../../src/wire/decoded.ts";
import { EPOCH_US, Scenario } from "../../helpers/scenario.ts";

/** A timeline that the agent lets pass as it does in life: time has come as far as each fact of the host. */
export class Timeline extends Scenario {
  override fact(atMs: number, fact: HostFact): this {
    this.idle(Math.round(atMs * 1_000) / 1_000);
    return super.fact(atMs, fact);
  }

  /** A packet of the virtual router that nobody may believe. */
  reject(atMs: number, reason: RejectReason = "checksum", spec: { readonly source?: string; readonly vrid?: number } = {}): this {
    const { source = "192.0.2.66", vrid = 51 } = spec;
    return this.input({
      ...stamp(atMs),
      kind: "rejected",
      reason,
      partial: { family: "ipv4", vrid, source, mac: "02:00:00:00:00:66" },
    });
  }

  carp(atMs: number, vhid = 51): this {
    const carp = { family: "ipv4", vhid, source: "192.0.2.77", mac: "00:00:5e:00:01:33" } as Extract<Input, { kind: "carp" }>["carp"];
    return this.input({ ...stamp(atMs), kind: "carp", carp });
  }

  holds(condition: ConditionName, vrid = 51): boolean | null {
    const router = this.engine.snapshot().host.routers.find(({ id }) => id.vrid === vrid);
    if (router === undefined) throw new Error(`no virtual router ${vrid}`);
    return router.conditions.holds(condition);
  }

  /** What became of one condition: `4016.093 raised silent`, `5000 cleared`. Behind it in brackets: whose consequence it is. */
  of(condition: ConditionName, vrid?: number): string[] {
    return this.events
      .filter(isOf(condition))
      .filter(({ router }) => vrid === undefined || router.vrid === vrid)
      .map(({ kind, at, cause, inhibitedBy }) =>
        kind === "condition_raised"
          ? `${at / 1_000} raised ${cause}${inhibitedBy === null ? "" : ` (${inhibitedBy})`}`
          : `${at / 1_000} cleared`,
      );
  }

  /** Every condition that was raised, in order. */
  raised(): string[] {
    return this.events.filter((event) => event.kind === "condition_raised").map(({ at, condition }) => `${at / 1_000} ${condition}`);
  }
}

const stamp = (atMs: number) => {
  const at = instant(Math.round(atMs * 1_000));
  return { at, wall: wallTime(EPOCH_US + at), interface: "eth0" } as const;
};

type ConditionEvent = Extract<Event, { kind: "condition_raised" | "condition_cleared" }>;
const isOf =
  (condition: ConditionName) =>
  (event: Event): event is ConditionEvent =>
    (event.kind === "condition_raised" || event.kind === "condition_cleared") && event.condition === condition;

/** A timeline, and what becomes of one condition in it. */
export interface Case {
  /** A sentence. */
  readonly name: string;
  readonly options?: Partial<EngineOptions>;
  /** Other values of the condition's own options, durations in microseconds. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly run: (timeline: Timeline) => unknown;
  /** As `Timeline.of` gives it. */
  readonly trace: readonly string[];
  /** At the end of the timeline; null: it cannot be judged. Left out: whatever follows from the trace. */
  readonly holds?: boolean | null;
}

export const detectorOf = (id: ConditionName) => {
  const found = detectors.find((detector) => detector.id === id);
  if (found === undefined) throw new Error(`no detector ${id}`);
  return found;
};

export function play(id: ConditionName, { options, settings, run }: Case): Timeline {
  const setting = defaultConditionSettings[id];
  const conditions = { ...defaultConditionSettings, [id]: { ...setting, options: { ...setting.options, ...settings } } };
  const timeline = new Timeline({ ...options, ...(settings !== undefined && { conditions: () => conditions }) });
  run(timeline);
  return timeline;
}

/** Evidence of every event of the condition. */
export const evidenceOf = (id: ConditionName, timeline: Timeline): readonly Readonly<Record<string, unknown>>[] =>
  timeline.events.filter(isOf(id)).map(({ evidence }) => evidence);

/** One test for each of the cases. */
export function testCases(id: ConditionName, cases: readonly Case[]): void {
  const { evidence: declared, causes, severity } = detectorOf(id);
  for (const one of cases)
    test(one.name, () => {
      const timeline = play(id, one);
      assert.deepEqual(timeline.of(id), one.trace);
      const lastly = one.trace.at(-1)?.includes("raised") ?? false;
      assert.equal(timeline.holds(id), one.holds === undefined ? lastly : one.holds, "as it stands at the end");
      for (const event of timeline.events.filter(isOf(id))) {
        assert.ok(event.cause === null || Object.hasOwn(causes, event.cause), `${event.cause} is a declared cause`);
        for (const key of Object.keys(event.evidence)) assert.ok(Object.hasOwn(declared, key), `${key} is declared evidence`);
        assert.equal(event.severity, severity);
        assert.match(event.summary, /\S/);
      }
    });
}
