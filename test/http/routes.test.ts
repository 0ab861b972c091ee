import assert from "node:assert/strict";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { createApp } from "../../src/http/app.ts";
import { EventStreams } from "../../src/http/event-streams.ts";
import { wallTime } from "../../src/lib/time.ts";
import { noon, orphanRouter, sampleAgent, sampleRouter, sampleSender, sampleSnapshot } from "../metrics/sample.ts";
import { sampleApp, sampleDeps, sampleEvent, sampleHub } from "./harness.ts";

const paths = [
  "/",
  "/metrics",
  "/-/healthy",
  "/-/ready",
  "/api/v1/status",
  "/api/v1/virtual-routers",
  "/api/v1/virtual-routers/eth0/ipv4/51",
  "/api/v1/conditions",
  "/api/v1/events",
  "/api/v1/keepalived",
];

for (const url of paths) {
  test(`GET ${url} answers, is not stored and is not sniffed`, async () => {
    const answer = await sampleApp().inject({ url });
    assert.equal(answer.statusCode, 200);
    assert.equal(answer.headers["cache-control"], "no-store");
    assert.equal(answer.headers["x-content-type-options"], "nosniff");
    assert.match(String(answer.headers["content-security-policy"]), /default-src 'none'/);
  });

  test(`HEAD ${url} has the headers of GET and no body`, async () => {
    const app = sampleApp();
    const [head, get] = [await app.inject({ method: "HEAD", url }), await app.inject({ url })];
    assert.equal(head.statusCode, 200);
    assert.equal(head.body, "");
    assert.equal(head.headers["content-type"], get.headers["content-type"]);
    assert.equal(head.headers["content-length"], get.headers["content-length"]);
  });

  test(`POST ${url} is refused with what is allowed`, async () => {
    const answer = await sampleApp().inject({ method: "POST", url, payload: "x" });
    assert.equal(answer.statusCode, 405);
    assert.equal(answer.headers["allow"], "GET, HEAD");
    assert.equal(answer.json().error.code, "method_not_allowed");
  });
}

test("a path that does not exist is an error in JSON, whatever the method", async () => {
  for (const method of ["GET", "POST", "DELETE"] as const) {
    const answer = await sampleApp().inject({ method, url: "/nothing/here?x=1" });
    assert.equal(answer.statusCode, 404);
    assert.equal(answer.json().error.code, "not_found");
    assert.equal(answer.headers["cache-control"], "no-store");
  }
});

test("a path that cannot be decoded is a bad request", async () => {
  const answer = await sampleApp().inject({ url: "/api/v1/virtual-routers/%zz/ipv4/1" });
  assert.equal(answer.statusCode, 400);
  assert.equal(answer.json().error.code, "bad_request");
});

test("a request with a body is refused, even a GET", async () => {
  const answer = await sampleApp().inject({ url: "/metrics", payload: "x" });
  assert.equal(answer.statusCode, 413);
  assert.equal(answer.headers["connection"], "close");
});

test("an unexpected error shows nothing of itself to the client, and everything to the log", async () => {
  const deps = sampleDeps();
  const broken = {
    ...deps,
    snapshot: () => {
      throw new Error("secret detail");
    },
  };
  const answer = await createApp(broken, new EventStreams(deps.events, { heartbeatMs: 60_000, maxStreams: 1 }), null).inject({
    url: "/api/v1/status",
  });
  assert.equal(answer.statusCode, 500);
  assert.ok(!answer.body.includes("secret"));
  assert.match(String(deps.log.lines[0]?.fields["error"]), /secret detail/);
});

