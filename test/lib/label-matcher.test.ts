import assert from "node:assert/strict";
import { test } from "node:test";
import { matchesAll, parseMatcher } from "../../src/lib/label-matcher.ts";

const fits = (text: string, value: string): boolean => {
  const parsed = parseMatcher(text);
  assert.ok(parsed.ok, text);
  return parsed.value.fits(value);
};

const rows: ReadonlyArray<readonly [matcher: string, fitting: readonly string[], others: readonly string[]]> = [
  ['segment="dc1"', ["dc1"], ["dc", "dc11", ""]],
  ["vrid = 51", ["51"], ["5"]],
  ['segment!="dc1"', ["dc2", ""], ["dc1"]],
  ['alertname=~"VRRP(SplitBrain|NoMaster)"', ["VRRPSplitBrain", "VRRPNoMaster"], ["VRRPNoMasterX", "xVRRPSplitBrain"]],
  ["alertname!~VRRP.*", ["other", ""], ["VRRPFlapping"]],
  ['site=""', [""], ["a"]],
  [String.raw`name="a \"b\" \\ c\nd"`, ['a "b" \\ c\nd'], ["a b"]],
  ["a=b=c", ["b=c"], ["b"]],
];

for (const [matcher, fitting, others] of rows)
  test(`${matcher} fits what Alertmanager lets it fit`, () => {
    for (const value of fitting) assert.equal(fits(matcher, value), true, value);
    for (const value of others) assert.equal(fits(matcher, value), false, value);
  });

for (const bad of ["", "vrid", "1a=b", "a~b", 'a="b', 'a=b"c', 'a=~"("', `a="${"x".repeat(2_000)}"`])
  test(`${JSON.stringify(bad.slice(0, 20))} is no matcher, and the reason is said`, () => {
    const parsed = parseMatcher(bad);
    assert.equal(parsed.ok, false);
    if (!parsed.ok) assert.match(parsed.error, /^(must|has) /);
  });

test("all of them have to fit, and a label that is missing is empty", () => {
  const matchers = ['a="1"', 'b=""'].map((text) => {
    const parsed = parseMatcher(text);
    assert.ok(parsed.ok);
    return parsed.value;
  });
  assert.equal(matchesAll(matchers, { a: "1" }), true);
  assert.equal(matchesAll(matchers, { a: "1", b: "2" }), false);
  assert.equal(matchesAll([], {}), true);
});
