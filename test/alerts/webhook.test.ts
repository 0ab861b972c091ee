import assert from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { Webhook } from "../../src/alerts/webhook.ts";
import { seconds } from "../../src/lib/time.ts";
import { FakeClock } from "../helpers/fake-clock.ts";
import { answering, makeWebhook, plainFormat, type Receiver, sampleNotification, scratch, startReceiver, told } from "./webhook-kit.ts";

const headerOf = (receiver: Receiver, name: string): unknown => receiver.received[0]?.request.headers[name];

test("a delivery is a POST of JSON with the headers that receivers rely on, and leaves no connection", async (t) => {
  const receiver = await startReceiver(t, answering(200, "thanks"));
  const { send } = makeWebhook({ url: receiver.url("/hook?x=1") });
  assert.equal(told(await send()), "delivered");
  const [received] = receiver.received;
  assert.equal(received?.request.method, "POST");
  assert.equal(received?.request.url, "/hook?x=1");
  assert.deepEqual(JSON.parse(received?.body ?? ""), { id: "msg_1", receiver: "ops" });
  assert.deepEqual(
    ["content-type", "user-agent", "webhook-id", "webhook-timestamp", "webhook-signature", "accept-encoding", "connection"].map((name) =>
      headerOf(receiver, name),
    ),
    ["application/json", "vrrpwatch/1.2.3", "msg_1", String(Date.UTC(2026, 0, 1) / 1_000), undefined, undefined, "close"],
  );
  await receiver.empty();
});

test("further headers, secret headers, a token, a signature and PagerDuty's key go where they belong", async (t) => {
  const put = scratch(t);
  const receiver = await startReceiver(t, answering(202));
  const { send } = makeWebhook({
    url: receiver.url(),
    headers: { "X-Team": "net" },
    header_files: { "X-Key": put("key", "k3y\n") },
    bearer_token_file: put("token", "t0ken\n"),
    secret_file: put("secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n"),
    routing_key_file: put("routing", "r0uting\n"),
  });
  assert.equal(told(await send()), "delivered");
  assert.equal(headerOf(receiver, "x-team"), "net");
  assert.equal(headerOf(receiver, "x-key"), "k3y");
  assert.equal(headerOf(receiver, "authorization"), "Bearer t0ken");
  assert.match(String(headerOf(receiver, "webhook-signature")), /^v1,[A-Za-z0-9+/]{43}=$/);
  assert.equal(JSON.parse(receiver.received[0]?.body ?? "").routing_key, "r0uting");
});

test("the endpoint of a format is added to the path of the URL", async (t) => {
  const receiver = await startReceiver(t, answering(200));
  assert.equal(told(await makeWebhook({ url: receiver.url("/prefix/"), endpoint: "/api/v2/alerts" }).send()), "delivered");
  assert.equal(receiver.received[0]?.request.url, "/prefix/api/v2/alerts");
});

