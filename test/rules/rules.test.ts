import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { alertName } from "../../src/core/conditions/alert-name.ts";
import { detectors } from "../../src/core/detectors/index.ts";
import { conditionNames } from "../../src/core/events.ts";
import { catalogue } from "../../src/metrics/index.ts";
import { conditionTests } from "../../src/rules/condition-tests.ts";
import { alertRules, ruleGroups } from "../../src/rules/index.ts";
import { rulesFile } from "../../src/rules/render.ts";
import { isAlert } from "../../src/rules/rule.ts";
import { root } from "../contract/repository.ts";
import { rulesPath, testPaths, textOf } from "./files.ts";

const rules = ruleGroups.flatMap((group) => group.rules);

test("the committed rules and the tests of the conditions are what the source declares", () => {
  assert.equal(textOf(rulesPath), rulesFile());
  assert.equal(textOf("alerts/tests/conditions.test.yml"), conditionTests());
});

test("every condition has one rule, with the severity of its detector and its page as runbook", () => {
  const ofConditions = alertRules.filter(({ runbook }) => runbook.startsWith("docs/conditions/"));
  assert.deepEqual(ofConditions.map(({ alert }) => alert).sort(), conditionNames.map(alertName).sort());
  for (const { id, severity } of detectors) {
    const [rule, ...others] = alertRules.filter(({ alert }) => alert === alertName(id));
    assert.equal(others.length, 0);
    assert.equal(rule?.severity, severity);
    assert.equal(rule?.runbook, `docs/conditions/${id}.md`);
    assert.ok(rule.expr.includes(`{condition="${id}"}`), id);
  }
});

test("no two rules have one name", () => {
  const names = rules.map((rule) => (isAlert(rule) ? rule.alert : rule.record));
  assert.deepEqual([...new Set(names)], names);
});

test("every alert says in short and at length what is wrong, with what it is about", () => {
  for (const { alert, summary, description } of alertRules) {
    assert.match(summary, /\{\{ .*\$labels\.\w+/, `${alert}: summary`);
    assert.match(description, /\{\{ .*\$(value|labels)/, `${alert}: description`);
  }
});

test("every runbook is a page that is there, and every heading of the alerts' page is an alert", () => {
  const headings = [...textOf("docs/prometheus/alerts.md").matchAll(/^## (VRRP\w+)$/gm)].map(([, name]) => name);
  const own: string[] = [];
  for (const { alert, runbook } of alertRules) {
    const [page = "", anchor] = runbook.split("#");
    assert.ok(existsSync(path.join(root, page)), `${alert}: ${page}`);
    if (anchor === undefined) continue;
    assert.equal(anchor, alert.toLowerCase());
    own.push(alert);
  }
  assert.deepEqual(headings.sort(), own.sort());
});

/** Names of series in an expression or a template: what is quoted is the value of a label. */
function seriesIn(text: string): string[] {
  return text.replace(/"[^"]*"/g, "").match(/(?<![\w:])(?:\w+:)?(?:vrrp|vrrpwatch|keepalived)_\w+(?::\w+)?|\w+:up:\w+/g) ?? [];
}

test("every series that a rule reads is in the catalogue of metrics, or recorded by a rule", () => {
  const known = new Set([...catalogue.map(({ name }) => name), ...rules.flatMap((rule) => (isAlert(rule) ? [] : [rule.record]))]);
  for (const rule of rules) {
    const name = isAlert(rule) ? rule.alert : rule.record;
    const read = seriesIn(rule.expr);
    assert.ok(read.length > 0, name);
    assert.deepEqual(
      read.filter((series) => !known.has(series)),
      [],
      name,
    );
  }
});

test("every recorded series is read by a rule", () => {
  const read = new Set(rules.flatMap(({ expr }) => seriesIn(expr)));
  assert.deepEqual(
    rules.flatMap((rule) => (isAlert(rule) || read.has(rule.record) ? [] : [rule.record])),
    [],
  );
});

test("every alert has a test that it fires, that it does not, that it resolves, and of its boundary; no test is of another", () => {
  const kinds = ["boundary", "does not fire", "fires", "resolves"];
  const tested = new Map<string, Set<string>>();
  for (const file of testPaths)
    for (const [, name = ""] of textOf(file).matchAll(/^ {2}- name: "(.*)"$/gm)) {
      const [, alert = "", kind = ""] = /^(VRRP\w+) (fires|does not fire|resolves|boundary): ./.exec(name) ?? [];
      assert.notEqual(alert, "", `${file}: ${name}`);
      tested.set(alert, (tested.get(alert) ?? new Set()).add(kind));
    }
  assert.deepEqual([...tested.keys()].sort(), alertRules.map(({ alert }) => alert).sort());
  for (const [alert, has] of tested) assert.deepEqual([...has].sort(), kinds, alert);
});

test("the texts of every alert are expanded by one of its tests", () => {
  const expanded = testPaths.flatMap((file) => [...textOf(file).matchAll(/^ +alertname: (VRRP\w+)\n +exp_alerts:\n +- exp_labels/gm)]);
  assert.deepEqual([...new Set(expanded.map(([, name]) => name))].sort(), alertRules.map(({ alert }) => alert).sort());
});