test("the exposition's format follows Accept, and says so", async () => {
  const app = sampleApp();
  const text = await app.inject({ url: "/metrics" });
  assert.equal(text.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8");
  const open = await app.inject({ url: "/metrics", headers: { accept: "application/openmetrics-text; version=1.0.0" } });
  assert.equal(open.headers["content-type"], "application/openmetrics-text; version=1.0.0; charset=utf-8");
  assert.ok(open.body.endsWith("# EOF\n"));
  assert.equal(open.headers["vary"], "accept, accept-encoding");
});

test("the exposition is compressed when asked", async () => {
  const app = sampleApp();
  const plain = await app.inject({ url: "/metrics" });
  const zipped = await app.inject({ url: "/metrics", headers: { "accept-encoding": "gzip" } });
  assert.equal(zipped.headers["content-encoding"], "gzip");
  assert.equal(gunzipSync(zipped.rawPayload).toString(), plain.body);
  const refused = await app.inject({ url: "/metrics", headers: { "accept-encoding": "gzip;q=0" } });
  assert.equal(refused.headers["content-encoding"], undefined);
});

test("the agent is ready only while it captures, and alive all the time", async () => {
  const app = sampleApp({ agent: sampleAgent({ readiness: { ready: false, reason: "the link of eth0 is down" } }) });
  const ready = await app.inject({ url: "/-/ready" });
  assert.equal(ready.statusCode, 503);
  assert.match(ready.body, /the link of eth0 is down/);
  assert.equal((await app.inject({ url: "/-/healthy" })).statusCode, 200);
});

test("a virtual router is told in full", async () => {
  const answer = await sampleApp().inject({ url: "/api/v1/virtual-routers/eth0/ipv4/51" });
  const router = answer.json();
  assert.equal(router.interface, "eth0");
  assert.ok(!("vlan" in router));
  assert.equal(router.name, "web");
  assert.equal(router.segment, "dc1-front");
  assert.equal(router.state, "master");
  assert.deepEqual(router.master, {
    source: "192.0.2.1",
    mac: "02:00:00:00:00:01",
    priority: 150,
    since: "2026-11-21T05:00:00.250000Z",
    local: false,
  });
  assert.equal(router.interval_seconds, 1);
  assert.equal(router.senders[0].last_advert.age_seconds, 0.4);
  assert.equal(router.transitions.no_response, 1);
  assert.deepEqual(router.failover_gap, { count: 1, sum_seconds: 3.618, last_seconds: 3.618 });
  assert.equal(router.conditions.no_master, false);
});

test("the list of virtual routers carries the hint about unheard adverts", async () => {
  const hint = { since: wallTime(noon - 20_000_000), interfaces: ["eth0"], reasons: ["a switch"], text: "nothing is heard" };
  const answer = await sampleApp({ snapshot: sampleSnapshot([]), agent: sampleAgent({ hint }) }).inject({ url: "/api/v1/virtual-routers" });
  assert.deepEqual(answer.json(), {
    virtual_routers: [],
    hint: { since: "2026-11-21T05:59:40.250000Z", interfaces: ["eth0"], reasons: ["a switch"], text: "nothing is heard" },
  });
});

for (const { name, url, status, code } of [
  { name: "an unknown VRID", url: "eth0/ipv4/52", status: 404, code: "not_found" },
  { name: "an unknown interface", url: "eth9/ipv4/51", status: 404, code: "not_found" },
  { name: "the other family", url: "eth0/ipv6/51", status: 404, code: "not_found" },
  { name: "a tag that it does not have", url: "eth0/ipv4/51?vlan=10", status: 404, code: "not_found" },
  { name: "untagged, by name", url: "eth0/ipv4/51?vlan=0", status: 200, code: undefined },
  { name: "a family that is none", url: "eth0/ipx/51", status: 400, code: "bad_request" },
  { name: "VRID 0", url: "eth0/ipv4/0", status: 400, code: "bad_request" },
  { name: "VRID 256", url: "eth0/ipv4/256", status: 400, code: "bad_request" },
  { name: "a VRID in letters", url: "eth0/ipv4/1e1", status: 400, code: "bad_request" },
  { name: "a VLAN that is none", url: "eth0/ipv4/51?vlan=4095", status: 400, code: "bad_request" },
  { name: "two VLANs", url: "eth0/ipv4/51?vlan=1&vlan=2", status: 400, code: "bad_request" },
  { name: "a name from the object prototype", url: "eth0/ipv4/51?constructor=1", status: 200, code: undefined },
]) {
  test(`asking for ${name} gives ${status}`, async () => {
    const answer = await sampleApp().inject({ url: `/api/v1/virtual-routers/${url}` });
    assert.equal(answer.statusCode, status);
    assert.equal(answer.json().error?.code, code);
  });
}

test("what only tags tell apart is ambiguous without them, and the answer names the candidates", async () => {
  const snapshot = sampleSnapshot([sampleRouter(), sampleRouter({ vlan: 10 }), sampleRouter({ vlan: 10, innerVlan: 20 })]);
  const app = sampleApp({ snapshot });
  const answer = await app.inject({ url: "/api/v1/virtual-routers/eth0/ipv4/51" });
  assert.equal(answer.statusCode, 409);
  const { code, candidates } = answer.json().error;
  assert.equal(code, "ambiguous");
  assert.equal(candidates.length, 3);
  for (const { path, vlan, inner_vlan } of candidates) {
    const { statusCode, body } = await app.inject({ url: path });
    assert.equal(statusCode, 200);
    assert.equal(JSON.parse(body).vlan, vlan);
    assert.equal(JSON.parse(body).inner_vlan, inner_vlan);
  }
  assert.equal((await app.inject({ url: "/api/v1/virtual-routers/eth0/ipv4/51?vlan=10" })).statusCode, 409);
});

test("an interface's name may hold any character", async () => {
  const name = 'a b/"%c';
  const app = sampleApp({ snapshot: sampleSnapshot([sampleRouter({ interface: name })]) });
  const answer = await app.inject({ url: `/api/v1/virtual-routers/${encodeURIComponent(name)}/ipv4/51` });
  assert.equal(answer.json().interface, name);
});

test("the conditions that hold are listed with their virtual router", async () => {
  const answer = await sampleApp({ snapshot: sampleSnapshot([sampleRouter(), orphanRouter({ vrid: 7, vlan: 3 })]) }).inject({
    url: "/api/v1/conditions",
  });
  const { conditions } = answer.json();
  assert.equal(conditions.length, 1);
  assert.equal(conditions[0].condition, "no_master");
  assert.equal(conditions[0].vrid, 7);
  assert.equal(conditions[0].vlan, 3);
  assert.equal(conditions[0].since, "2026-11-21T05:59:58.250000Z");
});

test("recent events come in their documented shape, the last ones where a limit is set", async () => {
  const events = sampleHub(3);
  for (const to of [101, 102, 103, 104]) events.publish(sampleEvent(to));
  const app = sampleApp({ events });
  const all = (await app.inject({ url: "/api/v1/events" })).json().events;
  assert.deepEqual(
    all.map((event: { id: string; to: number }) => [event.id, event.to]),
    [
      ["run-2", 102],
      ["run-3", 103],
      ["run-4", 104],
    ],
  );
  assert.equal(all[0].event, "priority_changed");
  const last = (await app.inject({ url: "/api/v1/events?limit=1" })).json().events;
  assert.deepEqual(
    last.map((event: { to: number }) => event.to),
    [104],
  );
  for (const limit of ["0", "1001", "-1", "x", ""])
    assert.equal((await app.inject({ url: `/api/v1/events?limit=${limit}` })).statusCode, 400);
});

test("a sender's resignation leaves its priority as it was", async () => {
  const senders = [sampleSender({ priority: null, priorityZero: 2 })];
  const answer = await sampleApp({ snapshot: sampleSnapshot([sampleRouter({}, { senders, master: null, claims: 0 })]) }).inject({
    url: "/api/v1/virtual-routers",
  });
  const [router] = answer.json().virtual_routers;
  assert.equal(router.state, "no_master");
  assert.equal(router.senders[0].priority, null);
});
