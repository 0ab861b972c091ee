import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { claimLifetime } from "../../src/core/timing.ts";
import { millis } from "../../src/lib/time.ts";
import type { AdvertSpec } from "../helpers/scenario.ts";
import { Timeline } from "./detectors/case.ts";
import { added, changed, eth0, held, host, instance, notify, removed, VIP } from "./host/facts.ts";
import { A, B, C, type Line, type Story, stories } from "./ordinary-life.ts";

/** What pages somebody at night, and must never do so in vain. */
const alarming = new Set(["split_brain", "no_master", "flapping"]);
const alarms = (t: Timeline): string[] => t.raised().filter((line) => alarming.has(line.split(" ")[1] ?? ""));

const wires = [
  [3, 1_000],
  [3, 100],
  [2, 1_000],
] as const;
const all: readonly (Story & { readonly wire: string; readonly ms: number })[] = wires.flatMap(([version, ms]) =>
  stories(version, ms).map((story) => ({ ...story, ms, wire: `VRRPv${version} every ${ms / 1_000} s` })),
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

test("any losses that are known raise nothing, however they fall", () => {
  const losses = fc.array(
    fc.record({ from: fc.double({ min: 0, max: 1, noNaN: true }), intervals: fc.constantFrom(0.01, 0.3, 1, 2.2, 5) }),
    { maxLength: 4 },
  );
  fc.assert(
    fc.property(fc.nat({ max: all.length - 1 }), losses, (index, wanted) => {
      const { lines, name, wire, ms } = all[index] as (typeof all)[number];
      const end = lines.at(-1)?.atMs ?? 0;
      const gaps = wanted
        .map(({ from, intervals }) => ({ from: Math.round(from * end * 1_000) / 1_000, length: intervals * ms }))
        .sort((a, b) => a.from - b.from);
      const t = new Timeline();
      let next = 0;
      for (const line of lines) {
        for (let gap = gaps[next]; gap !== undefined && gap.from <= line.atMs; gap = gaps[next]) {
          t.gap(gap.from, gap.from + gap.length);
          next += 1;
        }
        if (!gaps.some(({ from, length }) => line.atMs >= from && line.atMs < from + length)) tell([line], t);
      }
      assert.deepEqual(alarms(t), [], `${wire}: ${name}, ${JSON.stringify(gaps)}`);
    }),
    { numRuns: 1_000 },
  );
});

test("a master that dies after any of it is missed in time", () => {
  for (const { name, wire, lines, ms } of all) {
    const last = lines.at(-1) as Line;
    const due = (Math.round(last.atMs * 1_000) + claimLifetime(last.spec.version ?? 3, millis(ms), 3)) / 1_000;
    assert.deepEqual(alarms(tell(lines).idle(due + 1)), [`${due} no_master`], `${wire}: ${name}`);
  }
});

test("a split brain that begins after any of it is told within 3.5 intervals", () => {
  for (const { name, wire, lines, ms } of all) {
    const last = lines.at(-1) as Line;
    const t = tell(lines);
    const second = last.atMs + 0.3 * ms;
    for (let i = 0; i < 5; i++) {
      t.advert(second + i * ms, "192.0.2.4", 10, { ...last.spec, mac: "02:00:00:00:00:04" });
      t.advert(last.atMs + (i + 1) * ms, last.source, last.priority, last.spec);
    }
    const [raised] = alarms(t);
    assert.match(raised ?? "nothing", /split_brain/, `${wire}: ${name}`);
    assert.ok(Number(raised?.split(" ")[0]) <= second + 3.5 * ms, `${wire}: ${name}, ${raised} after ${second}`);
  }
});

for (const sameId of [true, false])
  test(`CARP neighbours with ${sameId ? "the same" : "another"} id raise nothing`, () => {
    for (const { name, wire, lines } of all) {
      const t = new Timeline();
      let carp = 0.5;
      for (const line of lines) {
        for (; carp < line.atMs; carp += 1_000) t.carp(carp, sameId ? 51 : 7);
        tell([line], t);
      }
      assert.deepEqual(alarms(t), [], `${wire}: ${name}`);
    }
  });

/** Every line once for each of these peers, as keepalived sends it. */
const unicast = (lines: readonly Line[], peers: readonly string[], more: AdvertSpec = {}): Line[] =>
  lines.flatMap((line) =>
    peers
      .filter((peer) => peer !== line.source)
      .map((destination, i) => ({
        ...line,
        atMs: line.atMs + i / 100,
        spec: { ...line.spec, flags: ["unicast"], destination, ttl: 255, ...more } as AdvertSpec,
      })),
  );

for (const peers of [
  [A, B, C],
  [A, B, C, "192.0.2.9"],
])
  test(`${peers.length - 1} unicast peers of each router raise nothing, from wherever the agent starts`, () => {
    for (const { name, wire, lines } of all) {
      const copies = unicast(lines, peers);
      for (const from of copies.keys()) assert.deepEqual(alarms(tell(copies.slice(from))), [], `${wire}: ${name}, from copy ${from}`);
    }
  });

test("two unicast virtual routers that share a number on one interface raise nothing", () => {
  const moved = (line: Line): Line => ({ ...line, source: line.source.replace("192.0.2.", "192.0.2.10"), atMs: line.atMs + 0.37 });
  const others = ["192.0.2.101", "192.0.2.102", "192.0.2.103"];
  for (const addresses of [["192.0.2.200"], [VIP]])
    for (const { name, wire, lines, ms } of all) {
      const first = unicast(lines, [A, B, C]);
      // The second one lives an ordinary life of its own, later than the first.
      for (const shift of [0, 5.3 * ms]) {
        const second = unicast(lines.map(moved), others, { addresses }).map((line) => ({ ...line, atMs: line.atMs + shift }));
        const both = [...first, ...second].sort((a, b) => a.atMs - b.atMs);
        assert.deepEqual(alarms(tell(both)), [], `${wire}: ${name}, ${addresses}`);
      }
    }
});

test("an interface of a member that goes down under the agent and comes back raises nothing", () => {
  for (const [role, ours, theirs] of [
    ["master", 100, 90],
    ["backup", 90, 100],
  ] as const) {
    const t = host(new Timeline(), 0, [instance({ priority: ours })]);
    if (role === "master")
      t.fact(50, added(held(2, VIP)))
        .fact(51, notify("master", ours))
        .adverts(52, 5_052, "192.0.2.1", ours, { direction: "out" });
    else t.fact(51, notify("backup", ours)).adverts(52, 5_052, B, theirs);
    const down = { ...eth0, up: false };
    t.fact(5_500, changed(eth0, down)).capture(5_501, "deaf").fact(5_502, notify("fault", ours));
    if (role === "master") t.fact(5_503, removed(held(2, VIP)));
    t.fact(65_000, changed(down, eth0)).capture(65_001, "hearing").fact(65_002, notify("backup", ours));
    t.adverts(65_300, 70_300, B, theirs, { mac: "02:00:00:00:00:02" });
    if (role === "master") {
      t.advert(70_400, "192.0.2.1", ours, { direction: "out" })
        .fact(70_401, notify("master", ours))
        .fact(70_402, added(held(2, VIP)));
      t.adverts(71_400, 90_400, "192.0.2.1", ours, { direction: "out" });
    } else t.adverts(71_300, 90_300, B, theirs, { mac: "02:00:00:00:00:02" });
    assert.deepEqual(t.raised(), ["15501 capture_blind"], role);
    assert.deepEqual(t.of("capture_blind"), ["15501 raised interface_not_captured", "65001 cleared"], role);
  }
});
