import assert from "node:assert/strict";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type FastifyInstance, fastify } from "fastify";
import { addIncidentRoutes } from "../../src/http/incidents-routes.ts";
import { RequestError } from "../../src/http/request-error.ts";
import type { IncidentRecorder } from "../../src/incidents/recorder.ts";
import { createCaptureParser } from "../../src/wire/pcap/parser.ts";
import { at, cleared, hear, makeRecorder, pass, raised, routerId, temporary } from "../incidents/harness.ts";

interface Setup {
  readonly app: FastifyInstance;
  readonly directory: string;
  readonly recorder: IncidentRecorder;
  readonly ids: readonly string[];
}

/** A closed incident and an open one, which is the newer. */
async function setUp(t: TestContext): Promise<Setup> {
  const { directory, recorder } = makeRecorder(temporary(t));
  await recorder.start(at(0).wall);
  for (let s = 0; s < 10; s++) hear(recorder, s);
  recorder.event(raised(10));
  recorder.event(cleared(11));
  await pass(recorder, 11, 60);
  recorder.event(raised(61, routerId(7)));
  await pass(recorder, 61, 63);
  const app = fastify();
  app.setErrorHandler((error: Error, _, reply) =>
    error instanceof RequestError ? reply.code(error.status).send({ error: { code: error.code } }) : reply.code(500).send(error.message),
  );
  addIncidentRoutes(app, recorder);
  t.after(() => app.close());
  return { app, directory, recorder, ids: readdirSync(directory).sort().reverse() };
}

test("incidents are listed with the newest first, and as many as were asked for", async (t) => {
  const { app, ids } = await setUp(t);
  const { incidents } = (await app.inject("/api/v1/incidents")).json<{ incidents: { id: string; state: string }[] }>();
  assert.deepEqual(
    incidents.map(({ id, state }) => [id, state]),
    [
      [ids[0], "open"],
      [ids[1], "closed"],
    ],
  );
  assert.equal((await app.inject("/api/v1/incidents?limit=1")).json<{ incidents: unknown[] }>().incidents.length, 1);
  for (const limit of ["0", "x", "10001", "1&limit=2"]) {
    assert.equal((await app.inject(`/api/v1/incidents?limit=${limit}`)).statusCode, 400, limit);
  }
});

test("an incident is shown in full, open or closed", async (t) => {
  const { app, ids } = await setUp(t);
  for (const id of ids) {
    const incident = (await app.inject(`/api/v1/incidents/${id}`)).json<{ id: string; conditions: unknown[] }>();
    assert.deepEqual([incident.id, incident.conditions.length], [id, 1]);
  }
});

test("the files of an incident come with their types", async (t) => {
  const { app, ids } = await setUp(t);
  const id = ids[1] ?? "";
  const file = (name: string) => app.inject(`/api/v1/incidents/${id}/${name}`);

  const incident = await file("incident.json");
  assert.equal(incident.headers["content-type"], "application/json; charset=utf-8");
  assert.equal(incident.json<{ id: string }>().id, id);

  const timeline = await file("timeline.jsonl");
  assert.equal(timeline.headers["content-type"], "application/jsonl; charset=utf-8");
  for (const line of timeline.body.trimEnd().split("\n")) assert.ok(typeof JSON.parse(line) === "object");

  const capture = await file("capture.pcap");
  assert.equal(capture.headers["content-type"], "application/vnd.tcpdump.pcap");
  assert.equal(capture.headers["content-disposition"], `attachment; filename="${id}.pcap"`);
  let frames = 0;
  const parser = createCaptureParser({ record: () => frames++ });
  parser.push(capture.rawPayload);
  assert.ok(parser.end().ok);
  assert.ok(frames >= 10);
  assert.equal(Number(capture.headers["content-length"]), capture.rawPayload.length);

  const head = await app.inject({ method: "HEAD", url: `/api/v1/incidents/${id}/capture.pcap` });
  assert.deepEqual([head.statusCode, head.body, head.headers["content-length"]], [200, "", capture.headers["content-length"]]);
});

test("nothing but an incident's own files can be had", async (t) => {
  const { app, directory, ids } = await setUp(t);
  writeFileSync(join(directory, "..", "incident.json"), "{}");
  mkdirSync(join(directory, "other"));
  writeFileSync(join(directory, "other", "incident.json"), "{}");
  writeFileSync(join(directory, ids[0] ?? "", "notes.txt"), "x");
  for (const path of [
    "nothing",
    "other",
    "other/incident.json",
    "..",
    "%2e%2e",
    "%2e%2e/incident.json",
    "..%2fincidents%2fother/incident.json",
    `${ids[0]}%2f..%2fother/incident.json`,
    `${ids[0]}/notes.txt`,
    `${ids[0]}/..%2f..%2fincident.json`,
    `${ids[0]}%00/incident.json`,
    "__proto__",
  ]) {
    assert.equal((await app.inject(`/api/v1/incidents/${path}`)).statusCode, 404, path);
  }
});

test("an incident whose folder was deleted is not found", async (t) => {
  const { app, directory, ids } = await setUp(t);
  rmSync(join(directory, ids[1] ?? ""), { recursive: true });
  for (const path of ["", "/incident.json", "/timeline.jsonl", "/capture.pcap"]) {
    assert.equal((await app.inject(`/api/v1/incidents/${ids[1]}${path}`)).statusCode, 404, path);
  }
});
