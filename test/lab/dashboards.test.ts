import assert from "node:assert/strict";
import test, { after, before, describe } from "node:test";
import { dashboardFiles, queriesOf } from "../dashboards/files.ts";
import { concrete, labelValues, legendOf } from "../dashboards/grafana.ts";
import { type Chosen, choices, offers } from "./dashboards/choices.ts";
import type { Expectation } from "./dashboards/expectation.ts";
import { expectations, panelOf } from "./dashboards/expected.ts";
import { fits, type Labels, Truth } from "./dashboards/moments.ts";
import { Play, type Played } from "./dashboards/play.ts";
import { createStage, type Stage } from "./dashboards/stage.ts";
import { type Prometheus, prometheusEngine, type Series, victoriaEngine } from "./framework/prometheus.ts";
import { labSkip } from "./framework/requirements.ts";

/** Queries that have no result in the whole run, by where they are, and why. One that has a result after all fails the test. */
const EMPTY: Readonly<Record<string, string>> = {
  "agent-health.json: Web configuration: A": "no agent has a web configuration",
  "agent-health.json: Certificates: A": "no agent has a certificate",
  "agent-health.json: Certificates: B": "no agent has a certificate",
  "agent-health.json: Certificates: C": "no agent has a web configuration",
};

/** Queries that are 0 in the whole run, and why. One that is something else after all fails the test. */
const ZERO: Readonly<Record<string, string>> = {
  "agent-health.json: Alerts left out: A": "one notification would have to have more alerts than max_alerts",
  "agent-health.json: Alerts left out: B": "thousands of alerts would have to fire",
  "agent-health.json: Evictions: A": "a table would have to be full: conditions-many does that, for minutes",
  "agent-health.json: Refused requests and connections: A": "nobody asks too much or for what is kept from them",
  "agent-health.json: Versions: D": "the configuration file of no agent is changed",
  "agent-health.json: What the disk refused: A": "needs a disk that refuses",
  "agent-health.json: What the disk refused: B": "needs a disk that refuses",
  "agent-health.json: What the disk refused: C": "needs a disk that refuses",
  "fleet.json: Notify FIFO not open: A": "the agent would have to be refused its FIFO beside a keepalived that runs",
  "virtual-router.json: Duplicate address detection: A": "keepalived adds its addresses without the detection",
};

/** The same for what a busy machine may bring about at any time. */
const ZERO_BUT_FOR_CHANCE: Readonly<Record<string, string>> = {
  "agent-health.json: Dropped frames: A": "the agent would have to be slower than the wire",
  "agent-health.json: Late inputs: A": "a frame would have to wait longer than the agent allows for",
};

const skip = labSkip("keepalived", "nft", "tcpdump", "prometheus", "cc");
const victoriaSkip = labSkip(victoriaEngine.program);
const engines = [prometheusEngine, ...(victoriaSkip === false ? [victoriaEngine] : [])];
const files = dashboardFiles();
const queries = [...files].flatMap(([file, dashboard]) => queriesOf(file, dashboard));

