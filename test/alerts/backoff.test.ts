import assert from "node:assert/strict";
import { test } from "node:test";
import { backoff } from "../../src/alerts/backoff.ts";
import { micros, seconds } from "../../src/lib/time.ts";

test("the longest pause doubles from a second to five minutes", () => {
  const longest = [1, 2, 3, 4, 9, 10, 5_000].map((failures) => Math.round(backoff(failures, 1, null) / 1e6));
  assert.deepEqual(longest, [1, 2, 4, 8, 256, 300, 300]);
});

test("the jitter is full: any part of the longest pause", () => {
  assert.equal(backoff(5, 0, null), 0);
  assert.equal(backoff(5, 0.25, null), seconds(4));
});

test("what the receiver asks for is a lower bound, of which an hour is believed", () => {
  assert.equal(backoff(1, 0.5, seconds(30)), seconds(30));
  assert.equal(backoff(10, 0.5, seconds(30)), seconds(150));
  assert.equal(backoff(1, 0.5, seconds(86_400)), seconds(3_600));
  assert.equal(backoff(1, 0.5, micros(Number.MAX_SAFE_INTEGER)), seconds(3_600));
  assert.equal(backoff(1, 0.5, seconds(-5)), seconds(0.5));
});
