import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer, request } from "node:http";
import { connect, createServer as createTcpServer, Server as NetServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import type { HttpOptions } from "../../src/http/deps.ts";
import { HttpError } from "../../src/http/errors.ts";
import type { EventHub } from "../../src/http/event-hub.ts";
import { EventStreams } from "../../src/http/event-streams.ts";
import { createServer, visitUrl } from "../../src/http/server.ts";
import type { ListenAddress } from "../../src/lib/listen.ts";
import { renderExposition } from "../../src/metrics/render.ts";
import { manyRouters, sampleAgent, sampleSnapshot } from "../metrics/sample.ts";
import { sampleDeps, sampleEvent, sampleHub, sampleWebDeps } from "./harness.ts";

const loopback: ListenAddress = { kind: "tcp", host: "127.0.0.1", port: 0 };

async function started(t: TestContext, events: EventHub, options: Partial<HttpOptions> = {}): Promise<ListenAddress[]> {
  const server = createServer({ listen: [loopback], hostName: null, ...options }, sampleDeps({ events }), sampleWebDeps());
  t.after(() => server.close());
  return server.listen();
}

const portOf = (address: ListenAddress | undefined): number => (address?.kind === "tcp" ? address.port : 0);

/** A stream of events over a real socket; `until` gives what has come once it matches. */
class Stream {
  readonly socket: Socket;
  #text = "";

  constructor(port: number, headers = "") {
    this.socket = connect(port, "127.0.0.1");
    this.socket.on("data", (chunk: Buffer) => {
      this.#text += chunk.toString();
    });
    this.socket.write(`GET /api/v1/events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n${headers}\r\n`);
  }

  /** Drops what has been read, so that much of it can be. */
  forget(): void {
    this.#text = "";
  }

  async until(pattern: RegExp): Promise<string> {
    while (!pattern.test(this.#text)) await once(this.socket, "data");
    return this.#text;
  }
}

test("events arrive live, with ids and as one line of JSON", async (t) => {
  const hub = sampleHub();
  hub.publish(sampleEvent(99));
  const stream = new Stream(portOf((await started(t, hub))[0]));
  t.after(() => stream.socket.destroy());
  const head = await stream.until(/vrrpwatch events\n\n/);
  assert.match(head, /content-type: text\/event-stream; charset=utf-8/i);
  assert.match(head, /cache-control: no-store/i);
  hub.publish(sampleEvent(120));
  const text = await stream.until(/"to":120/);
  assert.match(text, /id: run-2\ndata: \{"event":"priority_changed",.*"to":120\}\n\n/);
  assert.ok(!text.includes('"to":99'));
});

test("a stream is taken up again after the last event that the client has", async (t) => {
  const hub = sampleHub();
  for (const to of [101, 102, 103]) hub.publish(sampleEvent(to));
  const stream = new Stream(portOf((await started(t, hub))[0]), "Last-Event-ID: run-1\r\n");
  t.after(() => stream.socket.destroy());
  const text = await stream.until(/"to":103/);
  assert.deepEqual(text.match(/"to":\d+/g), ['"to":102', '"to":103']);
  assert.ok(!text.includes("event: gap"));
});

test("a client whose last event is of another run is told of the gap and gets what there is", async (t) => {
  const hub = sampleHub();
  hub.publish(sampleEvent(101));
  const stream = new Stream(portOf((await started(t, hub))[0]), "Last-Event-ID: other-7\r\n");
  t.after(() => stream.socket.destroy());
  const text = await stream.until(/"to":101/);
  assert.ok(text.indexOf("event: gap") < text.indexOf("id: run-1"));
});

test("a quiet stream shows signs of life", async (t) => {
  const stream = new Stream(portOf((await started(t, sampleHub(), { heartbeatMs: 5 }))[0]));
  t.after(() => stream.socket.destroy());
  await stream.until(/: still here\n\n/);
});

test("no more streams than allowed are open, and a closed one makes room", async (t) => {
  const port = portOf((await started(t, sampleHub(), { maxStreams: 1, heartbeatMs: 5 }))[0]);
  const first = new Stream(port);
  await first.until(/vrrpwatch events/);
  const second = new Stream(port);
  t.after(() => second.socket.destroy());
  assert.match(await second.until(/too_many_streams/), /^HTTP\/1\.1 503 .*retry-after: 10/is);
  first.socket.destroy();
  for (;;) {
    const next = new Stream(port);
    const text = await next.until(/vrrpwatch events|too_many_streams/);
    next.socket.destroy();
    if (text.includes("vrrpwatch events")) break;
  }
});

test("streams that wait behind another one on its connection make room as well when it ends", async (t) => {
  const port = portOf((await started(t, sampleHub(), { maxStreams: 4, heartbeatMs: 5 }))[0]);
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  socket.write("GET /api/v1/events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n".repeat(4));
  await once(socket, "data");
  socket.destroy();
  for (;;) {
    const next = new Stream(port);
    const text = await next.until(/vrrpwatch events|too_many_streams/);
    next.socket.destroy();
    if (text.includes("vrrpwatch events")) break;
  }
});

test("a consumer that does not read is cut, and the others go on", async (t) => {
  const hub = sampleHub(10);
  const streams = new EventStreams(hub, { heartbeatMs: 60_000, maxStreams: 2 });
  const server = createHttpServer((incoming, response) => streams.start(incoming, response, {}, undefined)).listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const slow = new Stream(port);
  t.after(() => slow.socket.destroy());
  await slow.until(/vrrpwatch events/);
  slow.socket.pause();
  const good = new Stream(port);
  t.after(() => good.socket.destroy());
  await good.until(/vrrpwatch events/);
  // Each round is read by the good consumer before the next; in the end the kernel's buffers and ours are full for the slow one.
  for (let round = 1; round <= 2_000 && streams.count === 2; round++) {
    hub.publish({ ...sampleEvent(100), sender: "x".repeat(100_000) });
    await good.until(new RegExp(`id: run-${round}\n.*\n\n`));
    good.forget();
  }
  assert.equal(streams.count, 1);
  hub.publish(sampleEvent(77));
  await good.until(/"to":77/);
});

test("closing ends open streams", async () => {
  const server = createServer({ listen: [loopback], hostName: null }, sampleDeps(), sampleWebDeps());
  const stream = new Stream(portOf((await server.listen())[0]));
  await stream.until(/vrrpwatch events/);
  const closed = once(stream.socket, "close");
  await server.close();
  await closed;
});

test("one server answers on several addresses, a Unix socket among them", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "vw-http-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "web.sock");
  const addresses = await started(t, sampleHub(), { listen: [loopback, { kind: "unix", path }] });
  assert.equal((await fetch(`http://127.0.0.1:${portOf(addresses[0])}/-/healthy`)).status, 200);
  assert.equal(await statusOver(path), 200);
});

test("who may use a Unix socket does not depend on the umask: the agent's user and its group, and nobody before", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "vw-http-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "web.sock");
  const made: number[] = [];
  const { listen } = NetServer.prototype;
  t.mock.method(NetServer.prototype, "listen", function (this: NetServer, ...args: unknown[]): NetServer {
    Reflect.apply(listen, this, args);
    made.push(statSync(path).mode & 0o777);
    return this;
  });
  for (const umask of [0o000, 0o022, 0o177]) {
    const before = process.umask(umask);
    try {
      const server = createServer({ listen: [{ kind: "unix", path }], hostName: null }, sampleDeps(), sampleWebDeps());
      t.after(() => server.close());
      await server.listen();
      assert.equal(statSync(path).mode & 0o777, 0o660, umask.toString(8));
      assert.equal(made.pop(), 0o600);
      assert.equal(process.umask(), umask);
      await server.close();
    } finally {
      process.umask(before);
    }
  }
});

test("every address means both families", async (t) => {
  const [address] = await started(t, sampleHub(), { listen: [{ kind: "tcp", host: null, port: 0 }] });
  assert.equal((await fetch(`http://127.0.0.1:${portOf(address)}/-/healthy`)).status, 200);
  assert.equal(visitUrl({ kind: "tcp", host: null, port: 10_112 }), "http://localhost:10112/");
});

test("an address in use is an error that says what to do, and no other address stays taken", async (t) => {
  const other = createTcpServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  t.after(() => other.close());
  const taken = (other.address() as { port: number }).port;
  const free = createTcpServer().listen(0, "127.0.0.1");
  await once(free, "listening");
  const first = (free.address() as { port: number }).port;
  free.close();
  await once(free, "close");
  const listen: ListenAddress[] = [
    { kind: "tcp", host: "127.0.0.1", port: first },
    { kind: "tcp", host: "127.0.0.1", port: taken },
  ];
  await assert.rejects(createServer({ listen, hostName: null }, sampleDeps(), sampleWebDeps()).listen(), (error) => {
    assert.ok(error instanceof HttpError);
    assert.equal(error.code, "ERR_HTTP_ADDRESS_IN_USE");
    assert.match(error.message, new RegExp(`127\\.0\\.0\\.1:${taken}.*--listen`));
    return true;
  });
  await assert.rejects(fetch(`http://127.0.0.1:${first}/`));
});

test("an address that this host does not have is an error that says so", async () => {
  const listen: ListenAddress[] = [{ kind: "tcp", host: "192.0.2.77", port: 0 }];
  await assert.rejects(createServer({ listen, hostName: null }, sampleDeps(), sampleWebDeps()).listen(), {
    code: "ERR_HTTP_ADDRESS_UNAVAILABLE",
  });
});

test("the socket of an agent that was killed is taken over", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "vw-http-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "web.sock");
  const child = spawn(process.execPath, ["-e", `require("net").createServer().listen(process.argv[1], () => console.log("up"))`, path]);
  await once(child.stdout, "data");
  child.kill("SIGKILL");
  await once(child, "exit");
  await started(t, sampleHub(), { listen: [{ kind: "unix", path }] });
  assert.equal(await statusOver(path), 200);
});

