import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { catalogue } from "../../src/metrics/index.ts";
import { toolSkip } from "../helpers/tool-skip.ts";
import { panelOf } from "../lab/dashboards/expected.ts";
import { dashboardFiles, queriesOf } from "./files.ts";
import { concrete } from "./grafana.ts";
import { agentSeries, foreignSeries, type InputSeries } from "./world.ts";

const skip = toolSkip("promtool");
const instances = ["a", "b"];
const FOREIGN = "foreign";
const foreign = foreignSeries({ job: "other", instance: FOREIGN });
const agents = (more: Readonly<Record<string, string>>): InputSeries[] =>
  instances.flatMap((instance) => agentSeries({ job: "vrrp", instance, ...more }));
const SITES = ["north", "south"];
const twoSites = SITES.flatMap((site) => agents({ site }));
/** The same agents by two replicas of Prometheus, or in a pod and the one after it. */
const twice = SITES.flatMap((site) => ["x", "y"].flatMap((pod) => agents({ site, pod })));

const queries = [...dashboardFiles()].flatMap(([file, dashboard]) =>
  queriesOf(file, dashboard).map(({ where, expr }) => ({ where, expr: concrete(expr, { rate: "1m", range: "5m" }) })),
);

/** How many values a label of a metric has, of which the world has each. */
function valuesOf(metric: string, label: string): number {
  const values = catalogue.find(({ name }) => name === metric)?.labels.find(({ name }) => name === label)?.values ?? [];
  assert.ok(values.length > 1, `${metric} has no list of values of ${label}`);
  return values.length;
}

const conditions = valuesOf("vrrp_condition_active", "condition");
const reasons = valuesOf("vrrp_master_transitions_total", "reason");
/** Counters grow by one every 15 s. */
const [IN_A_MINUTE, IN_FIVE] = [4, 20];
const BUCKETS = 3;

/** Queries that add up over everything that is chosen, and what comes of each site. */
const OF_ALL: Readonly<Record<string, number>> = {
  "Known virtual routers: A": 1,
  "Without a master: A": 0,
  "With more than one master: A": 0,
  "Conditions that hold: A": conditions,
  "Changes of master: A": reasons * IN_FIVE,
  "Agents: A": instances.length,
  "Changes of master by reason: A": reasons * IN_A_MINUTE,
  "Lateness of adverts: A": BUCKETS * IN_A_MINUTE,
  "Conditions raised: A": conditions * IN_A_MINUTE,
  "Notify FIFO not open: A": 0,
  "keepalived.conf not readable: A": 0,
};

interface Case {
  readonly expr: string;
  /** The value of its one series without labels; null: there is none. */
  readonly is: number | null;
}

/** What promtool has to say of these expressions after 5 min. */
function judged(series: readonly InputSeries[], cases: readonly Case[]): { status: number | null; output: string } {
  const folder = mkdtempSync(join(tmpdir(), "vrrpwatch-dashboards-"));
  try {
    const file = join(folder, "dashboards.test.yml");
    const asked = cases.map(({ expr, is }) => ({ expr, eval_time: "5m", exp_samples: is === null ? [] : [{ labels: "{}", value: is }] }));
    // JSON is YAML.
    writeFileSync(file, JSON.stringify({ tests: [{ interval: "15s", input_series: series, promql_expr_test: asked }] }));
    const { status, stdout, stderr } = spawnSync("promtool", ["test", "rules", file], { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
    return { status, output: stdout + stderr };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function holds(series: readonly InputSeries[], cases: readonly Case[]): void {
  assert.ok(cases.length > 0);
  const { status, output } = judged(series, cases);
  assert.equal(status, 0, output.slice(0, 10_000));
}

const shows = ({ expr }: { readonly expr: string }): Case => ({ expr: `count(${expr}) > bool 0`, is: 1 });

test("every query answers for two sites whose hosts have the same names", { skip }, () => {
  holds(twoSites, queries.map(shows));
});

test("every query answers where each agent is there twice", { skip }, () => {
  holds(twice, queries.map(shows));
});

test("every query tells the sites apart, but for those that add up over all", { skip }, () => {
  holds(
    twoSites,
    queries.map(({ where, expr }) => ({
      expr: `count(count by (site) (${expr}))`,
      is: OF_ALL[panelOf(where)] === undefined ? 2 : 1,
    })),
  );
});

test("queries that add up over all count each site, and nothing twice", { skip }, () => {
  const added = queries.filter(({ where }) => OF_ALL[panelOf(where)] !== undefined);
  assert.equal(added.length, Object.keys(OF_ALL).length);
  const cases = added.map(({ where, expr }) => ({ expr: `round(sum(${expr}))`, is: SITES.length * (OF_ALL[panelOf(where)] ?? 0) }));
  for (const series of [twoSites, twice]) holds(series, cases);
});

test("no query shows what is no agent's", { skip }, () => {
  holds(
    [...twoSites, ...foreign],
    queries.map(({ expr }) => ({ expr: `(${expr}) and on (instance) up{instance="${FOREIGN}"}`, is: null })),
  );
});

test("a query that joins with what is there twice is found", { skip }, () => {
  const { status, output } = judged(twice, [
    { expr: "count(vrrp_masters * on (instance) group_left (segment) vrrp_virtual_router_info)", is: 1 },
  ]);
  assert.notEqual(status, 0);
  assert.match(output, /many-to-many|duplicate/);
});
