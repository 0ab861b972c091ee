import assert from "node:assert/strict";
import { test } from "node:test";
import { interfaceNameProblem, patternProblem, patternsProblem } from "../../src/lib/interface-names.ts";

test("names that the kernel takes are accepted", () => {
  for (const name of ["eth0", "eth0.10", "br-lan", "wg_0", "x".repeat(15)]) assert.equal(interfaceNameProblem(name), null, name);
});

test("names that the kernel refuses are refused", () => {
  for (const name of ["", ".", "..", "a b", "a/b", "a:b", "a\nb", "x".repeat(16)]) assert.notEqual(interfaceNameProblem(name), null, name);
});

test("patterns with wildcards and exclusions are accepted", () => {
  for (const pattern of ["*", "eth0", "eth*", "!docker*", "eth?", "*.10", "!eth0", "a*b*c*d*e*f*g"])
    assert.equal(patternProblem(pattern), null, pattern);
});

test("patterns that can match nothing, or mean something else elsewhere, are refused", () => {
  for (const pattern of ["", "!", "a b", "a/b", "eth[0]", "eth{0,1}", "a!b", "!!a", "averylonginterface", "*".repeat(32)])
    assert.notEqual(patternProblem(pattern), null, pattern);
});

const together: ReadonlyArray<readonly [string, readonly string[], boolean]> = [
  ["everything", ["*"], true],
  ["all but some", ["!docker*"], true],
  ["one by its full name, which weighs more than a wildcard", ["eth0", "!*"], true],
  ["one of two", ["eth0", "eth1", "!eth0"], true],
  ["everything excluded", ["!*"], false],
  ["everything excluded in other words", ["eth*", "!?*"], false],
  ["the only name excluded", ["eth0", "!eth0"], false],
  ["the only pattern excluded", ["eth*", "!eth*"], false],
  ["an empty list, which is told of elsewhere", [], true],
];
for (const [name, patterns, selects] of together)
  test(`patterns together: ${name}`, () => assert.equal(patternsProblem(patterns) === null, selects, `${patternsProblem(patterns)}`));
