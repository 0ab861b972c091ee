import assert from "node:assert/strict";
import { test } from "node:test";
import { Timeline } from "./detectors/case.ts";
import { type Line, type Story, stories } from "./ordinary-life.ts";

/** What pages somebody at night, and must never do so in vain. */
const alarming = new Set(["split_brain", "no_master", "flapping"]);
const alarms = (t: Timeline): string[] => t.raised().filter((line) => alarming.has(line.split(" ")[1] ?? ""));

const wires = [
  [3, 1_000],
  [3, 100],
  [2, 1_000],
] as const;
const all: readonly (Story & { readonly wire: string })[] = wires.flatMap(([version, ms]) =>
  stories(version, ms).map((story) => ({ ...story, wire: `VRRPv${version} every ${ms / 1_000} s` })),
);

function tell(lines: readonly Line[], t = new Timeline()): Timeline {
  for (const { atMs, source, priority, spec } of lines) t.advert(atMs, source, priority, spec);
  return t;
}

test("nothing is raised in the ordinary life of healthy routers", () => {
  for (const { name, wire, lines } of all) assert.deepEqual(alarms(tell(lines)), [], `${wire}: ${name}`);
});

test("an agent that starts in the middle of anything raises nothing", () => {
  for (const { name, wire, lines } of all)
    for (const from of lines.keys()) assert.deepEqual(alarms(tell(lines.slice(from))), [], `${wire}: ${name}, from advert ${from}`);
});

test("adverts that were dropped with the news of it raise nothing, wherever that happens", () => {
  for (const { name, wire, lines } of all)
    for (const from of lines.keys())
      for (const count of [1, 2, 3, 4, 7]) {
        const last = lines[Math.min(from + count, lines.length) - 1] as Line;
        const first = lines[from] as Line;
        const t = tell(lines.slice(0, from));
        t.gap(first.atMs - 0.01, last.atMs + 0.01);
        assert.deepEqual(alarms(tell(lines.slice(from + count), t)), [], `${wire}: ${name}, adverts ${from} to ${from + count - 1} lost`);
      }
});

test("an interface that was away raises nothing, wherever that happens", () => {
  for (const { name, wire, lines } of all)
    for (const from of lines.keys())
      for (const count of [1, 3, 7]) {
        const last = lines[Math.min(from + count, lines.length) - 1] as Line;
        const first = lines[from] as Line;
        const t = tell(lines.slice(0, from));
        t.capture(Math.round(first.atMs * 1_000 - 10) / 1_000, "deaf").capture(Math.round(last.atMs * 1_000 + 10) / 1_000, "hearing");
        assert.deepEqual(
          alarms(tell(lines.slice(from + count), t)),
          [],
          `${wire}: ${name}, away for adverts ${from} to ${from + count - 1}`,
        );
      }
});
