import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { test } from "node:test";
import { Connections } from "../../../src/http/access/connections.ts";
import { clientKey } from "../../../src/lib/client-key.ts";

let ports = 0;

class FakeSocket extends EventEmitter {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort = 10_112;
  destroyed = false;

  constructor(address: string, { port = ++ports, towards = "192.0.2.100" } = {}) {
    super();
    this.remoteAddress = address;
    this.remotePort = port;
    this.localAddress = towards;
  }

  destroy(): void {
    this.destroyed = true;
    this.emit("close");
  }
}

function setUp(most: number) {
  let refused = 0;
  const endless = new Set<unknown>();
  const connections = new Connections({ most, answerMs: -1, isEndless: (response) => endless.has(response), refused: () => refused++ });
  const open = (address: string, more?: { port: number; towards: string }): FakeSocket => {
    const socket = new FakeSocket(address, more);
    connections.opened(socket as unknown as Socket);
    return socket;
  };
  const serve = (socket: FakeSocket): EventEmitter => {
    const response = new EventEmitter();
    connections.serving(socket as unknown as Socket, response as unknown as ServerResponse);
    return response;
  };
  return { connections, open, serve, endless, refused: () => refused };
}

test("past the bound the client with the most connections loses the one that has idled longest", () => {
  const { connections, open, serve, refused } = setUp(4);
  const scraper = open("192.0.2.9");
  const crowd = [open("192.0.2.1"), open("192.0.2.1"), open("192.0.2.1")];
  serve(crowd[0] as FakeSocket);
  const more = open("192.0.2.1");
  assert.deepEqual(
    [scraper, ...crowd, more].map(({ destroyed }) => destroyed),
    [false, false, true, false, false],
  );
  assert.deepEqual([connections.count, refused()], [4, 1]);
});

test("one port of a client towards two addresses of this host is two connections", () => {
  const { connections, open } = setUp(2);
  const both = [open("192.0.2.1", { port: 7, towards: "192.0.2.100" }), open("192.0.2.1", { port: 7, towards: "192.0.2.101" })];
  assert.equal(connections.count, 2);
  open("192.0.2.9");
  assert.equal(connections.count, 2);
  assert.ok(both.some(({ destroyed }) => destroyed));
});

test("a connection that has just answered has idled the shortest", () => {
  const { open, serve } = setUp(2);
  const [first, second] = [open("192.0.2.1"), open("192.0.2.1")];
  serve(first).emit("close");
  open("192.0.2.1");
  assert.deepEqual([first.destroyed, second.destroyed], [false, true]);
});

test("where all are busy, a client with more than the newcomer gives one up; else the newcomer is not taken", () => {
  const { open, serve } = setUp(3);
  const crowd = [open("192.0.2.1"), open("192.0.2.1"), open("192.0.2.2")];
  for (const socket of crowd) serve(socket);
  const scraper = open("192.0.2.9");
  serve(scraper);
  assert.deepEqual(
    [...crowd, scraper].map(({ destroyed }) => destroyed),
    [true, false, false, false],
  );
  const another = open("192.0.2.8");
  assert.equal(another.destroyed, true);
});

test("an answer that takes too long is cut, unless it has no end", () => {
  const { connections, open, serve, endless } = setUp(3);
  const [slow, stream, idle] = [open("192.0.2.1"), open("192.0.2.1"), open("192.0.2.1")];
  serve(slow);
  endless.add(serve(stream));
  connections.sweep();
  assert.deepEqual([slow.destroyed, stream.destroyed, idle.destroyed], [true, false, false]);
});

test("a client is an IPv4 address, or a /64 of IPv6", () => {
  assert.equal(clientKey("::ffff:192.0.2.1"), clientKey("192.0.2.1"));
  assert.equal(clientKey("2001:db8::1"), clientKey("2001:db8:0:0:ffff::2"));
  assert.notEqual(clientKey("2001:db8::1"), clientKey("2001:db8:0:1::1"));
  assert.equal(clientKey("fe80::1%eth0"), clientKey("fe80::2"));
  assert.equal(clientKey(undefined), "unix");
});
