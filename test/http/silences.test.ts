import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { FastifyInstance } from "fastify";
import { createApp } from "../../src/http/app.ts";
import { EventStreams } from "../../src/http/event-streams.ts";
import { nodeSteps } from "../../src/lib/durable-file.ts";
import { MAX_SILENCES } from "../../src/silences/silence.ts";
import type { SilenceStore } from "../../src/silences/store.ts";
import { sampleSilence, sampleStore } from "../helpers/silences.ts";
import { temporaryFolder } from "../keepalived/notify/harness.ts";
import { noon, orphanRouter, sampleAgent, sampleRouter, sampleSnapshot } from "../metrics/sample.ts";
import { sampleApp, sampleDeps } from "./harness.ts";

const folder = temporaryFolder();
after(() => folder.remove());
let files = 0;

/** The application of the control socket, and the store behind it. */
function controlApp(options: Parameters<typeof sampleStore>[1] = {}): { app: FastifyInstance; store: SilenceStore } {
  files += 1;
  const { store } = sampleStore(folder.at(`${files}/silences.json`), options);
  const deps = sampleDeps({ silences: store });
  const streams = new EventStreams(deps.events, { heartbeatMs: 60_000, maxStreams: 2 });
  return { app: createApp(deps, streams, "mon1", { control: { silences: store, incidents: null, alerts: null } }), store };
}

const url = "/api/v1/silences";
const json = { "content-type": "application/json" };

test("a silence is made, listed on every listener, and removed", async () => {
  const { app, store } = controlApp();
  const made = await app.inject({ method: "POST", url, payload: { vrid: 51, vlan: 0, for: "2h", comment: "kernel" } });
  assert.equal(made.statusCode, 201);
  assert.equal(made.headers.location, "/api/v1/silences/00000001");
  const { silence, durable, not_durable_because: why } = made.json();
  assert.deepEqual([durable, why], [true, null]);
  assert.deepEqual(Object.keys(silence), [
    "id",
    "state",
    "source",
    "vlan",
    "vrid",
    "begins_at",
    "ends_at",
    "ends_by",
    "created_at",
    "created_by",
    "comment",
  ]);
  assert.deepEqual([silence.state, silence.vrid, silence.vlan, silence.ends_by], ["active", 51, 0, "length"]);
  for (const each of [app, sampleApp({ silences: store })]) assert.deepEqual((await each.inject({ url })).json(), { silences: [silence] });
  const removed = await app.inject({ method: "DELETE", url: `${url}/00000001` });
  assert.equal(removed.statusCode, 200);
  assert.deepEqual(removed.json(), { id: "00000001", durable: true, not_durable_because: null });
  assert.deepEqual((await app.inject({ url })).json(), { silences: [] });
  const again = await app.inject({ method: "DELETE", url: `${url}/00000001` });
  assert.equal(again.statusCode, 404);
  assert.equal(again.json().error.code, "not_found");
});

test("only the control socket changes silences", async () => {
  const app = sampleApp();
  const posted = await app.inject({ method: "POST", url, payload: { vrid: 51, for: "2h" } });
  assert.equal(posted.statusCode, 405);
  assert.equal(posted.headers.allow, "GET, HEAD");
  assert.equal((await app.inject({ method: "DELETE", url: `${url}/00000001` })).statusCode, 404);
});

test("the control socket serves what the other listeners serve, and refuses the same", async () => {
  const { app } = controlApp();
  for (const path of [
    "/",
    "/metrics",
    "/-/healthy",
    "/-/ready",
    "/api/v1/status",
    "/api/v1/virtual-routers",
    "/api/v1/conditions",
    "/api/v1/events",
  ])
    assert.equal((await app.inject({ url: path })).statusCode, 200, path);
  assert.equal((await app.inject({ method: "POST", url: "/metrics", payload: "x" })).statusCode, 405);
  assert.equal((await app.inject({ url: "/metrics", payload: "x" })).statusCode, 413);
  assert.equal((await app.inject({ method: "POST", url: "/nothing", payload: "x" })).statusCode, 404);
});

for (const [method, path, allow] of [
  ["PUT", url, "GET, HEAD, POST"],
  ["DELETE", url, "GET, HEAD, POST"],
  ["GET", `${url}/00000001`, "DELETE"],
  ["POST", `${url}/00000001`, "DELETE"],
] as const) {
  test(`${method} ${path} is refused with what is allowed`, async () => {
    const answer = await controlApp().app.inject({ method, url: path });
    assert.equal(answer.statusCode, 405);
    assert.equal(answer.headers.allow, allow);
    assert.equal(answer.json().error.code, "method_not_allowed");
  });
}

