import assert from "node:assert/strict";
import { test } from "node:test";
import { type Environment, proxyFor } from "../../src/alerts/webhook/proxy.ts";

const chosen = (url: string, environment: Environment): string | null => {
  const proxy = proxyFor(new URL(url), environment);
  assert.ok(proxy.ok);
  return proxy.value?.host ?? null;
};
const both = { HTTP_PROXY: "http://plain:3128", HTTPS_PROXY: "http://secure:3128" };

test("each scheme has its own proxy", () => {
  assert.equal(chosen("http://a.example/", both), "plain:3128");
  assert.equal(chosen("https://a.example/", both), "secure:3128");
  assert.equal(chosen("https://a.example/", { HTTP_PROXY: "http://plain:3128" }), null);
});

test("small letters go before capitals, and an empty variable means no proxy", () => {
  assert.equal(chosen("https://a.example/", { ...both, https_proxy: "http://small:3128" }), "small:3128");
  assert.equal(chosen("https://a.example/", { ...both, https_proxy: "" }), null);
});

test("a proxy may be given without a scheme", () => assert.equal(chosen("http://a.example/", { http_proxy: "plain:3128" }), "plain:3128"));

for (const value of ["socks5://user:hunter2@plain", "http://:0:hunter2", "a b"]) {
  test(`${value.slice(0, 8)}… is no HTTP proxy: the variable is named, its value is not`, () => {
    const proxy = proxyFor(new URL("http://a.example/"), { http_proxy: value });
    assert.ok(!proxy.ok);
    assert.match(proxy.error, /variable http_proxy is not the URL of an HTTP proxy/);
    assert.ok(!proxy.error.includes(value));
  });
}

const exemptions: ReadonlyArray<readonly [list: string, host: string, exempt: boolean]> = [
  ["*", "a.example", true],
  ["b.example, a.example", "a.example", true],
  ["b.example a.example", "a.example", true],
  ["EXAMPLE", "a.example", true],
  [".example", "a.example", true],
  ["*.example", "a.example", true],
  ["a.example", "aa.example", false],
  ["b.a.example", "a.example", false],
  ["a.example:8080", "a.example:8080", true],
  ["a.example:8080", "a.example:8081", false],
  ["a.example:80", "a.example", true],
  ["10.0.0.1", "10.0.0.1", true],
  ["10.0.0.1", "10.0.0.11", false],
  ["10.0.0.0/8", "10.1.2.3", true],
  ["10.0.0.0/8", "11.1.2.3", false],
  ["10.0.0.0/99", "10.1.2.3", false],
  ["::1", "[::1]", true],
  ["[::1]", "[::1]", true],
  ["[::1]:8080", "[::1]:8080", true],
  ["[::1]:8080", "[::1]:8081", false],
  ["fd00::/8", "[fd00::1]", true],
  ["fd00::/8", "10.0.0.1", false],
  ["0.1", "10.0.0.1", false],
  ["", "a.example", false],
];
for (const [list, host, exempt] of exemptions) {
  test(`NO_PROXY "${list}" ${exempt ? "exempts" : "does not exempt"} ${host}`, () => {
    assert.equal(chosen(`http://${host}/`, { ...both, NO_PROXY: list }) === null, exempt);
  });
}
