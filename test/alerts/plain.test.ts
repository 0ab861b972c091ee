import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fitted, plainLine, plainLines } from "../../src/alerts/plain.ts";

test("line feeds of every kind stay in lines and become blanks in one line", () => {
  assert.equal(plainLines("a\r\nb\rc\u2028d\u0085e\tf"), "a\nb\nc\nd\ne f");
  assert.equal(plainLine(" a\r\nb\n\n c\t"), "a b c");
});

test("what no one sees goes, and what emoji and scripts need stays", () => {
  assert.equal(plainLines("a\u0000b\u001bc\u202ed\u2069e\u200bf\ufeffg"), "abcdefg");
  assert.equal(plainLines("👩\u200d🚒 می\u200cخواهم"), "👩\u200d🚒 می\u200cخواهم");
});

test("halves of surrogate pairs are replaced", () => assert.equal(plainLines("a\ud83d b\ude00 😀"), "a\ufffd b\ufffd 😀"));

test("what is cut ends with an ellipsis and splits neither a surrogate pair nor an escape", () => {
  const escaped = (character: string): string => (character === "&" ? "&amp;" : character);
  assert.equal(fitted("abc", 3), "abc");
  assert.equal(fitted("abcd", 3), "ab…");
  assert.equal(fitted("a😀b", 3), "a…");
  assert.equal(fitted("a&b", 7, escaped), "a&amp;b");
  assert.equal(fitted("a&b", 6, escaped), "a…");
  assert.equal(fitted("a&bc", 7, escaped), "a&amp;…");
  assert.equal(fitted("ab", 0), "");
});

test("any text fits into any limit, and only a longer one is cut", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 30 });
  fc.assert(
    fc.property(text, fc.integer({ min: 0, max: 40 }), (given, limit) => {
      const kept = fitted(given, limit);
      assert.ok(kept.length <= limit);
      if (given.length <= limit) assert.equal(kept, given);
      else assert.ok(limit === 0 || (kept.endsWith("…") && given.startsWith(kept.slice(0, -1))));
      assert.equal(/\p{Surrogate}/u.test(kept), false);
    }),
    { numRuns: 300 },
  );
});
