import assert from "node:assert/strict";
import { test } from "node:test";
import type { DriftKind } from "../../../src/core/host/view.ts";
import type { ConfiguredInstance, ConfiguredTrack } from "../../../src/core/keepalived-config.ts";
import { seconds } from "../../../src/lib/time.ts";
import { type AdvertSpec, Scenario } from "../../helpers/scenario.ts";
import { configured, host, instance, notify, router, running, VIP } from "./facts.ts";

const own = { direction: "out" as const };
const kinds = (s: Scenario): DriftKind[] => router(s).drift.map(({ kind }) => kind);
const sending = (priority: number, fields: Partial<ConfiguredInstance> = {}, spec: AdvertSpec = {}): Scenario =>
  host(new Scenario(), 0, [instance(fields)]).advert(100, "192.0.2.1", priority, { ...own, ...spec });

const script = (weight: number, name = "chk"): ConfiguredTrack => ({ kind: "script", name, weight });

test("a keepalived that does what the file says does not drift", () => {
  assert.deepEqual(kinds(sending(100)), []);
});

test("a file that was changed after the start is told, until a reload is seen", () => {
  const s = host(new Scenario()).fact(10, configured([instance()], {}, 5_000));
  assert.deepEqual(kinds(s), ["file"]);
  s.fact(6_000, running(-10_000, 5_900));
  assert.deepEqual(kinds(s), []);
});

test("a file that was changed before we looked may have been loaded since: nobody knows", () => {
  const s = host(new Scenario(), 0, []).fact(1, configured([instance()], {}, -5_000));
  assert.deepEqual(kinds(s), []);
  assert.deepEqual(router(s).driftJudged, []);
  s.fact(6_000, running(-10_000, 5_900));
  assert.deepEqual(router(s).driftJudged, ["file"]);
});

test("a file that was changed before what may have been a reload beside another speaker: nobody knows", () => {
  const s = host(new Scenario())
    .fact(10, configured([instance()], {}, 5_000))
    .fact(6_000, running(-10_000, null, 5_900));
  assert.deepEqual(kinds(s), []);
  assert.deepEqual(router(s).driftJudged, []);
  s.fact(7_000, configured([instance()], {}, 6_900));
  assert.deepEqual(kinds(s), ["file"], "what is written after it was surely not loaded by it");
});

test("a changed file says nothing where no keepalived runs or its start is not known", () => {
  const s = new Scenario().fact(0, configured([instance()], {}, 5_000));
  assert.deepEqual(kinds(s), []);
});

for (const [name, s, expected] of [
  ["another priority", sending(151, { priority: 150 }), ["priority"]],
  ["a priority that a failing script explains", sending(70, { tracks: [script(-30)] }), []],
  ["a priority that no script explains", sending(71, { tracks: [script(-30)] }), ["priority"]],
  ["a priority of two scripts together", sending(60, { tracks: [script(-30), script(-10, "b")] }), []],
  ["a priority that is kept above 0", sending(1, { tracks: [script(-200)] }), []],
  ["a script without weight explains no priority", sending(70, { tracks: [script(0)] }), ["priority"]],
  ["an owner is not moved by tracking", sending(225, { priority: 255, tracks: [script(-30)] }), ["priority"]],
  ["another version", sending(100, { version: 2 }), ["version"]],
  ["another interval", sending(100, { interval: seconds(2) }), ["interval"]],
  ["other authentication", sending(100, { auth: "simple" }), ["authentication"]],
  ["an address that is not advertised", sending(100, {}, { addresses: ["192.0.2.101"] }), ["addresses"]],
  [
    "an excluded address is rightly not advertised",
    sending(100, {
      addresses: [...instance().addresses, { address: "192.0.2.200", prefixLength: 24, dev: null, advertised: false, dad: false }],
    }),
    [],
  ],
] as const) {
  test(`drift: ${name}`, () => assert.deepEqual(kinds(s), expected));
}

test("the sentence names what is missing and what is too much", () => {
  const [drift] = router(sending(100, {}, { addresses: ["192.0.2.101"] })).drift;
  assert.equal(drift?.text, `${VIP} of the file is not in the adverts; the adverts have 192.0.2.101, which the file does not list`);
});

test("a list that was cut at the bound is compared as far as it goes", () => {
  const many = Array.from({ length: 40 }, (_, i) => `192.0.2.${100 + i}`);
  const addresses = many.map((address) => ({ address, prefixLength: 24, dev: null, advertised: true, dad: false }));
  assert.deepEqual(kinds(sending(100, { addresses }, { addresses: many })), []);
  assert.deepEqual(kinds(sending(100, { addresses }, { addresses: many.slice(1) })), ["addresses"]);
});

test("adverts of another host are not compared with our file", () => {
  assert.deepEqual(kinds(host(new Scenario()).advert(100, "192.0.2.2", 200)), []);
});

test("a file that could not be read last is compared with nothing", () => {
  const broken = configured([instance({ priority: 7 })]);
  if (broken.kind !== "keepalived_config") throw new Error("no configuration");
  const s = sending(100).fact(200, { ...broken, state: { ...broken.state, state: "broken", problem: "line 3" } });
  assert.deepEqual(kinds(s), []);
});

test("the event names the script, where exactly one fits", () => {
  const tracks = [script(-30), script(-50, "other"), script(0, "fatal")];
  const s = host(new Scenario(), 0, [instance({ tracks })])
    .advert(100, "192.0.2.1", 100, own)
    .advert(1_100, "192.0.2.1", 70, own)
    .fact(1_200, notify("master_priority", 70))
    .fact(1_300, notify("master_priority", 40))
    .fact(1_400, notify("fault", 40));
  assert.ok(s.trace().includes("1100 192.0.2.1 100->70 (chk)"));
  assert.ok(s.trace().includes("1300 VI_1 priority 70->40 (chk)"));
  assert.ok(s.trace().includes("1400 VI_1 master->fault by notify (fatal)"));
});

test("two scripts of one weight are not told apart", () => {
  const s = host(new Scenario(), 0, [instance({ tracks: [script(-30), script(-30, "b")] })])
    .advert(100, "192.0.2.1", 100, own)
    .advert(1_100, "192.0.2.1", 70, own);
  assert.ok(s.trace().includes("1100 192.0.2.1 100->70"));
});
