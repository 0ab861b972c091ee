import assert from "node:assert/strict";
import { test } from "node:test";
import { catalogue } from "../../src/metrics/index.ts";
import { metricsReference } from "../../src/metrics/reference.ts";

test("no two metrics have one name", () => {
  assert.equal(new Set(catalogue.map(({ name }) => name)).size, catalogue.length);
});

test("a counter, and nothing else, ends in _total, and an info in _info", () => {
  for (const { name, type } of catalogue) {
    assert.equal(name.endsWith("_total"), type === "counter", name);
    assert.equal(name.endsWith("_info"), type === "info", name);
  }
});

test("every name has a prefix that says whose fact it is", () => {
  for (const { name } of catalogue) assert.match(name, /^(vrrp|keepalived|vrrpwatch)_[a-z0-9_]+$/);
});

test("no counter has a state among its labels", () => {
  for (const { name, type, labels } of catalogue) {
    if (type === "counter") assert.ok(!labels.some((label) => label.name === "state"), name);
  }
});

test("the reference names every metric with its help, and the closed values of its labels", () => {
  const text = metricsReference();
  for (const { name, help, labels } of catalogue) {
    assert.ok(text.includes(`| \`${name}\` |`), name);
    assert.ok(text.includes(help), help);
    for (const value of labels.flatMap((label) => label.values ?? [])) assert.ok(text.includes(`\`${value}\``), value);
  }
});
