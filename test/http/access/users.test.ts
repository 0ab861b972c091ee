import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { test } from "node:test";
import { hashSync } from "bcryptjs";
import { seconds } from "../../../src/lib/time.ts";
import { HASH } from "../../config/web-file/kit.ts";
import { FakeClock } from "../../helpers/fake-clock.ts";
import { ask, read, serve } from "./kit.ts";

const users = { basic_auth_users: { joe: HASH, jörg: hashSync("pass:wörd", 4) } };
const paths = [
  "/",
  "/metrics",
  "/-/healthy",
  "/-/ready",
  "/api/v1/status",
  "/api/v1/virtual-routers",
  "/api/v1/events",
  "/lb/eth0/ipv4/51",
  "/nowhere",
  "/api/v1/incidents",
];

test("with users everything needs one of them, and nothing tells more without", async (t) => {
  const { port, server } = await serve(t, users);
  for (const path of paths) {
    const { status, headers, text } = await ask({ port }, { path });
    assert.deepEqual([status, headers["www-authenticate"]], [401, 'Basic realm="vrrpwatch", charset="UTF-8"'], path);
    assert.equal((JSON.parse(text) as { error: { code: string } }).error.code, "unauthorized");
  }
  assert.equal(server.view().refused.credentials_missing, paths.length);
});

test("the right user and password are served, also with a colon and other letters in them", async (t) => {
  const { port } = await serve(t, users);
  assert.equal((await ask({ port }, { auth: "joe:secret" })).status, 200);
  assert.equal((await ask({ port }, { auth: "jörg:pass:wörd" })).status, 200);
  // From memory now.
  assert.equal((await ask({ port }, { auth: "joe:secret", path: "/metrics" })).status, 200);
});

test("a wrong password, an unknown user and a broken header are all the same, and told once without the name", async (t) => {
  const { port, server, log } = await serve(t, users);
  const basic = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;
  const wrong = [
    basic("joe:wrong"),
    basic("joe:"),
    basic("mallory:secret"),
    basic("joe"),
    "Bearer abc",
    "Basic !!!",
    "Basic",
    basic(":secret"),
  ];
  wrong.push(`Basic ${Buffer.from([0x6a, 0xff, 0x3a, 0x61]).toString("base64")}`);
  const answers = [];
  for (const authorization of wrong) answers.push(await ask({ port }, { headers: { authorization } }));
  for (const { status, text } of answers) assert.deepEqual([status, text], [401, answers[0]?.text]);
  assert.equal(server.view().refused.credentials_wrong, wrong.length);
  const told = log.filter(({ message }) => message === "a client gave a wrong user name or password");
  assert.equal(told.length, 1);
  assert.ok(!JSON.stringify(log).includes("joe") && !JSON.stringify(log).includes("mallory"));
});

test("hashes with $2a$, $2b$ and $2y$ are the same", async (t) => {
  const hash = hashSync("secret", 4);
  const all = Object.fromEntries(["a", "b", "y"].map((kind) => [kind, hash.replace("$2b$", `$2${kind}$`)]));
  const { port } = await serve(t, { basic_auth_users: all });
  for (const name of Object.keys(all)) assert.equal((await ask({ port }, { auth: `${name}:secret` })).status, 200, name);
});

test("users that are taken away, and new passwords, hold with the next request; their event streams end", async (t) => {
  const { port, replace } = await serve(t, users);
  const socket = connect(port, "127.0.0.1");
  t.after(() => socket.destroy());
  const header = `Authorization: Basic ${Buffer.from("joe:secret").toString("base64")}\r\n`;
  socket.write(`GET /api/v1/events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n${header}\r\n`);
  await once(socket, "data");
  const ended = once(socket, "end");
  socket.resume();
  assert.equal(await replace({ basic_auth_users: { joe: hashSync("other", 4) } }), null);
  await ended;
  assert.equal((await ask({ port }, { auth: "joe:secret" })).status, 401);
  assert.equal((await ask({ port }, { auth: "joe:other" })).status, 200);
  assert.equal((await ask({ port }, { auth: "jörg:pass:wörd" })).status, 401);
});

test("incidents are there for users, and do not exist where everybody may read", async (t) => {
  const incidents = { list: () => [{ id: "one" }], get: async () => null, file: async () => null };
  const path = "/api/v1/incidents";
  const open = await serve(t, null, { deps: { incidents } });
  assert.equal((await ask({ port: open.port }, { path })).status, 404);
  assert.equal((await ask({ port: open.port }, { path: `${path}/one/capture.pcap`, method: "POST" })).status, 404);
  const closed = await serve(t, users, { deps: { incidents } });
  assert.equal((await ask({ port: closed.port }, { path })).status, 401);
  const answer = await ask({ port: closed.port }, { path, auth: "joe:secret" });
  assert.deepEqual([answer.status, JSON.parse(answer.text)], [200, { incidents: [{ id: "one" }] }]);
  assert.equal((await ask({ port: closed.port }, { path, auth: "joe:secret", method: "POST" })).status, 405);
});

test("what changes something does not exist for users either", async (t) => {
  const { port } = await serve(t, users);
  for (const [method, path] of [
    ["POST", "/api/v1/silences"],
    ["POST", "/-/reload"],
  ] as const)
    assert.ok([404, 405].includes((await ask({ port }, { method, path, auth: "joe:secret" })).status), path);
});

test("the landing page and its event stream work for a user", async (t) => {
  const { port } = await serve(t, users);
  assert.match((await ask({ port }, { path: "/", auth: "joe:secret" })).text, /EventSource/);
  const socket = connect(port, "127.0.0.1");
  t.after(() => socket.destroy());
  const header = `Authorization: Basic ${Buffer.from("joe:secret").toString("base64")}\r\n`;
  socket.write(`GET /api/v1/events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n${header}\r\n`);
  assert.match(await read(socket, /vrrpwatch events/), /^HTTP\/1\.1 200/);
});

test("headers of the file are on every answer, and win over our own", async (t) => {
  const { port } = await serve(t, {
    ...users,
    http_server_config: {
      headers: { "Strict-Transport-Security": "max-age=60", "Content-Security-Policy": "frame-ancestors *", "X-Frame-Options": "deny" },
    },
  });
  for (const options of [
    {},
    { auth: "joe:secret" },
    { auth: "joe:secret", path: "/" },
    { auth: "joe:secret", path: "/metrics" },
    { auth: "joe:secret", path: "/nowhere" },
  ]) {
    const { headers } = await ask({ port }, options);
    assert.deepEqual(
      [headers["strict-transport-security"], headers["content-security-policy"], headers["x-frame-options"]],
      ["max-age=60", "frame-ancestors *", "deny"],
      JSON.stringify(options),
    );
  }
});

test("more requests than the rate limit allows are told so, until time has passed", async (t) => {
  const clock = new FakeClock();
  const { port, server, replace } = await serve(t, { rate_limit: { interval: "2s", burst: 3 } }, { deps: { clock } });
  const statuses = async (count: number): Promise<number[]> => {
    const all: number[] = [];
    for (let i = 0; i < count; i++) all.push((await ask({ port })).status);
    return all;
  };
  assert.deepEqual(await statuses(5), [200, 200, 200, 429, 429]);
  assert.equal((await ask({ port })).headers["retry-after"], "2");
  clock.runTo(seconds(2) / 1_000);
  assert.deepEqual(await statuses(2), [200, 429]);
  assert.equal(server.view().refused.rate_limit, 4);
  await replace({ rate_limit: { interval: 0 } });
  assert.deepEqual(await statuses(4), [200, 200, 200, 200]);
});
