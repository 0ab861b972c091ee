import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { alertName } from "../../src/core/conditions/alert-name.ts";
import { bodyOf, bodyProblem, pageOf } from "../../src/core/conditions/page.ts";
import { conditionHead, conditionsIndex } from "../../src/core/conditions/reference.ts";
import { detectors } from "../../src/core/detectors/index.ts";
import { conditionNames } from "../../src/core/events.ts";
import { catalogue } from "../../src/metrics/index.ts";
import { relatedMetrics } from "../../src/metrics/related.ts";
import { root } from "./repository.ts";

const folder = join(root, "docs/conditions");
const pageText = (name: string): string => readFileSync(join(folder, `${name}.md`), "utf8");

test("there is a page for every condition, named after it, and no other", () => {
  assert.deepEqual(readdirSync(folder).sort(), ["README.md", ...conditionNames.map((name) => `${name}.md`)].sort());
});

for (const name of conditionNames) {
  test(`the hand-written part of ${name} has the five headings in their order`, () => {
    assert.equal(bodyProblem(bodyOf(pageText(name))), null);
  });
}

test("every cause, key of evidence and option of a detector is on its page", () => {
  for (const detector of detectors) {
    const { id, causes, evidence, options } = detector;
    const head = conditionHead(detector, relatedMetrics(id));
    for (const key of [...Object.keys(causes), ...Object.keys(evidence), ...Object.keys(options)])
      assert.ok(head.includes(`| \`${key}\` |`), `${id}: ${key}`);
  }
});

test("every cause is in the index", () => {
  const index = conditionsIndex();
  for (const { id, causes } of detectors)
    for (const cause of Object.keys(causes)) assert.match(index, new RegExp(`\\(${id}\\.md\\).*\`${cause}\``));
});

test("the README links to every page", () => {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  for (const name of conditionNames) assert.ok(readme.includes(`[\`${name}\`](docs/conditions/${name}.md)`), name);
});

test("every query on a page is about metrics that exist", () => {
  const known = new Set(catalogue.flatMap(({ name }) => ["", "_bucket", "_sum", "_count"].map((suffix) => `${name}${suffix}`)));
  for (const name of conditionNames) {
    const queries = bodyOf(pageText(name)).split("## PromQL")[1] ?? "";
    const used = queries.replace(/"[^"]*"/g, "").match(/\b(?:vrrp|vrrpwatch|keepalived)_[a-z_]+/g) ?? [];
    assert.ok(used.length > 0, `${name} has a query`);
    assert.deepEqual(
      used.filter((metric) => !known.has(metric)),
      [],
      name,
    );
  }
});

test("every link from a page to another file of the repository leads somewhere", () => {
  for (const name of ["README", ...conditionNames])
    for (const [, target = ""] of pageText(name).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g))
      assert.doesNotThrow(() => readFileSync(join(folder, target)), `${name}: ${target}`);
});

test("a new head leaves the hand-written part as it is", () => {
  const body = "## What it means\n\nText.";
  const page = pageOf("# old\n", body);
  assert.equal(bodyOf(page), body);
  assert.equal(bodyOf(pageOf("# new\n", bodyOf(page))), body);
});

test("a text without the marks of the generated part is all hand-written", () => {
  assert.equal(bodyOf("## What it means\n"), "## What it means");
});

test("a page without a hand-written part, or with other headings, is told", () => {
  assert.match(bodyProblem(bodyOf(pageOf("# head\n", ""))) ?? "", /no hand-written text/);
  assert.match(bodyProblem("## What it means\n\n## PromQL\n") ?? "", /must have the headings/);
});

test("the name of an alert is VRRP and the condition in camel case", () => {
  assert.equal(alertName("split_brain"), "VRRPSplitBrain");
  assert.equal(alertName("carp_vhid_conflict"), "VRRPCarpVhidConflict");
});
