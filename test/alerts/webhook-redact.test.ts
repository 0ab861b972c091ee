import assert from "node:assert/strict";
import { test } from "node:test";
import { createRedactor } from "../../src/alerts/webhook/redact.ts";

const url = new URL("https://hooks.example:8443/services/T0%2F1/pa55w0rd?token=qu3ry&x=1");
const secret = 'to<p"s/e&cret+';
const redactor = createRedactor({ url, secrets: [secret] });
const shown = (text: string): string => redactor.foreign(text, 1_000);

const echoes: ReadonlyArray<readonly [name: string, text: string]> = [
  ["the URL", url.href],
  ["its path", url.pathname],
  ["one part of its path", "pa55w0rd"],
  ["that part in capitals", "PA55W0RD"],
  ["an encoded part, decoded", "T0/1"],
  ["its query", "token=qu3ry&x=1"],
  ["one value of its query", "qu3ry"],
  ["the secret", secret],
  ["the secret, URL-encoded", encodeURIComponent(secret)],
  ["the secret, URL-encoded in small letters", encodeURIComponent(secret).toLowerCase()],
  ["the secret in base64", Buffer.from(secret).toString("base64")],
  ["the secret in base64url", Buffer.from(secret).toString("base64url")],
  ["the secret in base64 at the second byte of something longer", Buffer.from(`a${secret}bc`).toString("base64")],
  ["the secret in base64 at the third byte of something longer", Buffer.from(`ab${secret}c`).toString("base64")],
  ["the secret in JSON", JSON.stringify({ s: secret })],
  ["the secret with escaped slashes", secret.replaceAll('"', '\\"').replaceAll("/", "\\/")],
  ["the secret in HTML", secret.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;")],
  ["the secret in UTF-16", Buffer.from(secret, "utf16le").toString("utf8")],
  ["the secret with control characters in it", secret.split("").join("\u0000\u200b")],
];
for (const [name, text] of echoes) {
  test(`${name} is replaced`, () => {
    assert.match(shown(`before ${text} after`), /^before .*(\[redacted\]|\[url\]).* after$/);
    for (const piece of ["pa55w0rd", "qu3ry", "T0/1", "T0%2F1", "cret"])
      assert.ok(!shown(text).toLowerCase().includes(piece.toLowerCase()));
  });
}

test("a part of the path that is the same for everybody stays readable", () => assert.equal(shown("no such services"), "no such services"));

test("markup, line ends and control characters do not reach a person", () => {
  assert.equal(shown("<html><h1>403\r\nForbidden</h1>\u001b[31m\u202e</html>"), "403 Forbidden [31m");
});

test("any other URL is replaced as well", () => assert.equal(shown("see https://elsewhere.example/x?y=1 there"), "see [url] there"));

test("the text is bounded", () => assert.equal(redactor.foreign("a".repeat(300), 200), `${"a".repeat(199)}…`));

test("a secret that is cut off at the end of the text is not shown in part", () => {
  assert.equal(shown("bad token pa55w0"), "bad token");
});

test("a secret with characters that are not shown is replaced nevertheless", () => {
  const hidden = createRedactor({ url: null, secrets: ["s3\u200dcret\tkey"] });
  assert.equal(hidden.foreign("is s3\u200dcret\tkey or s3cret key", 100), "is [redacted] or [redacted]");
});

test("an empty URL and no secret replace nothing", () => {
  assert.equal(createRedactor({ url: new URL("https://a.example/"), secrets: [""] }).foreign("all / is well", 100), "all / is well");
});

test("of the URL, the host and what is public in its path are shown", () => {
  assert.equal(redactor.url(url), "https://hooks.example:8443/services/[redacted]/[redacted]?[redacted]");
  assert.equal(redactor.url(new URL("http://am:9093/api/v2/alerts")), "http://am:9093/api/v2/alerts");
});

test("our own text loses secrets only", () => assert.equal(redactor.own(`pa55w0rd ${secret}\n`), "pa55w0rd [redacted]\n"));
