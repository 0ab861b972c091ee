import assert from "node:assert/strict";
import { test } from "node:test";
import { interfaceNameProblem, patternProblem } from "../../src/lib/interface-names.ts";

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