const hostile: readonly (readonly [
  name: string,
  payload: string | Buffer,
  headers: Record<string, string>,
  status: number,
  code: string,
])[] = [
  ["nothing", "", json, 400, "bad_request"],
  ["no JSON", "vrid=51", json, 400, "bad_request"],
  ["a form", "vrid=51", { "content-type": "application/x-www-form-urlencoded" }, 415, "unsupported_media_type"],
  ["no content-type", "{}", {}, 415, "unsupported_media_type"],
  ["half a body", '{"vrid":51', json, 400, "bad_request"],
  ["deep nesting", "[".repeat(8_000) + "]".repeat(8_000), json, 400, "bad_request"],
  ["deep nesting in a value", `{"vrid":${"[".repeat(8_000)}${"]".repeat(8_000)},"for":"1h"}`, json, 400, "bad_request"],
  ["NUL in a text", '{"vrid":51,"for":"1h","comment":"a\\u0000b"}', json, 400, "bad_request"],
  ["NUL bytes", Buffer.alloc(100), json, 400, "bad_request"],
  ["bytes that are not UTF-8", Buffer.from([0x22, 0xff, 0x22]), json, 400, "bad_request"],
  ["a wrong type", '{"vrid":"51","for":"1h"}', json, 400, "bad_request"],
  ["a prototype", '{"__proto__":{"vrid":51},"for":"1h"}', json, 400, "bad_request"],
  ["a number without end", `{"vrid":1${"0".repeat(400)},"for":"1h"}`, json, 400, "bad_request"],
  ["a body that is too large", `{"comment":"${"x".repeat(20_000)}"}`, json, 413, "body_too_large"],
  ["a million silences", JSON.stringify(Array.from({ length: 1_000_000 }, () => ({ vrid: 1, for: "1h" }))), json, 413, "body_too_large"],
];
for (const [name, payload, headers, status, code] of hostile) {
  test(`${name} is refused, and nothing is silenced`, async () => {
    const { app, store } = controlApp();
    const answer = await app.inject({ method: "POST", url, payload, headers });
    assert.equal(answer.statusCode, status);
    assert.equal(answer.json().error.code, code);
    assert.equal(answer.headers["content-type"], "application/json; charset=utf-8");
    if (status !== 400) assert.equal(answer.headers.connection, "close");
    assert.equal(store.all().length, 0);
    assert.equal((await app.inject({ method: "POST", url, payload: { vrid: 51, for: "2h" } })).statusCode, 201);
  });
}

test("a refusal names the key", async () => {
  const { error } = (await controlApp().app.inject({ method: "POST", url, payload: { vrid: 0, for: "1h" } })).json();
  assert.deepEqual(error, { code: "bad_request", message: "vrid must be a whole number from 1 to 255", key: "vrid" });
});

test("there are at most a thousand, and the answer says what to do", async () => {
  const { app, store } = controlApp();
  await Promise.all(
    Array.from({ length: MAX_SILENCES }, () =>
      app.inject({ method: "POST", url, payload: { vrid: 51, for: "2h", comment: "x".repeat(500) } }),
    ),
  );
  const answer = await app.inject({ method: "POST", url, payload: { vrid: 51, for: "2h" } });
  assert.equal(answer.statusCode, 409);
  assert.equal(answer.json().error.code, "too_many_silences");
  assert.equal(store.all().length, MAX_SILENCES);
});

test("a silence of the configuration is not removed by a request", async () => {
  const { app } = controlApp({ configured: [sampleSilence("config-0", noon, { source: "config" })] });
  const answer = await app.inject({ method: "DELETE", url: `${url}/config-0` });
  assert.equal(answer.statusCode, 409);
  assert.equal(answer.json().error.code, "configured");
});

test("an id made to disturb is not repeated", async () => {
  const answer = await controlApp().app.inject({ method: "DELETE", url: `${url}/%1b%5b2J` });
  assert.equal(answer.statusCode, 404);
  assert.ok(!answer.body.includes("2J"));
});

test("on a full disk a silence holds, and the answer says that a restart loses it", async () => {
  const full = { ...nodeSteps, writeNew: () => Promise.reject(Object.assign(new Error("full"), { code: "ENOSPC" })) };
  const { app, store } = controlApp({ steps: full });
  const answer = await app.inject({ method: "POST", url, payload: { vrid: 51, for: "2h" } });
  assert.equal(answer.statusCode, 201);
  assert.equal(answer.json().durable, false);
  assert.match(answer.json().not_durable_because, /no space is left/);
  assert.equal(store.active().length, 1);
});

const silenced = sampleAgent({ silences: { active: 2, storeFailures: 3, of: (id) => (id.vrid === 7 ? ["config-0", "3f9a12bc"] : []) } });

test("the conditions that hold say which silences fit them", async () => {
  const app = sampleApp({
    agent: silenced,
    snapshot: sampleSnapshot([sampleRouter(), orphanRouter({ vrid: 7 }), orphanRouter({ vrid: 8 })]),
  });
  const { conditions } = (await app.inject({ url: "/api/v1/conditions" })).json();
  assert.deepEqual(
    conditions.map((each: { vrid: number; silenced_by: string[] }) => [each.vrid, each.silenced_by]),
    [
      [7, ["config-0", "3f9a12bc"]],
      [8, []],
    ],
  );
  const router = (await app.inject({ url: "/api/v1/virtual-routers/eth0/ipv4/7" })).json();
  assert.deepEqual(router.silenced_by, ["config-0", "3f9a12bc"]);
  assert.deepEqual(router.active_conditions[0].silenced_by, ["config-0", "3f9a12bc"]);
  assert.deepEqual((await app.inject({ url: "/api/v1/virtual-routers/eth0/ipv4/51" })).json().silenced_by, []);
});

test("a silence leaves metrics as they are, and is counted in its own", async () => {
  const snapshot = sampleSnapshot([orphanRouter({ vrid: 7 })]);
  const text = async (agent: typeof silenced): Promise<string> => (await sampleApp({ agent, snapshot }).inject({ url: "/metrics" })).body;
  const [loud, quiet] = [await text(sampleAgent()), await text(silenced)];
  assert.match(quiet, /^vrrpwatch_silences_active 2$/m);
  assert.match(quiet, /^vrrpwatch_silence_store_failures_total 3$/m);
  const others = (body: string): string[] => body.split("\n").filter((line) => !line.includes("_silence"));
  assert.deepEqual(others(quiet), others(loud));
});

test("the landing page marks what is silenced", async () => {
  const snapshot = sampleSnapshot([sampleRouter(), orphanRouter({ vrid: 7 })]);
  const { body } = await sampleApp({ agent: silenced, snapshot }).inject({ url: "/" });
  assert.equal(body.split('title="Alerts are held back by config-0, 3f9a12bc">silenced<').length, 2);
});
