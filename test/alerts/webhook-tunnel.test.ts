import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { describe, type TestContext, test } from "node:test";
import { Authority, noOpenssl } from "../helpers/certificates.ts";
import { FakeClock } from "../helpers/fake-clock.ts";
import { answering, makeWebhook, startReceiver, told } from "./webhook-kit.ts";

interface ForwardProxy {
  readonly url: string;
  readonly tunnels: IncomingMessage[];
  readonly forwarded: IncomingMessage[];
  readonly sockets: Set<Socket>;
}

type Tunnel = (request: IncomingMessage, socket: Socket) => void;

/** A tunnel to this host, whatever the name: the proxy resolves it. */
const open: Tunnel = (request, socket) => {
  const target = connect(Number(request.url?.split(":").at(-1)), "127.0.0.1", () => {
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    target.pipe(socket).pipe(target);
  });
  target.on("error", () => socket.destroy());
  socket.on("close", () => target.destroy());
};
const refuse =
  (status: string): Tunnel =>
  (_, socket) =>
    socket.end(`HTTP/1.1 ${status}\r\ncontent-length: 0\r\n\r\n`);

async function startProxy(t: TestContext, tunnel: Tunnel, userinfo = ""): Promise<ForwardProxy> {
  const tunnels: IncomingMessage[] = [];
  const forwarded: IncomingMessage[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    forwarded.push(request);
    response.writeHead(request.headers["proxy-authorization"] === "Basic b3BzOmh1bnRlcjI=" ? 200 : 407).end();
  });
  server.on("connect", (request: IncomingMessage, socket: Socket) => {
    tunnels.push(request);
    socket.on("error", () => {});
    tunnel(request, socket);
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { url: `http://${userinfo}127.0.0.1:${(server.address() as AddressInfo).port}`, tunnels, forwarded, sockets };
}

test("a receiver without TLS is asked for by its whole URL, with the proxy's credentials", async (t) => {
  const proxy = await startProxy(t, refuse("403 Forbidden"), "ops:hunter2@");
  assert.equal(told(await makeWebhook({ url: "http://receiver.example/hook?x=1" }, { http_proxy: proxy.url }).send()), "delivered");
  assert.equal(proxy.forwarded[0]?.url, "http://receiver.example/hook?x=1");
  assert.equal(proxy.forwarded[0]?.headers.host, "receiver.example");
  assert.equal(proxy.tunnels.length, 0);
});

test("a proxy that wants credentials is told, and the delivery is kept", async (t) => {
  const proxy = await startProxy(t, refuse("407 Proxy Authentication Required"));
  const plain = await makeWebhook({ url: "http://receiver.example/" }, { HTTP_PROXY: proxy.url }).send();
  assert.match(told(plain), /^retry: answers 407 Proxy Authentication Required \(the proxy wants credentials/);
  const tunnelled = await makeWebhook({ url: "https://receiver.example/" }, { HTTPS_PROXY: proxy.url }).send();
  assert.match(told(tunnelled), /^retry: the proxy opens no tunnel to it: it wants credentials/);
});

test("a proxy that opens no tunnel is told, with its status", async (t) => {
  const proxy = await startProxy(t, refuse("403 Forbidden"));
  const outcome = await makeWebhook({ url: "https://receiver.example/" }, { HTTPS_PROXY: proxy.url }).send();
  assert.equal(
    told(outcome),
    "retry: the proxy opens no tunnel to it: it answers 403 (asked through the proxy of the agent's environment)",
  );
});

test("a proxy that hangs up is tried once, not without end", async (t) => {
  const proxy = await startProxy(t, (_, socket) => socket.destroy());
  const outcome = await makeWebhook({ url: "https://receiver.example/" }, { HTTPS_PROXY: proxy.url }).send();
  assert.match(told(outcome), /^retry: the proxy closed the connection/);
  assert.equal(proxy.tunnels.length, 1);
});

test("a proxy that never answers is left with its connection", async (t) => {
  const clock = new FakeClock();
  let ask: (socket: Socket) => void = () => {};
  const asked = new Promise<Socket>((resolve) => {
    ask = resolve;
  });
  const proxy = await startProxy(t, (_, socket) => ask(socket));
  const outcome = makeWebhook({ url: "https://receiver.example/" }, { HTTPS_PROXY: proxy.url }, clock).send();
  const socket = await asked;
  const left = once(socket, "end"); // an HTTP server leaves its own half open
  socket.resume();
  clock.runTo(10_000);
  assert.equal(told(await outcome), "retry: no answer within 10s");
  await left;
});

test("a proxy that is not there is told", async (t) => {
  const proxy = await startProxy(t, open);
  const gone = proxy.url.replace(/\d+$/, "1");
  assert.match(
    told(await makeWebhook({ url: "https://receiver.example/" }, { HTTPS_PROXY: gone }).send()),
    /^retry: it refuses the connection.*through the proxy/,
  );
});

describe("a receiver with TLS behind a proxy", { skip: noOpenssl }, () => {
  const authority = new Authority("ours");
  const server = authority.issue("receiver", "DNS:receiver.example,IP:127.0.0.1");
  const client = authority.issue("agent", "DNS:agent");
  const tls = { ca_file: authority.own.certFile, cert_file: client.certFile, key_file: client.keyFile };
  const options = { ...server, ca: authority.own.cert, requestCert: true, rejectUnauthorized: true };

  test("is reached through a tunnel, with both certificates checked end to end", async (t) => {
    const receiver = await startReceiver(t, answering(200), options);
    const proxy = await startProxy(t, open, "ops:hunter2@");
    const made = makeWebhook({ url: receiver.url("/hook", "receiver.example"), tls }, { HTTPS_PROXY: proxy.url });
    assert.equal(told(await made.send()), "delivered");
    assert.equal(receiver.received[0]?.request.headers["proxy-authorization"], undefined);
    assert.equal(proxy.tunnels[0]?.url, `receiver.example:${receiver.port}`);
    assert.equal(proxy.tunnels[0]?.headers["proxy-authorization"], "Basic b3BzOmh1bnRlcjI=");
    await receiver.empty();
  });

  test("is told when its certificate is for another name", async (t) => {
    const receiver = await startReceiver(t, answering(200), options);
    const proxy = await startProxy(t, open);
    const made = makeWebhook({ url: receiver.url("/hook", "other.example"), tls }, { HTTPS_PROXY: proxy.url });
    assert.match(told(await made.send()), /^retry: its certificate is for another name/);
    assert.equal(proxy.tunnels.length, 1);
  });

  test("is reached directly where NO_PROXY names it", async (t) => {
    const receiver = await startReceiver(t, answering(200), options);
    const proxy = await startProxy(t, open);
    const made = makeWebhook({ url: receiver.url(), tls }, { https_proxy: proxy.url, NO_PROXY: "10.0.0.0/8, 127.0.0.0/8" });
    assert.equal(told(await made.send()), "delivered");
    assert.equal(proxy.tunnels.length, 0);
  });
});
