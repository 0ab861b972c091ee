import assert from "node:assert/strict";
import { test } from "node:test";
import { choices, offers } from "../lab/dashboards/choices.ts";
import { expectations, panelOf, UNSTATED } from "../lab/dashboards/expected.ts";
import { dashboardFiles, queriesOf } from "./files.ts";

const files = dashboardFiles();
const panels = new Set([...files].flatMap(([file, dashboard]) => queriesOf(file, dashboard).map(({ where }) => panelOf(where))));
const expected = new Set(expectations.map(({ panel }) => panel));

test("every query of every dashboard has a value to be held to in the lab, or a reason why not", () => {
  const unstated = Object.keys(UNSTATED);
  assert.ok(panels.size > 80);
  assert.deepEqual(
    [...panels].filter((panel) => !expected.has(panel) && !unstated.includes(panel)),
    [],
  );
  assert.deepEqual(
    unstated.filter((panel) => expected.has(panel)),
    [],
  );
});

test("what is expected and what is not are queries that there are", () => {
  for (const panel of [...expected, ...Object.keys(UNSTATED)]) assert.ok(panels.has(panel), panel);
});

test("every variable with a query is chosen in the lab, and its values are known", () => {
  const asking = [...files.values()].flatMap(({ templating: { list } }) => list.filter(({ type }) => type === "query"));
  assert.ok(asking.length > 10);
  // The runbooks are a target of links, where this machine's host name stands: no query asks for them.
  for (const { name, query = "" } of asking.filter((variable) => variable.name !== "runbooks")) {
    assert.ok(
      choices.some(({ choice }) => choice[name] !== undefined),
      name,
    );
    assert.ok(
      offers.some(({ variable, metric = "" }) => variable === name && query.includes(metric)),
      query,
    );
  }
});
