import assert from "node:assert/strict";
import { test } from "node:test";
import { boundedJson } from "../../src/lib/bounded-json.ts";

test("what is within the bound stays as it is", () => {
  const value = { a: "x".repeat(92) };
  assert.equal(JSON.stringify(value).length, 100);
  assert.equal(boundedJson(value, 100), value);
});

test("one byte more is replaced by a note", () => assert.deepEqual(boundedJson({ a: "x".repeat(93) }, 100), { omitted: "101 characters" }));

test("bytes are counted, not characters", () => assert.deepEqual(boundedJson({ a: "é".repeat(47) }, 100), { omitted: "55 characters" }));