/** A run in which everything happens that a dashboard shows, scraped every second by a real Prometheus. */
describe("the queries of the dashboards", { skip }, () => {
  let stage: Stage;
  let played: Played;
  /** Seconds since the epoch. */
  let ended = Number.NaN;

  before(async () => {
    stage = await createStage(engines);
    played = await new Play(stage).run();
    ended = Date.now() / 1_000;
  });
  after(() => stage?.trio.lab.close());

  /** What has scraped all of the run. */
  function witness(program: string): Prometheus {
    const of = stage.engines[engines.findIndex((engine) => engine.program === program)];
    assert.ok(of !== undefined);
    return of;
  }
  const ranges = ({ startedAt }: Prometheus): { rate: string; range: string } => ({
    rate: "20s",
    range: `${Math.ceil(ended - startedAt)}s`,
  });

  for (const { program } of [prometheusEngine, victoriaEngine]) {
    const options = { skip: program === victoriaEngine.program && victoriaSkip };

    for (const [file, dashboard] of files)
      test(`${program}: each query of ${file} returns something in the run, and something else than 0`, options, async (t) => {
        const of = witness(program);
        const own = queriesOf(file, dashboard);
        const series = await of.over(
          own.map(({ expr }) => concrete(expr, ranges(of))),
          ended,
        );
        const values = series.map((each) => each.flatMap((one) => one.values));
        t.diagnostic(`${own.length} queries, ${values.flat().length} values in ${ranges(of).range}`);
        const which = (is: (values: readonly number[]) => boolean): string[] =>
          own.filter((_, index) => is(values[index] ?? [])).map(({ where }) => where);
        const excused = (list: Readonly<Record<string, string>>): string[] =>
          Object.keys(list).filter((where) => where.startsWith(`${file}: `));
        assert.deepEqual(which(({ length }) => length === 0).sort(), excused(EMPTY).sort());
        const chance = excused(ZERO_BUT_FOR_CHANCE);
        const zero = which((found) => found.length > 0 && found.every((value) => value === 0));
        assert.deepEqual(zero.filter((where) => !chance.includes(where)).sort(), excused(ZERO).sort());
        // The same VRID is there untagged and in two VLANs: whoever reads a panel has to be able to tell them apart.
        const alike = own.flatMap(({ where, legend }, index) => {
          const legends = (legend === "" ? [] : (series[index] ?? [])).map(({ labels }) => legendOf(legend, labels));
          return legends.filter((text, at) => legends.indexOf(text) !== at).map((text) => `${where}: ${text}`);
        });
        assert.deepEqual(alike, []);
      });

    test(`${program}: the queries return what was there to be seen`, options, async (t) => {
      const { moments, notes } = played;
      const asked = expectations.flatMap((expectation) =>
        queries.filter(({ where }) => panelOf(where) === expectation.panel).map((query) => ({ ...query, expectation })),
      );
      const found = await witness(program).at(
        asked.map(({ expr, expectation: { at: moment, over } }) => {
          const { at } = moments[moment];
          const since = `${Math.max(5_000, Math.round((at - moments.steady.at) * 1_000))}ms`;
          return { expression: concrete(expr, { rate: over ?? since, range: since }), at };
        }),
      );
      const wrong = asked.flatMap(({ where, expectation }, index) =>
        differences(expectation, new Truth(moments.steady, moments[expectation.at], notes), found[index] ?? []).map(
          (problem) => `${where}, ${expectation.at} ${JSON.stringify(expectation.of)}: ${problem}`,
        ),
      );
      t.diagnostic(`${expectations.length} facts, ${asked.length} answers`);
      assert.deepEqual(wrong, []);
    });

    test(`${program}: what is chosen is shown, and nothing else`, options, async (t) => {
      const of = witness(program);
      const evaluate = (choice: Chosen["choice"]): Promise<Series[][]> =>
        of.over(
          queries.map(({ expr }) => concrete(expr, ranges(of), choice)),
          ended,
          5,
        );
      const everything = await evaluate({});
      const problems: string[] = [];
      for (const { name, choice, only } of choices) {
        const allowed = ({ labels }: Series): boolean =>
          Object.entries(only).every(([label, values]) => labels[label] === undefined || values.includes(labels[label]));
        const shown = await evaluate(choice);
        for (const [index, { where }] of queries.entries()) {
          const others = (shown[index] ?? []).filter((series) => !allowed(series));
          for (const { labels } of others) problems.push(`${name}: ${where} shows ${JSON.stringify(labels)}`);
          const names = (series: Series): boolean => Object.keys(only).some((label) => label in series.labels);
          const wanted = (everything[index] ?? []).filter((series) => names(series) && allowed(series));
          if (wanted.length > 0 && shown[index]?.length === 0) problems.push(`${name}: ${where} shows nothing`);
        }
        t.diagnostic(`${name}: ${shown.flat().length} series of ${everything.flat().length}`);
      }
      assert.deepEqual(problems, []);
    });

    test(`${program}: the variables offer what there is to choose`, options, async () => {
      const variables = [...files].flatMap(([file, { templating }]) => templating.list.map((variable) => ({ file, ...variable })));
      for (const { variable, metric = "", choice, values } of offers) {
        const own = variables.filter(({ name, query = "" }) => name === variable && query.includes(metric));
        assert.ok(own.length > 0, variable);
        for (const { file, query = "" } of own) {
          const asked = labelValues(query);
          assert.ok(asked !== null);
          const offered = await witness(program).labelValues(asked.label, concrete(asked.series, { rate: "", range: "" }, choice));
          assert.deepEqual([...offered].sort(), [...values].sort(), `${file}: ${variable} at ${JSON.stringify(choice)}`);
        }
      }
    });
  }

  test("what is excused is a query of a dashboard", () => {
    const all = queries.map(({ where }) => where);
    for (const where of [EMPTY, ZERO, ZERO_BUT_FOR_CHANCE].flatMap((list) => Object.keys(list))) assert.ok(all.includes(where), where);
  });
});

/** What a query returned otherwise than it should. */
function differences({ of, by, is }: Expectation, truth: Truth, series: readonly Series[]): string[] {
  const name = (labels: Labels): string =>
    by
      .map((label) => (labels[label] ?? "").trim())
      .filter((text) => text !== "")
      .join(" ");
  const problems: string[] = [];
  const found = new Map<string, number>();
  for (const { labels, values } of series) {
    if (!fits(labels, of)) continue;
    if (found.has(name(labels))) problems.push(`has several series for "${name(labels)}"`);
    found.set(name(labels), values[0] ?? Number.NaN);
  }
  const expected = is(truth);
  for (const [key, value] of Object.entries(expected)) {
    const [least, most] = typeof value === "number" ? [value, value] : value;
    const actual = found.get(key);
    if (actual === undefined || !(actual >= least && actual <= most))
      problems.push(`has ${actual} for "${key}", not ${least === most ? least : `${least} to ${most}`}`);
  }
  for (const [key, value] of found) if (!(key in expected)) problems.push(`has ${value} for "${key}", which should not be there`);
  return problems;
}
