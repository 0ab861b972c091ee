import assert from "node:assert/strict";
import { test } from "node:test";
import { millis } from "../../src/lib/time.ts";
import { Scenario } from "../helpers/scenario.ts";

const A = "192.0.2.1";
const B = "192.0.2.2";
const C = "192.0.2.3";

/** What was said of `split_brain`, as `at condition_raised split_brain`. */
const splits = (s: Scenario): string[] => s.trace().filter((line) => line.endsWith("split_brain"));
const numbered = (ipId: number) => ({ ipId });

test("an answer that the capture lost, as the sender's counter shows, makes no split", () => {
  const s = new Scenario();
  for (let i = 1; i <= 10; i += 1) s.advert(i * 1_000, C, 100, numbered(i));
  s.advert(10_100, A, 90, numbered(1)); // a resumed machine speaks once
  s.advert(11_101, C, 100, numbered(12)); // the answer, number 11, was not captured
  for (let i = 13; i <= 20; i += 1) s.advert(i * 1_000 - 899, C, 100, numbered(i));
  assert.deepEqual(splits(s), []);
});

test("the farewell of a master with higher_prio_send_advert, told off at once, makes no split", () => {
  const s = new Scenario().adverts(0, 5_000, B, 90);
  s.advert(5_600, A, 100); // did not reach B
  s.advert(6_000, B, 90).advert(6_000.1, A, 100).advert(6_000.2, B, 90).advert(6_000.3, A, 100);
  s.adverts(7_000, 12_000, A, 100);
  assert.deepEqual(splits(s), []);
});

test("a split goes on when the priorities change so that the other one should yield", () => {
  const s = new Scenario();
  for (let i = 0; i < 10; i += 1) s.advert(i * 1_000, A, i < 5 ? 90 : 254).advert(i * 1_000 + 300, B, 100);
  assert.deepEqual(splits(s).length, 1, splits(s).join(", "));
});

test("a third master with other addresses does not hide a split of two that share theirs", () => {
  const s = new Scenario();
  for (let i = 0; i < 10; i += 1)
    s.advert(i * 1_000, C, 200, { addresses: ["192.0.2.200"] })
      .advert(i * 1_000 + 300, B, 100)
      .advert(i * 1_000 + 600, A, 90);
  assert.equal(splits(s).length, 1);
});

test("two that differ in their addresses are a split within 3.5 intervals, although they fall into step", () => {
  const both = { addresses: ["192.0.2.100", "192.0.2.101"] };
  const s = new Scenario().adverts(0, 5_000, B, 100);
  s.advert(5_008, A, 90, both).advert(6_008.5, A, 90, both).advert(6_010, B, 100).adverts(7_010, 8_010, B, 100);
  s.advert(8_012, A, 90, both).idle(8_508);
  assert.equal(splits(s).length, 1);
});

test("a report that ends because the reason of the refusal is gone ends now, not in the past", () => {
  const both = { addresses: ["192.0.2.100", "192.0.2.101"], interval: millis(100) };
  const own = { interval: millis(100) };
  const s = new Scenario().advert(375.4, B, 100, both).advert(416.6, A, 1, own).advert(515.7, B, 100, both);
  s.advert(591, A, 1, own).advert(591.5, A, 1, own).advert(690.6, B, 100, both).advert(789.6, B, 100, both);
  s.advert(841, B, 100, both).advert(841.5, B, 100, own).adverts(940.5, 2_000, B, 100, own);
  const instants = s.events.map(({ at }) => at);
  assert.deepEqual(
    instants,
    [...instants].sort((a, b) => a - b),
  );
});

test("an interface that is heard again makes a gap in its capture no shorter", () => {
  const s = new Scenario().adverts(0, 3_000, A, 100).capture(3_100, "deaf").gap(3_100, 7_000).capture(3_200, "hearing").idle(10_900);
  assert.deepEqual(
    s.trace().filter((line) => line.endsWith("no_master")),
    [],
  );
});
