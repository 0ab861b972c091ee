import assert from "node:assert/strict";
import { test } from "node:test";
import { formatListen, type ListenAddress, parseListen } from "../../src/lib/listen.ts";

const good: ReadonlyArray<readonly [string, ListenAddress]> = [
  [":10112", { kind: "tcp", host: null, port: 10_112 }],
  ["127.0.0.1:9165", { kind: "tcp", host: "127.0.0.1", port: 9_165 }],
  ["[::1]:10112", { kind: "tcp", host: "::1", port: 10_112 }],
  ["localhost:80", { kind: "tcp", host: "localhost", port: 80 }],
  [":0", { kind: "tcp", host: null, port: 0 }],
  ["unix:/run/vrrpwatch/http.sock", { kind: "unix", path: "/run/vrrpwatch/http.sock" }],
];

for (const [text, address] of good) {
  test(`${text} is understood and written back`, () => {
    assert.deepEqual(parseListen(text), { ok: true, value: address });
    assert.equal(formatListen(address), text);
  });
}

test("other spellings of an address become canonical", () => {
  assert.deepEqual(parseListen("[0:0::1]:1"), { ok: true, value: { kind: "tcp", host: "::1", port: 1 } });
});

test("what is no listen address is refused with an example", () => {
  for (const text of [
    "",
    ":",
    "10112",
    "eth0:1",
    "127.0.0.1",
    "::1:80",
    "[127.0.0.1]:80",
    "[::1]",
    ":65536",
    ":-1",
    ":1x",
    ": 1",
    "unix:",
    "unix:x",
    "unix:/",
    "unix:/run/vrrpwatch/",
    "unix:/run/..",
    `unix:/${"x".repeat(107)}`,
    "http://x:1",
  ]) {
    const result = parseListen(text);
    assert.ok(!result.ok && result.error.length > 10, text);
  }
});
