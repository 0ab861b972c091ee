import assert from "node:assert/strict";
import { test } from "node:test";
import { elapsed } from "../../src/alerts/elapsed.ts";
import { seconds } from "../../src/lib/time.ts";

const table: readonly (readonly [length: number, text: string])[] = [
  [-1, "0.0 s"],
  [0.42, "0.4 s"],
  [9.94, "9.9 s"],
  [9.96, "10 s"],
  [59.6, "1 min"],
  [192.25, "3 min 12 s"],
  [3_600, "1 h"],
  [3_605, "1 h"],
  [7_500, "2 h 5 min"],
  [90_000, "1 d 1 h"],
  [315_359_999, "3649 d 23 h"],
];
for (const [length, text] of table) {
  test(`${length} s are ${text}`, () => assert.equal(elapsed(seconds(length)), text));
}
