import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { dashboards } from "../../src/dashboards/index.ts";
import { dashboardNames } from "../../src/dashboards/names.ts";
import { root } from "../contract/repository.ts";
import { type DashboardFile, dashboardFiles, type Panel, queriesOf, type Variable } from "./files.ts";
import { concrete } from "./grafana.ts";
import { lintDashboard } from "./lint.ts";

const files = dashboardFiles();
const context = {
  uids: [...files.values()].map(({ uid }) => uid),
  runbooks: readdirSync(join(root, "docs/conditions")).map((name) => name.replace(/\.md$/, "")),
};

test("there is a file for each dashboard, and uids and titles are their own", () => {
  assert.deepEqual([...files.keys()].sort(), dashboardNames.map(({ file }) => `${file}.json`).sort());
  assert.deepEqual(new Set(context.uids), new Set(dashboardNames.map(({ uid }) => uid)));
  assert.equal(new Set([...files.values()].map(({ title }) => title)).size, dashboards.length);
});

for (const [file, dashboard] of files)
  test(`the linter finds nothing in ${file}`, () => {
    assert.ok(dashboard.panels.length > 10);
    assert.deepEqual(lintDashboard(file, dashboard, context), []);
  });

const overview = files.get("overview.json");
/** The first panel that is not a row, changed. */
function planted(change: (panel: Panel) => Partial<Panel>): DashboardFile {
  assert.ok(overview !== undefined);
  const at = overview.panels.findIndex(({ type }) => type !== "row");
  return { ...overview, panels: overview.panels.map((panel, index) => (index === at ? { ...panel, ...change(panel) } : panel)) };
}
const asking = (expr: string, legendFormat = ""): DashboardFile =>
  planted(({ targets = [] }) => ({ targets: targets.map((target) => ({ ...target, expr, legendFormat })) }));

/** The variable of this name with another query. */
function choosing(name: string, query: string): DashboardFile {
  assert.ok(overview !== undefined);
  const list = overview.templating.list.map((variable: Variable) => (variable.name === name ? { ...variable, query } : variable));
  return { ...overview, templating: { list } };
}

