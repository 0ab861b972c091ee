import assert from "node:assert/strict";
import { test } from "node:test";
import { createApp } from "../../src/http/app.ts";
import { EventStreams } from "../../src/http/event-streams.ts";
import { landingPage } from "../../src/http/landing-page.ts";
import type { ReloadAnswer } from "../../src/http/reload-route.ts";
import type { AgentView } from "../../src/metrics/agent-view.ts";
import { sampleStore } from "../helpers/silences.ts";
import { noon, sampleAgent, sampleSnapshot } from "../metrics/sample.ts";
import { sampleApp, sampleDeps } from "./harness.ts";

const problem = { file: "/c.yaml", line: 3, column: 9, path: "web.listen", message: "must be a list" };
const asJson = { accept: "application/json" };

function control(answer: ReloadAnswer | Error, asked: () => void = () => {}) {
  const deps = sampleDeps();
  const streams = new EventStreams(deps.events, { heartbeatMs: 60_000, maxStreams: 1 });
  const reload = async (): Promise<ReloadAnswer> => {
    asked();
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return createApp(deps, streams, null, {
    control: {
      silences: sampleStore("/nowhere").store,
      incidents: null,
      alerts: null,
      configuration: { reload },
    },
  });
}

const post = (app: ReturnType<typeof control>, headers: Record<string, string> = {}) =>
  app.inject({ method: "POST", url: "/-/reload", headers });

test("POST /-/reload answers what has changed, as text and as JSON", async () => {
  const app = control({ kind: "done", changed: ["log.level", "alerts.receivers"], atNextStart: ["web.listen"] });
  const text = await post(app);
  assert.equal(text.statusCode, 200);
  assert.equal(text.body, "changed: log.level, alerts.receivers\nat the next start: web.listen\n");
  assert.deepEqual((await post(app, asJson)).json(), { changed: ["log.level", "alerts.receivers"], at_next_start: ["web.listen"] });
  assert.equal((await post(control({ kind: "done", changed: [], atNextStart: [] }))).body, "nothing to change\n");
});

test("POST /-/reload of a file with problems is 400, with every one of them", async () => {
  const app = control({ kind: "refused", problems: [problem, { ...problem, file: null, line: null, column: null, path: "--listen" }] });
  const text = await post(app);
  assert.equal(text.statusCode, 400);
  assert.equal(
    text.body,
    "the configuration has 2 problems: the one before goes on\n/c.yaml:3:9 web.listen: must be a list\n--listen: must be a list\n",
  );
  const json = await post(app, asJson);
  assert.equal(json.statusCode, 400);
  const { error } = json.json();
  assert.deepEqual([error.code, error.problems[0]], ["configuration", problem]);
});

test("POST /-/reload while the agent stops is 503, and a fault of the agent 500", async () => {
  assert.equal((await post(control({ kind: "unavailable", message: "the agent is stopping" }))).statusCode, 503);
  const fault = await post(control(new Error("secret")));
  assert.equal(fault.statusCode, 500);
  assert.doesNotMatch(fault.body, /secret/);
});

test("/-/reload is asked by POST without a body, and is nowhere but on the control socket", async () => {
  let asked = 0;
  const app = control({ kind: "done", changed: [], atNextStart: [] }, () => {
    asked += 1;
  });
  assert.equal((await app.inject({ method: "GET", url: "/-/reload" })).statusCode, 405);
  const withBody = await app.inject({ method: "POST", url: "/-/reload", payload: {}, headers: { "content-type": "application/json" } });
  assert.equal(withBody.statusCode, 413);
  assert.equal((await sampleApp().inject({ method: "POST", url: "/-/reload" })).statusCode, 404);
  assert.equal(asked, 0);
});

const page = (configReload: AgentView["configReload"]): string =>
  [...landingPage(sampleSnapshot([]), sampleAgent({ configReload }), null)].map(({ text }) => text).join("");

test("the landing page and the status say that the file was not taken, and what waits for a restart, and not what stands in it", async () => {
  const good = { successful: true, lastSuccess: noon, problems: 0, atNextStart: [] };
  assert.doesNotMatch(page(good), /configuration/i);
  const bad = { ...good, successful: false, problems: 2, atNextStart: ["web.listen"] };
  assert.match(page(bad), /The configuration file has 2 problems\./);
  assert.match(page(bad), /Restart the agent.*web\.listen/);
  const { config } = (await sampleApp({ agent: sampleAgent({ configReload: bad }) }).inject({ url: "/api/v1/status" })).json();
  assert.deepEqual([config.last_reload_successful, config.problems, config.at_next_start], [false, 2, ["web.listen"]]);
});
