import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { conditionNames } from "../../src/core/events.ts";
import { catalogue } from "../../src/metrics/index.ts";
import { root } from "../contract/repository.ts";

/** Names that dashboards of other exporters ask for and that the agent has, with the labels that they rely on. Never shortened. */
const SUPPORTED: Readonly<Record<string, readonly string[]>> = {
  keepalived_up: [],
  keepalived_vrrp_state: ["iname", "intf", "vrid", "ip_address"],
  keepalived_advertisements_received_total: ["iname", "intf", "vrid"],
  keepalived_advertisements_sent_total: ["iname", "intf", "vrid"],
  keepalived_become_master_total: ["iname", "intf", "vrid"],
  keepalived_release_master_total: ["iname", "intf", "vrid"],
  keepalived_priority_zero_received_total: ["iname", "intf", "vrid"],
  keepalived_priority_zero_sent_total: ["iname", "intf", "vrid"],
};

const page = readFileSync(join(root, "docs/grafana/migration.md"), "utf8");
const [, supported = "", ...others] = page.split(/^## /m);

/** The names in the first column of the tables of a section. */
const firstColumn = (text: string): string[] => [...text.matchAll(/^\| `(\w+)` \|/gm)].map(([, name = ""]) => name);
const unsupported = others.flatMap(firstColumn);

test("the agent has every series that keeps its name, with the labels that panels rely on", () => {
  for (const [name, labels] of Object.entries(SUPPORTED))
    assert.deepEqual(
      catalogue.find((metric) => metric.name === name)?.labels.map((label) => label.name),
      labels,
      name,
    );
});

test("the page lists the series that keep their names, and no others", () => {
  assert.deepEqual(firstColumn(supported).sort(), Object.keys(SUPPORTED).sort());
});

test("what the page lists as not there is not there, and each has what to use or why not", () => {
  assert.ok(unsupported.length >= 38);
  assert.equal(new Set(unsupported).size, unsupported.length);
  for (const name of unsupported) assert.ok(!catalogue.some((metric) => metric.name === name), name);
  for (const row of others.join("").match(/^\| `.*$/gm) ?? []) assert.match(row, / \| (?:`|nothing|the same)[^|]*\|$/, row);
});

test("what the page recommends is there, with the values that it names", () => {
  for (const [, name = "", label, value] of page.matchAll(/`(vrrp\w*)(?:\{(\w+)="(\w+)"\})?`/g)) {
    const metric = catalogue.find((candidate) => candidate.name === name);
    assert.ok(metric !== undefined, name);
    if (label === undefined) continue;
    const values = metric.labels.find((candidate) => candidate.name === label)?.values;
    assert.ok(values?.includes(value ?? ""), `${name} ${label} ${value}`);
  }
  const named: readonly string[] = [...page.matchAll(/`([a-z]+_(?:mismatch|violation))`/g)].map(([, name = ""]) => name);
  assert.ok(named.length >= 4);
  for (const name of named) assert.ok((conditionNames as readonly string[]).includes(name), name);
});