const wired: ReadonlyArray<readonly [status: number, expected: RegExp]> = [
  [204, /^delivered$/],
  [302, /^rejected: answers 302 with a redirect, which is not followed/],
  [400, /^rejected: answers 400 Bad Request: odd$/],
  [403, /^rejected: answers 403 Forbidden \(check the credentials .*: odd$/],
  [429, /^retry: answers 429 Too Many Requests: odd$/],
  [500, /^retry: answers 500 Internal Server Error: odd$/],
  [599, /^retry: answers 599: odd$/],
];
for (const [status, expected] of wired) {
  test(`a receiver that answers ${status} is understood over the wire`, async (t) => {
    const receiver = await startReceiver(t, answering(status, status === 204 ? "" : "odd", { location: "/elsewhere" }));
    assert.match(told(await makeWebhook({ url: receiver.url() }).send()), expected);
    assert.equal(receiver.received.length, 1, "a redirect is not followed");
  });
}

test("what a receiver asks for with Retry-After is handed on", async (t) => {
  const receiver = await startReceiver(t, answering(503, "", { "retry-after": "17" }));
  const outcome = await makeWebhook({ url: receiver.url() }).send();
  assert.equal(outcome.kind === "retry" ? outcome.retryAfter : null, seconds(17));
});

test("nothing of a compressed answer is shown", async (t) => {
  const receiver = await startReceiver(t, answering(400, "garbage", { "content-encoding": "gzip" }));
  assert.equal(told(await makeWebhook({ url: receiver.url() }).send()), "rejected: answers 400 Bad Request");
});

test("of an answer that has a secret in hex, its length and type are told", async (t) => {
  const secret = "t0ken-s3cret";
  const text = `{"got":"${Buffer.from(secret).toString("hex")}"}`;
  const put = scratch(t);
  const answered = async (type: string): Promise<string> => {
    const receiver = await startReceiver(t, answering(400, text, { "content-type": type }));
    return told(await makeWebhook({ url: receiver.url(), bearer_token_file: put("token", secret) }).send());
  };
  const beginning = "rejected: answers 400 Bad Request: its text is not shown, since it repeats a secret";
  assert.equal(await answered("application/json; charset=utf-8"), `${beginning} (34 bytes of application/json)`);
  assert.equal(await answered(`text/${secret}`), `${beginning} (34 bytes of another type)`);
});

for (const [name, value] of [
  ["expect", "100-continue"],
  ["upgrade", "h2c"],
  ["keep-alive", "timeout=5"],
  ["content-length", "-1"],
] as const) {
  test(`a request that cannot be sent with a header ${name} is refused once, and not tried for ever`, async (t) => {
    const receiver = await startReceiver(t, answering(200));
    assert.match(
      told(await makeWebhook({ url: receiver.url(), headers: { [name]: value } }).send()),
      /^rejected: the request cannot be sent with a header of this receiver: take out of headers and header_files/,
    );
    assert.equal(receiver.received.length, 0);
  });
}

test("a receiver that never answers is left after 10 s, with its connection", async (t) => {
  const clock = new FakeClock();
  const receiver = await startReceiver(t, () => {});
  const { send } = makeWebhook({ url: receiver.url() }, {}, clock);
  const outcome = send();
  await once(receiver.server, "received");
  clock.runTo(9_999);
  assert.equal(receiver.sockets.size, 1);
  clock.runTo(10_000);
  assert.equal(told(await outcome), "retry: no answer within 10s");
  await receiver.empty();
});

/** Waits until this side has read the head of an answer. */
function headRead(): Promise<void> {
  return new Promise((resolve) => {
    const channel = "undici:request:headers";
    const seen = (): void => {
      unsubscribe(channel, seen);
      resolve();
    };
    subscribe(channel, seen);
  });
}

test("a refusal whose answer never ends is left after the timeout, and is a refusal with what came of it", async (t) => {
  const clock = new FakeClock();
  const receiver = await startReceiver(t, (_, response) => response.writeHead(400).write("a"));
  const head = headRead();
  const outcome = makeWebhook({ url: receiver.url(), timeout: seconds(2) }, {}, clock).send();
  await head;
  clock.runTo(2_000);
  assert.match(told(await outcome), /^rejected: answers 400 Bad Request(: a)?$/);
  await receiver.empty();
});

test("a refusal that breaks off is a refusal", async (t) => {
  const receiver = await startReceiver(t, (_, response) => {
    response.writeHead(400, { "content-length": "100" });
    response.write("only this", () => response.destroy());
  });
  assert.match(told(await makeWebhook({ url: receiver.url() }).send()), /^rejected: answers 400 Bad Request(: only this)?$/);
});

/** Ways in which a receiver that has taken a delivery may end its answer badly, or not at all. */
const takenAnyway: ReadonlyArray<readonly [name: string, answer: (socket: Socket) => void]> = [
  ["never ends its answer", (socket) => socket.write("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n: ping\n")],
  ["promises a body that never comes", (socket) => socket.write("HTTP/1.1 202 Accepted\r\ncontent-length: 100\r\n\r\n")],
  ["closes within its answer", (socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nonly this")],
  ["resets within its answer", (socket) => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nx", () => socket.resetAndDestroy())],
  ["sends chunks that are none", (socket) => socket.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nnonsense\r\n")],
];
for (const [name, answer] of takenAnyway) {
  test(`a receiver that says 2xx and ${name} has taken the delivery`, async (t) => {
    const sockets: Promise<unknown>[] = [];
    const port = await listening(t, (socket) => {
      sockets.push(new Promise((resolve) => socket.once("close", resolve)));
      socket.once("data", () => answer(socket));
    });
    // The fake clock stands still: what waits for the timeout would wait for ever.
    assert.equal(told(await makeWebhook({ url: `http://127.0.0.1:${port}/` }).send()), "delivered");
    await Promise.all(sockets);
  });
}

test("a receiver that says only that it goes on is waited for", async (t) => {
  const clock = new FakeClock();
  const port = await listening(t, (socket) => socket.once("data", () => socket.write("HTTP/1.1 102 Processing\r\n\r\n")));
  const outcome = makeWebhook({ url: `http://127.0.0.1:${port}/` }, {}, clock).send();
  await headRead();
  clock.runTo(10_000);
  assert.equal(told(await outcome), "retry: no answer within 10s");
});

test("of an answer of 10 MB no more than its beginning is read, and the connection is ended", async (t) => {
  const piece = Buffer.alloc(65_536, "a");
  let written = 0;
  const receiver = await startReceiver(t, (_, response) => {
    response.writeHead(200, { "content-length": String(160 * piece.length) });
    const more = (): void => {
      if (response.destroyed || written === 160) return;
      written += 1;
      response.write(piece, more);
    };
    more();
  });
  assert.equal(told(await makeWebhook({ url: receiver.url() }).send()), "delivered");
  await receiver.empty();
  assert.ok(written < 160, `the receiver got rid of ${written} of 160 pieces`);
});

test("a receiver that closes its connections between two deliveries is no trouble", async (t) => {
  const receiver = await startReceiver(t, answering(200));
  receiver.server.keepAliveTimeout = 1;
  const { send } = makeWebhook({ url: receiver.url() });
  for (let n = 1; n <= 3; n++) {
    assert.equal(told(await send()), "delivered");
    await receiver.empty();
    assert.equal(receiver.connections, n);
  }
});

async function listening(t: TestContext, onSocket: (socket: Socket) => void): Promise<number> {
  const server: Server = createServer((socket) => {
    socket.on("error", () => {});
    onSocket(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  return address.port;
}

test("a receiver that hangs up without an answer is told as such", async (t) => {
  const port = await listening(t, (socket) => socket.once("data", () => socket.destroy()));
  assert.equal(told(await makeWebhook({ url: `http://127.0.0.1:${port}/` }).send()), "retry: it closed the connection without an answer");
});

test("a receiver that speaks another protocol is told as such", async (t) => {
  const port = await listening(t, (socket) => socket.end("220 mail.example ESMTP\r\n"));
  assert.match(told(await makeWebhook({ url: `http://127.0.0.1:${port}/` }).send()), /^retry: it answers something that is not HTTP/);
});

test("a receiver that speaks no TLS is told as such", async (t) => {
  const receiver = await startReceiver(t, answering(200));
  assert.match(told(await makeWebhook({ url: `https://127.0.0.1:${receiver.port}/` }).send()), /^retry: it does not speak TLS there/);
});

test("a TLS handshake that never answers is left with its connection", async (t) => {
  const clock = new FakeClock();
  let left: Promise<unknown> | undefined;
  const server = createServer();
  const port = await listening(t, (socket) => {
    left = once(socket, "close");
    socket.once("data", () => server.emit("hello"));
  });
  const outcome = makeWebhook({ url: `https://127.0.0.1:${port}/` }, {}, clock).send();
  await once(server, "hello");
  clock.runTo(10_000);
  assert.equal(told(await outcome), "retry: no answer within 10s");
  await left;
});

test("a receiver that is not there is told as such", async (t) => {
  const receiver = await startReceiver(t, answering(200));
  const url = receiver.url();
  receiver.server.close();
  await once(receiver.server, "close");
  assert.match(told(await makeWebhook({ url }).send()), /^retry: it refuses the connection/);
});

test("the stop of the agent ends an attempt at once", async (t) => {
  const receiver = await startReceiver(t, () => {});
  const stop = new AbortController();
  const outcome = makeWebhook({ url: receiver.url() }).send(stop.signal);
  await once(receiver.server, "received");
  stop.abort();
  assert.equal(told(await outcome), "retry: the agent stops");
  await receiver.empty();
  assert.equal(told(await makeWebhook({ url: receiver.url() }).send(stop.signal)), "retry: the agent stops");
});

test("closing ends the attempts and waits until they are over", async (t) => {
  const receiver = await startReceiver(t, () => {});
  const { webhook, send } = makeWebhook({ url: receiver.url() });
  let over = 0;
  const outcomes = [send(), send()].map((outcome) => outcome.then(() => (over += 1)));
  while (receiver.received.length < 2) await once(receiver.server, "received");
  await webhook.close();
  assert.equal(over, 2);
  await Promise.all(outcomes);
  assert.equal(told(await send()), "retry: the agent stops");
});

test("many attempts at once share one signal without a warning", async (t) => {
  const warnings: Error[] = [];
  const note = (warning: Error): number => warnings.push(warning);
  process.on("warning", note);
  t.after(() => process.off("warning", note));
  const receiver = await startReceiver(t, answering(200));
  const { send } = makeWebhook({ url: receiver.url() });
  const { signal } = new AbortController();
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => send(signal)));
  assert.deepEqual(new Set(outcomes.map(told)), new Set(["delivered"]));
  assert.deepEqual(warnings, []);
});

test("a secret that is not there yet is waited for, and a changed one is used from the next attempt on", async (t) => {
  const path = scratch(t)("token", "");
  rmSync(path);
  const receiver = await startReceiver(t, answering(200));
  const { send } = makeWebhook({ url: receiver.url(), bearer_token_file: path });
  assert.match(told(await send()), /^retry: bearer_token_file \S+ does not exist/);
  writeFileSync(path, "first\n");
  assert.equal(told(await send()), "delivered");
  writeFileSync(path, "second\n");
  assert.equal(told(await send()), "delivered");
  assert.deepEqual(
    receiver.received.map(({ request }) => request.headers.authorization),
    ["Bearer first", "Bearer second"],
  );
});

test("a format that fails is a refusal that is kept to be looked at", async (t) => {
  const receiver = await startReceiver(t, answering(200));
  const format = {
    ...plainFormat,
    body: () => {
      throw new Error("no");
    },
  };
  const context = { externalUrl: "", agent: { host: "lb1", version: "1.2.3" } };
  const webhook = new Webhook({ url: receiver.url() }, { format, context, clock: new FakeClock(), environment: {} });
  const outcome = await webhook.attempt(sampleNotification, new AbortController().signal);
  assert.match(told(outcome), /^rejected: its body cannot be made: this is a fault in vrrpwatch/);
  assert.equal(receiver.connections, 0);
});

test("a request can be looked at without being sent", async (t) => {
  const put = scratch(t);
  const receiver = await startReceiver(t, answering(200));
  const { webhook } = makeWebhook({
    url: receiver.url("/services/s3cret"),
    bearer_token_file: put("token", "t0ken"),
    routing_key_file: put("routing", "r0uting"),
  });
  const request = await webhook.request(sampleNotification);
  assert.ok(request.ok);
  assert.deepEqual(request.value, {
    method: "POST",
    url: `${receiver.url("/services/[redacted]")}`,
    headers: {
      authorization: "Bearer [redacted]",
      "content-type": "application/json",
      "user-agent": "vrrpwatch/1.2.3",
      "webhook-id": "msg_1",
      "webhook-timestamp": "1767225600",
    },
    body: '{"id":"msg_1","receiver":"ops","routing_key":"[redacted]"}',
  });
  assert.equal(receiver.connections, 0);
  const unusable = await makeWebhook({ url_file: put("url", "") }).webhook.request(sampleNotification);
  assert.ok(!unusable.ok && /^url_file \S+ is empty/.test(unusable.error));
});
