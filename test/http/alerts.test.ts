import assert from "node:assert/strict";
import { test } from "node:test";
import type { FastifyInstance } from "fastify";
import type { AlertControl, CommandOutcome } from "../../src/alerts/control.ts";
import { createApp } from "../../src/http/app.ts";
import { EventStreams } from "../../src/http/event-streams.ts";
import { sampleApp, sampleDeps } from "./harness.ts";

const url = "/api/v1/alerts";
const listed = { firing: [], waiting: [], dead: [{ id: "0042-x", receiver: "oncall" }], durable: true, problem: null };

interface Control {
  readonly app: FastifyInstance;
  /** What the alerts were asked to do, such as `retry 0042-x`. */
  readonly asked: string[];
}

function controlApp(outcome: CommandOutcome = "done"): Control {
  const asked: string[] = [];
  const answer = (command: string) => async (id: string) => {
    asked.push(`${command} ${id}`);
    return outcome;
  };
  const alerts: AlertControl = { list: async () => listed, retry: answer("retry"), drop: answer("drop") };
  return { app: appOf(alerts), asked };
}

function appOf(alerts: AlertControl | null): FastifyInstance {
  const deps = sampleDeps();
  const streams = new EventStreams(deps.events, { heartbeatMs: 60_000, maxStreams: 2 });
  const silences = { wall: deps.silences.wall, add: () => Promise.reject(new Error()), remove: () => Promise.reject(new Error()) };
  return createApp(deps, streams, "mon1", { control: { silences, incidents: null, alerts } });
}

test("the control socket lists what fires, what waits and what is dead", async () => {
  const answer = await controlApp().app.inject({ url });
  assert.equal(answer.statusCode, 200);
  assert.equal(answer.headers["content-type"], "application/json; charset=utf-8");
  assert.deepEqual(answer.json(), listed);
});

test("a dead delivery is put back into its queue", async () => {
  const { app, asked } = controlApp();
  const answer = await app.inject({ method: "POST", url: `${url}/0042-x/retry` });
  assert.equal(answer.statusCode, 200);
  assert.deepEqual(answer.json(), { id: "0042-x", outcome: "queued" });
  assert.deepEqual(asked, ["retry 0042-x"]);
});

test("a delivery is given up", async () => {
  const { app, asked } = controlApp();
  const answer = await app.inject({ method: "DELETE", url: `${url}/0042-x` });
  assert.equal(answer.statusCode, 200);
  assert.deepEqual(answer.json(), { id: "0042-x", outcome: "dropped" });
  assert.deepEqual(asked, ["drop 0042-x"]);
});

const commands = [
  { method: "POST", path: (id: string) => `${url}/${id}/retry` },
  { method: "DELETE", path: (id: string) => `${url}/${id}` },
] as const;

for (const { method, path } of commands) {
  test(`${method} on a delivery that does not exist is told where those that do are listed`, async () => {
    const answer = await controlApp("unknown").app.inject({ method, url: path("0042-x") });
    assert.equal(answer.statusCode, 404);
    const { error } = answer.json();
    assert.equal(error.code, "not_found");
    assert.match(error.message, /no delivery 0042-x \(any more\); \/api\/v1\/alerts lists/);
  });

  test(`${method} on a delivery that is not dead is a conflict`, async () => {
    const answer = await controlApp("not_dead").app.inject({ method, url: path("0042-x") });
    assert.equal(answer.statusCode, 409);
    assert.equal(answer.json().error.code, "not_dead");
  });

  for (const id of ["..%2f..%2fetc", "%1b%5b2J", "a%20b", "a.b", "%00", "a%0a", "é", "x".repeat(101), "x".repeat(300)]) {
    test(`${method} does not take ${JSON.stringify(id.slice(0, 20))} (${id.length} characters) for an id, and does not repeat it`, async () => {
      const { app, asked } = controlApp();
      const answer = await app.inject({ method, url: path(id) });
      assert.equal(answer.statusCode, id.length > 256 ? 414 : 404);
      assert.deepEqual(asked, []);
      assert.ok(!answer.body.includes(decodeURIComponent(id)));
    });
  }

  test(`${method} takes an id of a hundred characters`, async () => {
    const { app, asked } = controlApp();
    assert.equal((await app.inject({ method, url: path("x".repeat(100)) })).statusCode, 200);
    assert.equal(asked.length, 1);
  });
}

test("a retry has no use for a body", async () => {
  const { app, asked } = controlApp();
  const answer = await app.inject({ method: "POST", url: `${url}/0042-x/retry`, payload: { force: true } });
  assert.equal(answer.statusCode, 413);
  assert.equal(answer.json().error.code, "body_not_accepted");
  assert.deepEqual(asked, []);
});

for (const [method, path, allow] of [
  ["DELETE", url, "GET, HEAD"],
  ["POST", url, "GET, HEAD"],
  ["GET", `${url}/0042-x`, "DELETE"],
  ["GET", `${url}/0042-x/retry`, "POST"],
] as const) {
  test(`${method} ${path} is refused with what is allowed`, async () => {
    const { app, asked } = controlApp();
    const answer = await app.inject({ method, url: path });
    assert.equal(answer.statusCode, 405);
    assert.equal(answer.headers.allow, allow);
    assert.deepEqual(asked, []);
  });
}

const requests = [
  { method: "GET", url },
  { method: "POST", url: `${url}/0042-x/retry` },
  { method: "DELETE", url: `${url}/0042-x` },
] as const;

for (const request of requests) {
  test(`${request.method} ${request.url} does not exist on the other listeners`, async () => {
    const answer = await sampleApp().inject(request);
    assert.equal(answer.statusCode, 404);
    assert.match(answer.json().error.message, /nothing at this path/);
  });

  test(`${request.method} ${request.url} does not exist where nobody is told of anything`, async () => {
    const answer = await appOf(null).inject(request);
    assert.equal(answer.statusCode, 404);
    assert.match(answer.json().error.message, /nothing at this path/);
  });
}
