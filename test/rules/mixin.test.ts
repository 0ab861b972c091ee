import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { root } from "../contract/repository.ts";
import { toolSkip } from "../helpers/tool-skip.ts";
import { rulesPath, textOf } from "./files.ts";

const skip = toolSkip("jsonnet");

interface Groups {
  readonly groups: readonly { readonly rules: readonly { readonly annotations?: { readonly runbook_url: string } }[] }[];
}

/** What the mixin makes of a field, with these settings. */
function evaluated<T>(field: string, config = "{}"): T {
  const source = `((import 'mixin/mixin.libsonnet') + { _config+:: ${config} }).${field}`;
  const { status, stdout, stderr } = spawnSync("jsonnet", ["-e", source], { cwd: root, encoding: "utf8", maxBuffer: 64 << 20 });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as T;
}

const rules = parse(textOf(rulesPath)) as Groups;
/** Each group is in one of the two, whichever has its kind. */
const groupsOf = (config?: string): unknown[] => [
  ...evaluated<Groups>("prometheusAlerts", config).groups,
  ...evaluated<Groups>("prometheusRules", config).groups,
];

test("the mixin has the rules of the file, and nothing else", { skip }, () => {
  assert.deepEqual(groupsOf(), rules.groups);
});

test("the mixin has every dashboard as it is committed", { skip }, () => {
  const dashboards = evaluated<Record<string, unknown>>("grafanaDashboards");
  const files = readdirSync(join(root, "dashboards")).filter((name) => name.endsWith(".json"));
  assert.deepEqual(Object.keys(dashboards).sort(), files.sort());
  for (const file of files) assert.deepEqual(dashboards[file], JSON.parse(textOf(`dashboards/${file}`)), file);
});

test("runbookBase of the mixin moves every runbook, and nothing else", { skip }, () => {
  const moved = structuredClone(rules.groups).map((group) => ({
    ...group,
    rules: group.rules.map((rule) =>
      rule.annotations === undefined
        ? rule
        : {
            ...rule,
            annotations: { ...rule.annotations, runbook_url: rule.annotations.runbook_url.replace(/^docs/, "http://lb1:10112/docs") },
          },
    ),
  }));
  assert.deepEqual(groupsOf("{ runbookBase: 'http://lb1:10112/docs/' }"), moved);
});
