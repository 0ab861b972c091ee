import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { createListener, limits } from "../../src/http/listener.ts";
import { HASH } from "../config/web-file/kit.ts";
import { manyRouters, sampleSnapshot } from "../metrics/sample.ts";
import { ask, read, serve } from "./access/kit.ts";

async function raw(t: TestContext, port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  t.after(() => socket.destroy());
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return socket;
}

/** Sends what it is given, and gives what comes until the other side ends the connection. */
async function say(t: TestContext, port: number, text: string): Promise<string> {
  const socket = await raw(t, port);
  socket.write(text);
  return read(socket);
}

const statuses = (text: string): string[] => text.match(/HTTP\/1\.[01] \d{3}/g) ?? [];

/** A request, its first status, and whether the connection ends by itself; nothing of it may be taken for a second request. */
const odd: ReadonlyArray<readonly [name: string, request: string, status: RegExp]> = [
  ["no Host", "GET / HTTP/1.1\r\n\r\n", /^HTTP\/1\.1 400/],
  [
    "two lengths",
    "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nGET /metrics HTTP/1.1\r\nHost: x\r\n\r\n",
    /^HTTP\/1\.1 400/,
  ],
  [
    "a length and chunks",
    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /metrics HTTP/1.1\r\nHost: x\r\n\r\n",
    /^HTTP\/1\.1 400/,
  ],
  ["a length that is no number", "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\nhello", /^HTTP\/1\.1 400/],
  ["an unknown coding", "GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", /^HTTP\/1\.1 400/],
  ["a space before the colon", "GET / HTTP/1.1\r\nHost : x\r\n\r\n", /^HTTP\/1\.1 400/],
  ["a folded header", "GET / HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n", /^HTTP\/1\.1 400/],
  ["bare line feeds", "GET / HTTP/1.1\nHost: x\n\n", /^HTTP\/1\.1 400/],
  [
    "a body in a GET",
    "GET /-/healthy HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nGET /metrics HTTP/1.1\r\nHost: x\r\n\r\n",
    /^HTTP\/1\.1 413/,
  ],
  [
    "a body in chunks",
    "GET /-/healthy HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    /^HTTP\/1\.1 413/,
  ],
  ["a POST with a body", "POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", /^HTTP\/1\.1 405/],
  ["HTTP/2 without TLS", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", /^HTTP\/1\.1 400/],
  ["an unknown method", "BREW / HTTP/1.1\r\nHost: x\r\n\r\n", /^HTTP\/1\.1 400/],
];

for (const [name, request, status] of odd) {
  test(`refused, and the connection is ended: ${name}`, async (t) => {
    const { port } = await serve(t, null);
    const text = await say(t, port, request);
    assert.match(text, status);
    assert.equal(statuses(text).length, 1, text);
    assert.ok(!text.includes("vrrp_"), "a second request was served");
  });
}

test("CONNECT and TRACE do nothing, and echo nothing", async (t) => {
  const { port } = await serve(t, null);
  assert.ok(!(await say(t, port, "CONNECT 192.0.2.1:22 HTTP/1.1\r\nHost: x\r\n\r\n")).includes("200"));
  const trace = await say(t, port, "TRACE / HTTP/1.1\r\nHost: x\r\nX-Secret: hunter2\r\nConnection: close\r\n\r\n");
  assert.match(trace, /^HTTP\/1\.1 40[45]/);
  assert.ok(!trace.includes("hunter2"));
});

test("HTTP/1.0 without Host is served, and the connection ended", async (t) => {
  const { port } = await serve(t, null);
  assert.match(await say(t, port, "GET /-/healthy HTTP/1.0\r\n\r\n"), /^HTTP\/1\.1 200[\s\S]*vrrpwatch is alive/);
});

test("encoded and dotted paths lead to nothing that the plain path does not, and never past the password", async (t) => {
  const incidents = { list: () => [], get: async () => null, file: async () => null };
  const { port } = await serve(t, null, { deps: { incidents } });
  const users = await serve(t, { basic_auth_users: { joe: HASH } }, { deps: { incidents } });
  for (const path of [
    "/%2e%2e/etc/passwd",
    "/../../etc/passwd",
    "/.%2e/metrics",
    "//metrics",
    "/metrics%2f..",
    "/%00",
    "/metrics;x",
    "/api/v1/incidents/..%2f..%2fetc%2fpasswd/capture.pcap",
    "/api/v1/incidents/%2e%2e/incident.json",
    "/%61pi/v1/incidents",
    "/API/v1/incidents",
    "/%zz",
    `/${"a".repeat(5_000)}`,
  ]) {
    assert.match(
      statuses(await say(t, port, `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`))[0] ?? "",
      / (400|404)$/,
      path,
    );
    const behind = await say(t, users.port, `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    assert.match(statuses(behind)[0] ?? "", / (400|401)$/, path);
  }
  const absolute = await say(t, users.port, "GET http://other.example/metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  assert.ok(!absolute.includes("vrrp_"));
});

test("more header fields than anybody needs are refused", async (t) => {
  const { port } = await serve(t, null);
  const fields = (count: number): string => Array.from({ length: count }, (_, i) => `X-${i}: a\r\n`).join("");
  assert.match(
    await say(t, port, `GET /-/healthy HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${fields(limits.headerFields - 2)}\r\n`),
    /^HTTP\/1\.1 200/,
  );
  assert.match(
    await say(t, port, `GET /-/healthy HTTP/1.1\r\nHost: x\r\n${fields(limits.headerFields)}\r\n`),
    /^HTTP\/1\.1 431 .*header fields/s,
  );
});

test("requests in one go are answered in order, and one whose password is missing does not lend from its neighbour", async (t) => {
  const { port } = await serve(t, { basic_auth_users: { joe: HASH } });
  const auth = `Authorization: Basic ${Buffer.from("joe:secret").toString("base64")}\r\n`;
  const one = (path: string, more: string): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n${more}\r\n`;
  const text = await say(t, port, one("/-/healthy", auth) + one("/metrics", "") + one("/-/healthy", `${auth}Connection: close\r\n`));
  assert.deepEqual(
    statuses(text).map((line) => line.slice(-3)),
    ["200", "401", "200"],
  );
  assert.ok(!text.includes("vrrp_masters"));
});

test("a connection that asks far ahead of the answers is ended, and no more is done for it than for few requests", async (t) => {
  let asked = 0;
  const server = createListener(() => void asked++);
  t.after(() => server.close());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  assert.equal(await say(t, port, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n".repeat(1_500)), "");
  assert.equal(asked, limits.pipelined);
});

test("a connection is good for any number of requests, one after another", async (t) => {
  const { port } = await serve(t, null);
  const socket = await raw(t, port);
  for (let i = 0; i < 3 * limits.pipelined; i++) {
    socket.write("GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n");
    const [answer] = await once(socket, "data");
    assert.match(String(answer), /^HTTP\/1\.1 200/);
  }
});

test("a client that is refused for its password cannot smuggle a request in the body", async (t) => {
  const { port } = await serve(t, { basic_auth_users: { joe: HASH } });
  const text = await say(t, port, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 40\r\n\r\nGET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  assert.deepEqual(statuses(text), ["HTTP/1.1 401"]);
});

test("idle connections and requests that never end, more than are allowed, keep nobody out, and the bound holds", async (t) => {
  const { port, server } = await serve(t, null);
  const sockets: Socket[] = [];
  t.after(() => sockets.map((socket) => socket.destroy()));
  for (let round = 0; round < 10; round++) {
    const some = await Promise.all(Array.from({ length: 50 }, () => raw(t, port)));
    for (const [i, socket] of some.entries()) if (i % 2 === 0) socket.write("GET /metrics HTTP/1.1\r\nHost: x\r\nX-Slow: ");
    sockets.push(...some);
    assert.equal((await ask({ port })).status, 200);
  }
  const { connections, refused } = server.view();
  assert.ok(connections <= limits.connections, String(connections));
  assert.ok(refused.connection_limit >= 500 - limits.connections, String(refused.connection_limit));
});

test("a client that does not read a long answer holds back nobody else's", async (t) => {
  const { port } = await serve(t, null, { fields: { snapshot: sampleSnapshot(manyRouters(510)) } });
  const stuck = await Promise.all(Array.from({ length: 20 }, () => raw(t, port)));
  for (const socket of stuck) {
    socket.pause();
    socket.write("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  }
  const { status, text } = await ask({ port }, { path: "/metrics" });
  assert.equal(status, 200);
  assert.ok(text.includes("vrrp_masters"));
});

test("fifty scrapes at once are all answered in full", async (t) => {
  const { port } = await serve(t, { basic_auth_users: { joe: HASH } }, { fields: { snapshot: sampleSnapshot(manyRouters(100)) } });
  assert.equal((await ask({ port }, { auth: "joe:secret" })).status, 200);
  const answers = await Promise.all(Array.from({ length: 50 }, () => ask({ port }, { path: "/metrics", auth: "joe:secret" })));
  for (const { status, text } of answers) assert.ok(status === 200 && text === answers[0]?.text);
});
