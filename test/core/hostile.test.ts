import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultConditionSettings } from "../../src/core/conditions/settings.ts";
import { millis, seconds } from "../../src/lib/time.ts";
import { Timeline } from "./detectors/case.ts";

/** What a host on the segment can send must neither hide what is true nor make it last or flap. */

const A = "192.0.2.11";
const B = "192.0.2.12";
const X = "192.0.2.66";
const macOf = (n: number): string => `02:00:00:00:${(n >> 8).toString(16).padStart(2, "0")}:${(n & 0xff).toString(16).padStart(2, "0")}`;

/** A healthy master, and one packet of a stranger at 20.3 s. */
const healthy = (forged: (t: Timeline) => void, untilMs = 300_000): Timeline => {
  const t = new Timeline();
  for (let at = 0; at < untilMs; at += 1_000) {
    t.advert(at, A, 100);
    if (at === 20_000) forged(t);
  }
  return t;
};

for (const [name, forged] of [
  ["of another version, with 255 s", (t) => t.advert(20_300, X, 1, { version: 2, checksum: "v2", interval: seconds(255) })],
  ["of another version and a better priority", (t) => t.advert(20_300, X, 254, { version: 2, checksum: "v2", interval: seconds(255) })],
  [
    "with 40.95 s and other addresses",
    (t) => t.advert(20_300, X, 1, { interval: millis(40_950), addresses: ["192.0.2.100", "192.0.2.101"] }),
  ],
  ["with 40.95 s and nothing in common", (t) => t.advert(20_300, X, 1, { interval: millis(40_950), addresses: ["192.0.2.200"] })],
] as readonly (readonly [string, (t: Timeline) => void])[])
  test(`one forged packet ${name} is over within about a minute`, () => {
    const t = healthy(forged);
    for (const condition of ["split_brain", "vrid_conflict"] as const) {
      assert.equal(t.holds(condition), false, condition);
      const last = t.of(condition).at(-1) ?? "0 cleared";
      assert.ok(last.endsWith("cleared") && Number.parseFloat(last) < 90_000, `${condition}: ${last}`);
    }
  });

test("a forged interval does not put the loss of the master off for minutes", () => {
  const t = new Timeline()
    .adverts(0, 30_000, A, 100)
    .advert(30_300, X, 254, { version: 2, checksum: "v2", interval: seconds(255) })
    .idle(200_000);
  const lost = t.of("no_master");
  assert.equal(lost.length, 1);
  assert.ok(Number.parseFloat(lost[0] ?? "") < 60_000, lost[0]);
});

test("a flood of resignations of invented senders hides no split", () => {
  const t = new Timeline();
  for (let at = 0, n = 0; at < 40_000; at += 500) {
    if (at % 1_000 === 0) t.advert(at, A, 100).advert(at + 100, B, 90);
    for (let i = 0; i < 16; i++) t.advert(at + 200 + i, `198.51.100.${1 + (n++ % 40)}`, 0);
  }
  assert.equal(t.of("split_brain").length, 1);
});

test("claims for an address from a new MAC with every packet are looked at now and then", () => {
  let asked = 0;
  const { vip_conflict, ...others } = defaultConditionSettings;
  const options = new Proxy(vip_conflict.options, {
    get(target, key: string) {
      asked++;
      return target[key];
    },
  });
  const t = new Timeline({ conditions: () => ({ ...others, vip_conflict: { ...vip_conflict, options } }) }).adverts(0, 3_000, A, 100);
  asked = 0;
  for (let i = 0; i < 20_000; i++) t.announce(3_100 + i / 100, macOf(i));
  assert.ok(asked > 0 && asked <= 12, `${asked} times in 0.2 s`);
});

test("who can make a condition flap does it twice a second at most", () => {
  const t = new Timeline().adverts(0, 3_000, A, 100);
  for (let at = 3_100; at < 13_100; at += 2)
    t.advert(at, X, 101, { addresses: (at / 2) % 2 === 0 ? ["192.0.2.100"] : ["192.0.2.200"] }).advert(at + 1, A, 100);
  for (const condition of ["split_brain", "vrid_conflict", "address_mismatch"] as const)
    assert.ok(t.of(condition).length <= 45, `${condition}: ${t.of(condition).length} events in 10 s`);
});

test("a MAC that only ever resigned is no router of the virtual router", () => {
  const stranger = "02:00:00:00:00:77";
  const t = new Timeline().adverts(0, 5_000, A, 100).announce(5_100, stranger).adverts(6_000, 8_000, A, 100);
  t.advert(8_500, X, 0, { mac: stranger }).announce(8_600, stranger).adverts(9_000, 20_000, A, 100);
  assert.equal(t.holds("vip_conflict"), true);
});