const violations: readonly (readonly [name: string, dashboard: DashboardFile, message: RegExp])[] = [
  ["no description", planted(() => ({ description: "" })), /has no description/],
  ["no unit", planted(() => ({ fieldConfig: { defaults: { thresholds: { steps: [{ value: null, color: "red" }] } } } })), /has no unit/],
  ["no thresholds", planted(() => ({ fieldConfig: { defaults: { unit: "s" } } })), /has no thresholds/],
  ["a title twice", planted(() => ({ title: "Who is master" })), /the title Who is master twice/],
  ["an id twice", planted(() => ({ id: 1 })), /the id 1 twice/],
  ["panels over each other", planted(() => ({ gridPos: { x: 2, y: 1, w: 6, h: 4 } })), /overlap/],
  ["a panel beyond the grid", planted(() => ({ gridPos: { x: 20, y: 1, w: 6, h: 4 } })), /not in the grid/],
  [
    "a data source of its own",
    planted(() => ({ datasource: { type: "prometheus", uid: "prod" } })),
    /does not use the variable datasource/,
  ],
  [
    "a query that is off",
    planted(({ targets = [] }) => ({ targets: targets.map((target) => ({ ...target, hide: true })) })),
    /hides a query/,
  ],
  [
    "a window that slides",
    planted(({ targets = [] }) => ({
      targets: targets.map((target) => ({
        ...target,
        instant: false,
        expr: 'max_over_time(vrrp_masters{instance=~"$instance"}[$__range])',
      })),
    })),
    /asks for the time range before each moment/,
  ],
  ["an unknown metric", asking('sum(vrrp_nonsense{instance=~"$instance"})'), /asks for vrrp_nonsense/],
  [
    "a histogram without a suffix",
    asking('vrrp_advert_lateness_ratio{instance=~"$instance"}'),
    /asks for vrrp_advert_lateness_ratio, which/,
  ],
  ["a label that is not there", asking('vrrp_masters{instance=~"$instance", sender="x"}'), /matches the label sender/],
  ["a grouping that is not there", asking('max by (sender) (vrrp_masters{instance=~"$instance"})'), /names the label sender/],
  ["a legend that is not there", asking('vrrp_masters{instance=~"$instance"}', "{{sender}}"), /names the label sender/],
  ["a choice ignored", asking("vrrp_masters"), /does not leave the choice of agents/],
  ["the processes of everybody", asking('process_open_fds{instance=~"$instance"}'), /shows process_open_fds of every target/],
  ["a choice of virtual routers ignored", asking('vrrp_masters{instance=~"$instance", vrid=~"$vrid"}'), /the choice of interface to/],
  [
    "a choice of keepalived's instances ignored",
    asking('keepalived_vrrp_state{instance=~"$instance", vrid=~"$vrid"}'),
    /the choice of interface to/,
  ],
  ["a choice that is no regular expression", asking('vrrp_masters{instance="$instance"}'), /does not match \$instance with =~/],
  ["values of no metric", choosing("vrid", "label_values(vrrp_nonsense, vrid)"), /the variable vrid asks for vrrp_nonsense/],
  ["values of a label that is not there", choosing("vrid", "label_values(vrrp_masters, segment)"), /takes the label segment/],
  ["values filtered by nothing", choosing("vrid", 'label_values(vrrp_masters{segment="x"}, vrid)'), /matches the label segment/],
  [
    "a variable that depends on a later one",
    choosing("segment", 'label_values(vrrp_virtual_router_info{vrid=~"$vrid"}, segment)'),
    /uses \$vrid, which is not before it/,
  ],
  ["values of something else", choosing("vrid", "query_result(vrrp_masters)"), /is no label_values/],
  ["an unknown variable", asking('vrrp_masters{instance=~"$instance", vrid="$router"}'), /has the variable \$router/],
  ["a link to nowhere", planted(() => ({ links: [{ title: "x", url: "/d/nowhere" }] })), /the dashboard nowhere/],
  [
    "a link out of sight",
    planted(() => ({ links: [{ title: "x", url: "/d/vrrpwatch-fleet", placement: "inControlsMenu" }] })),
    /the link x is in a menu/,
  ],
  ["a link to no runbook", planted(() => ({ links: [{ title: "x", url: `\${runbooks:raw}/nothing.md` }] })), /the runbook nothing/],
];

for (const [name, dashboard, message] of violations)
  test(`a planted violation is caught: ${name}`, () => {
    assert.match(lintDashboard("overview.json", dashboard, context).join("\n"), message);
  });

const promtool = spawnSync("promtool", ["--version"]).error === undefined;

/** What promtool says of expressions, each a rule of its own. */
function checked(expressions: readonly string[]): { status: number | null; output: string } {
  const folder = mkdtempSync(join(tmpdir(), "dashboards-"));
  try {
    const rules = expressions.map((expr, index) => ({ record: `dashboard:query:${index}`, expr }));
    const file = join(folder, "rules.yml");
    writeFileSync(file, JSON.stringify({ groups: [{ name: "queries", rules }] }));
    const { status, stdout, stderr } = spawnSync("promtool", ["check", "rules", "--lint=none", file], { encoding: "utf8" });
    return { status, output: stdout + stderr };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("promtool parses every expression of every dashboard", { skip: promtool ? false : "missing: promtool" }, () => {
  const expressions = [...files]
    .flatMap(([file, dashboard]) => queriesOf(file, dashboard))
    .map(({ expr }) => concrete(expr, { rate: "1m", range: "1h" }));
  assert.ok(expressions.length > 100);
  const { status, output } = checked(expressions);
  assert.equal(status, 0, output);
  assert.match(output, new RegExp(`${expressions.length} rules found`));
});

test("promtool refuses an expression that is none", { skip: promtool ? false : "missing: promtool" }, () => {
  assert.notEqual(checked(["max by (vrid (vrrp_masters)"]).status, 0);
});
