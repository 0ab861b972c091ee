import assert from "node:assert/strict";
import { test } from "node:test";
import { RateLimiter } from "../../src/lib/rate-limiter.ts";
import { instant, seconds } from "../../src/lib/time.ts";

const at = (s: number) => instant(s * 1_000_000);

test("one per key and interval is admitted, and the next tells how many were not", () => {
  const limiter = new RateLimiter({ interval: seconds(10), maxKeys: 4 });
  assert.equal(limiter.admit("a", at(0)), 0);
  assert.equal(limiter.admit("a", at(1)), null);
  assert.equal(limiter.admit("a", at(9.999)), null);
  assert.equal(limiter.admit("b", at(5)), 0);
  assert.equal(limiter.admit("a", at(10)), 2);
  assert.equal(limiter.admit("a", at(20)), 0);
});

test("beyond the bound all further keys share one slot", () => {
  const limiter = new RateLimiter({ interval: seconds(10), maxKeys: 100 });
  let admitted = 0;
  for (let i = 0; i < 10_000; i++) if (limiter.admit(`forged ${i}`, at(i / 10_000)) !== null) admitted += 1;
  assert.equal(admitted, 101);
});

test("keys that fell quiet make room", () => {
  const limiter = new RateLimiter({ interval: seconds(10), maxKeys: 2 });
  limiter.admit("a", at(0));
  limiter.admit("b", at(0));
  limiter.admit("c", at(0));
  assert.equal(limiter.admit("d", at(1)), null);
  assert.equal(limiter.admit("d", at(11)), 0);
  assert.equal(limiter.admit("e", at(11)), 0);
});
