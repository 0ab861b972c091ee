import assert from "node:assert/strict";
import { test } from "node:test";
import type { VirtualRouterId } from "../../src/core/events.ts";
import { micros, seconds, wallPlus } from "../../src/lib/time.ts";
import { matches, silencesFor } from "../../src/silences/match.ts";
import type { SilenceMatchers } from "../../src/silences/silence.ts";
import { sampleSilence } from "../helpers/silences.ts";
import { noon } from "../metrics/sample.ts";

const plain: VirtualRouterId = { interface: "eth0", family: "ipv4", vrid: 51 };
const tagged: VirtualRouterId = { ...plain, vlan: 10, innerVlan: 20 };

const table: readonly (readonly [name: string, matchers: SilenceMatchers, id: VirtualRouterId, fits: boolean])[] = [
  ["the VRID alone fits every interface, family and tag", { vrid: 51 }, tagged, true],
  ["another VRID does not fit", { vrid: 52 }, plain, false],
  ["everything given fits", { vrid: 51, interface: "eth0", family: "ipv4", vlan: 10, innerVlan: 20, segment: "lab" }, tagged, true],
  ["another interface does not fit", { vrid: 51, interface: "eth1" }, plain, false],
  ["the other family does not fit", { vrid: 51, family: "ipv6" }, plain, false],
  ["another VLAN does not fit", { vrid: 51, vlan: 11 }, tagged, false],
  ["another inner VLAN does not fit", { vrid: 51, vlan: 10, innerVlan: 21 }, tagged, false],
  ["a VLAN does not fit what is untagged", { vrid: 51, vlan: 10 }, plain, false],
  ["VLAN 0 fits what is untagged", { vrid: 51, vlan: 0 }, plain, true],
  ["VLAN 0 does not fit what is tagged", { vrid: 51, vlan: 0 }, tagged, false],
  ["the segment alone fits every virtual router on it", { segment: "lab" }, tagged, true],
  ["another segment does not fit", { segment: "dc1" }, plain, false],
  ["a VRID on another segment does not fit", { segment: "dc1", vrid: 51 }, plain, false],
  [
    "an interface that a capture did not name fits none that is named",
    { vrid: 51, interface: "eth0" },
    { ...plain, interface: null },
    false,
  ],
];
for (const [name, matchers, id, fits] of table) {
  test(name, () => assert.equal(matches(matchers, id, "lab"), fits));
}

test("a silence holds from its beginning to just before its end", () => {
  const end = wallPlus(noon, seconds(60));
  const silence = sampleSilence("00000001", noon, { beginsAt: noon, endsAt: end });
  const holds = (wall: typeof noon): boolean => silencesFor([silence], plain, "lab", wall).length === 1;
  assert.ok(!holds(wallPlus(noon, micros(-1))));
  assert.ok(holds(noon));
  assert.ok(holds(wallPlus(end, micros(-1))));
  assert.ok(!holds(end));
});

test("all that fit are named, in their order", () => {
  const silences = [
    sampleSilence("00000002", noon, { matchers: { segment: "lab" } }),
    sampleSilence("00000003", noon, { matchers: { vrid: 52 } }),
    sampleSilence("00000001", noon),
  ];
  assert.deepEqual(
    silencesFor(silences, plain, "lab", noon).map(({ id }) => id),
    ["00000002", "00000001"],
  );
});