test("a file that is no socket is left alone", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "vw-http-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "web.sock");
  writeFileSync(path, "precious");
  await assert.rejects(createServer({ listen: [{ kind: "unix", path }], hostName: null }, sampleDeps(), sampleWebDeps()).listen(), {
    code: "ERR_HTTP_ADDRESS_IN_USE",
  });
});

test("what is no HTTP is answered with a bad request and cut", async (t) => {
  const socket = connect(portOf((await started(t, sampleHub()))[0]), "127.0.0.1");
  socket.write("hello\r\n\r\n");
  const [answer] = (await once(socket, "data")) as [Buffer];
  assert.match(answer.toString(), /^HTTP\/1\.1 400 Bad Request\r\n.*\{"error":\{"code":"bad_request"/s);
  await once(socket, "close");
});

test("headers beyond all measure are refused", async (t) => {
  const socket = connect(portOf((await started(t, sampleHub()))[0]), "127.0.0.1");
  socket.write(`GET / HTTP/1.1\r\nHost: x\r\nX: ${"a".repeat(20_000)}\r\n\r\n`);
  const [answer] = (await once(socket, "data")) as [Buffer];
  assert.match(answer.toString(), /^HTTP\/1\.1 431 /);
  socket.destroy();
});

/** Long enough for many chunks; every scrape is the same. */
const longDeps = sampleDeps({ snapshot: sampleSnapshot(manyRouters(300)) });

test("scrapes at the same time do not get into each other's answers, compressed or not, also where clients leave in the middle", async (t) => {
  const server = createServer({ listen: [loopback], hostName: null }, longDeps, sampleWebDeps());
  t.after(() => server.close());
  const port = portOf((await server.listen())[0]);
  const expected = renderExposition(longDeps.snapshot(), longDeps.agentView(), "text");
  const scrape = async (coding: string): Promise<void> => {
    const answer = await fetch(`http://127.0.0.1:${port}/metrics`, { headers: { "accept-encoding": coding } });
    assert.ok((await answer.text()) === expected, `the answer is another one (${coding})`);
  };
  const leave = async (coding: string): Promise<void> => {
    const socket = connect(port, "127.0.0.1");
    socket.write(`GET /metrics HTTP/1.1\r\nHost: x\r\nAccept-Encoding: ${coding}\r\n\r\n`);
    await once(socket, "data");
    socket.resetAndDestroy();
  };
  const both = ["gzip", "identity"];
  for (let round = 0; round < 3; round++) {
    await Promise.all([...both, ...both].flatMap((coding) => [scrape(coding), leave(coding)]));
  }
});

test("a slow client gets the whole answer", async (t) => {
  const server = createServer({ listen: [loopback], hostName: null }, longDeps, sampleWebDeps());
  t.after(() => server.close());
  const socket = connect(portOf((await server.listen())[0]), "127.0.0.1");
  socket.write("GET /metrics HTTP/1.0\r\nConnection: close\r\n\r\n");
  const chunks: Buffer[] = [];
  for await (const chunk of socket) {
    chunks.push(chunk);
    await setImmediate();
  }
  const answer = Buffer.concat(chunks).toString();
  assert.ok(answer.endsWith(`\r\n\r\n${renderExposition(longDeps.snapshot(), longDeps.agentView(), "text")}`));
});

test("an answer that fails on the way is cut off, and the log says why", async (t) => {
  const view = sampleAgent({
    describe: () => {
      throw new Error("no description");
    },
  });
  const deps = sampleDeps({ agent: view });
  const server = createServer({ listen: [loopback], hostName: null }, deps, sampleWebDeps());
  t.after(() => server.close());
  const answer = fetch(`http://127.0.0.1:${portOf((await server.listen())[0])}/metrics`).then((response) => response.text());
  await assert.rejects(answer);
  assert.equal(deps.log.lines[0]?.message, "an answer was cut off");
});

async function statusOver(socketPath: string): Promise<number | undefined> {
  const sent = request({ socketPath, path: "/-/healthy", agent: false }).end();
  const [answer] = (await once(sent, "response")) as [{ statusCode?: number; resume(): void }];
  answer.resume();
  return answer.statusCode;
}
