import assert from "node:assert/strict";
import { test } from "node:test";
import { formatPath, formatProblem } from "../../src/config/problems.ts";
import { nearest } from "../../src/lib/nearest.ts";

test("the nearest key is found for slips of the pen, and none for another word", () => {
  const known = ["interface", "interfaces", "vrid", "vlan", "name"];
  assert.equal(nearest("interfces", known), "interfaces");
  assert.equal(nearest("VRID", known), "vrid");
  assert.equal(nearest("nam", known), "name");
  assert.equal(nearest("port", known), null);
  assert.equal(nearest("", known), null);
  assert.equal(nearest("x".repeat(100_000), known), null);
});

test("a problem is one line: place, setting, message", () => {
  const problem = { file: "c.yaml", line: 3, column: 9, path: "web.listen[0]", message: "wrong" };
  assert.equal(formatProblem(problem), "c.yaml:3:9 web.listen[0]: wrong");
  assert.equal(formatProblem({ ...problem, file: null, line: null, column: null, path: "--listen" }), "--listen: wrong");
  assert.equal(formatProblem({ ...problem, line: null, column: null, path: "" }), "c.yaml: wrong");
});

test("a path shows strange keys in quotes", () => {
  assert.equal(formatPath(["virtual_routers", 2, "vrid"]), "virtual_routers[2].vrid");
  assert.equal(formatPath(["a\nb"]), '"a\\nb"');
});
