import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeFrame } from "../../src/wire/decode.ts";
import { framesOf } from "../helpers/captures.ts";
import { play } from "../helpers/keepalived-model/world.ts";
import { calmWorld, partition, type Step, seconds, speaker, type WorldSpec } from "../helpers/keepalived-model/world-spec.ts";
import { readTruth, type Truth } from "../replay/truth.ts";

/** How far the model may be from real keepalived: its timers run late by a millisecond or so each second, and all that adds up. */
const TOLERANCE = seconds(0.06);

interface Reign {
  readonly source: string;
  readonly priority: number;
  readonly from: number;
}

/** The first advert of each uninterrupted run of adverts of one sender and priority. */
function reigns(adverts: readonly Reign[]): Reign[] {
  return adverts.filter(({ source, priority }, i) => source !== adverts[i - 1]?.source || priority !== adverts[i - 1]?.priority);
}

function captured(truth: Truth): Reign[] {
  return reigns(
    framesOf(`${truth.id}/${truth.primary_capture}`).flatMap((frame) => {
      const decoded = decodeFrame(frame);
      if (decoded.kind !== "advert") return [];
      return [{ source: decoded.advert.source, priority: decoded.advert.priority, from: frame.wall - seconds(truth.capture_start) }];
    }),
  );
}

/** What the scenario's driver did to the nodes, as steps; speaker 0 is node a, 1 is node b. */
function steps(truth: Truth): Step[] {
  const timeline = truth.driver_timeline ?? [];
  const time = (t: number): number => seconds(t - truth.capture_start);
  const moved = timeline.filter(({ event }) => event === "port_moved").map(({ t }) => time(t));
  const cut = moved.length === 2 ? partition(0, 1, moved[0] as number, moved[1] as number) : [];
  const done: Step[] = timeline.flatMap((entry): Step[] => {
    const who = entry.node === "a" ? 0 : 1;
    const at = time(entry.t);
    if (entry.event === "keepalived_start") return [{ do: "start", who, at }];
    if (entry.event === "keepalived_sigterm") return [{ do: "stop", who, at }];
    if (entry.event === "keepalived_sigkill") return [{ do: "crash", who, at }];
    return [];
  });
  return [...cut, ...done].sort((a, b) => a.at - b.at);
}

const A = speaker(11, { priority: 150 });
const B = speaker(12, { priority: 100 });
const mismatched = [speaker(11, { version: 2, priority: 150 }), speaker(12, { version: 2, priority: 100, interval: seconds(3) })];

for (const [scenario, speakers] of [
  ["07-graceful-failback", [A, B]],
  ["08-crash", [A, B]],
  ["09-nopreempt", [speaker(11, { priority: 150, nopreempt: true }), B]],
  ["19-v2-interval-mismatch", mismatched],
] as const)
  test(`${scenario}: the model tells what real keepalived did, at the times at which it did`, () => {
    const truth = readTruth(scenario);
    const end = seconds((truth.driver_timeline?.find(({ event }) => event === "teardown_begin")?.t ?? 0) - truth.capture_start);
    const spec: WorldSpec = calmWorld(speakers, steps(truth), end);
    const told = reigns(play(spec).adverts.map(({ packet, at }) => ({ source: packet.source, priority: packet.priority, from: at })));
    const real = captured(truth).filter(({ from }) => from < end);
    const names = (of: readonly Reign[]): string[] => of.map(({ source, priority }) => `${source} ${priority}`);
    assert.deepEqual(names(told), names(real));
    for (const [i, { source, from }] of real.entries())
      assert.ok(Math.abs((told[i]?.from ?? 0) - from) < TOLERANCE, `${source} at ${from} µs, the model says ${told[i]?.from}`);
  });
