import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import type { Detector } from "../../../src/core/conditions/definition.ts";
import { detectors } from "../../../src/core/detectors/index.ts";
import { conditionNames } from "../../../src/core/events.ts";
import { type Case, evidenceOf, play } from "./case.ts";

const modules = (folder: URL): string[] =>
  readdirSync(folder)
    .filter((name) => /\.(?:js|ts)$/.test(name) && !name.endsWith(".d.ts"))
    .map((name) => name.replace(/\.[jt]s$/, ""));

const detectorsFolder = new URL("../../../src/core/detectors/", import.meta.url);
const fileOf = (id: string): string => id.replaceAll("_", "-");
const suffix = import.meta.url.endsWith(".ts") ? "ts" : "js";

const isDetector = (value: unknown): value is Detector =>
  typeof value === "object" && value !== null && "evaluate" in value && "id" in value && "watches" in value;

test("every detector of the folder is in the list, in a file of its name", async () => {
  const found = new Map<string, string>();
  for (const name of modules(detectorsFolder)) {
    if (name === "index") continue;
    const exported: Record<string, unknown> = await import(new URL(`${name}.${suffix}`, detectorsFolder).href);
    for (const value of Object.values(exported)) if (isDetector(value)) found.set(value.id, name);
  }
  assert.deepEqual([...found.keys()].sort(), [...conditionNames].sort());
  for (const [id, name] of found) assert.equal(name, fileOf(id));
  assert.deepEqual(
    detectors.map(({ id }) => id),
    conditionNames,
  );
});

test("what a detector inhibits is another condition, and none of them inhibit each other in a circle", () => {
  const inhibits = new Map(detectors.map(({ id, inhibits: others }) => [id, others]));
  for (const { id } of detectors) {
    const reached = new Set(inhibits.get(id));
    for (const one of reached) for (const next of inhibits.get(one) ?? []) reached.add(next);
    assert.ok(!reached.has(id), `${id} is not its own consequence`);
  }
});

for (const { id, causes, evidence, options } of detectors)
  test(`the timelines of ${id} raise each of its causes, clear it, and show all of its evidence and options`, async () => {
    const { cases }: { readonly cases: readonly Case[] } = await import(new URL(`./cases/${fileOf(id)}.${suffix}`, import.meta.url).href);
    const played = cases.map((one) => play(id, one));
    const traces = played.flatMap((timeline) => timeline.of(id));
    const raised = new Set(traces.filter((line) => line.includes(" raised ")).map((line) => line.split(" ")[2] ?? ""));
    assert.deepEqual([...raised].sort(), Object.keys(causes).sort(), "causes");
    assert.ok(
      traces.some((line) => line.endsWith(" cleared")),
      "cleared",
    );
    const shown = new Set(played.flatMap((timeline) => evidenceOf(id, timeline)).flatMap((one) => Object.keys(one)));
    assert.deepEqual([...shown].sort(), Object.keys(evidence).sort(), "evidence");
    const set = new Set(cases.flatMap(({ settings }) => Object.keys(settings ?? {})));
    assert.deepEqual([...set].sort(), Object.keys(options).sort(), "options");
    assert.ok(
      cases.some(({ holds }) => holds === null),
      "unknown",
    );
  });
