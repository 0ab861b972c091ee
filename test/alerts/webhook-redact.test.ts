import assert from "node:assert/strict";
import { test } from "node:test";
import { createRedactor } from "../../src/alerts/webhook/redact.ts";

const url = new URL("https://hooks.example:8443/services/T0%2F1/pa55w0rd?token=qu3ry&x=1");
const secret = 'to<p"s/e&cret+';
const redactor = createRedactor({ url, secrets: [secret] });
const shown = (text: string): string => redactor.foreign(text, 1_000) ?? "(nothing)";

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
    assert.match(shown(`before ${text} after`), /^before .*(\[redacted\]|\[url\]).* after$/, "and what is around it stays readable");
    for (const piece of ["pa55w0rd", "qu3ry", "T0/1", "T0%2F1", "cret"])
      assert.ok(!shown(text).toLowerCase().includes(piece.toLowerCase()));
  });
}

const token = "xoxb-S3cr3t/Tok+en&9<8>7";
const part = "abcDEF123ghi";
const wary = createRedactor({ url: new URL(`https://hooks.example.net/services/T0/B0/${part}`), secrets: [token] });
const each = (text: string, code: (character: string) => string): string => [...text].map(code).join("");
const unit = (character: string, base: number): string => character.charCodeAt(0).toString(base);
const hex = Buffer.from(token).toString("hex");
const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** What is not searched for and replaced, but still found. */
const disguises: ReadonlyArray<readonly [name: string, text: string]> = [
  ["hex", hex],
  ["hex in capitals", hex.toUpperCase()],
  ["hex with spaces", hex.replace(/../g, "$& ")],
  ["hex with colons", hex.replace(/../g, "$&:")],
  ["hex as C writes it in text", hex.replace(/../g, "\\x$&")],
  ["hex as C writes it in a list", hex.replace(/../g, "0x$&, ")],
  ["hex behind another digit", `a${hex}`],
  ["the escapes of JSON", each(token, (character) => `\\u${unit(character, 16).padStart(4, "0")}`)],
  ["some escapes of JSON", token.replace(/[<>&]/g, (character) => `\\u00${unit(character, 16)}`)],
  ["decimal entities of HTML", each(token, (character) => `&#${unit(character, 10)};`)],
  ["hexadecimal entities of HTML", each(token, (character) => `&#x${unit(character, 16)};`)],
  ["entities of entities of HTML", token.replaceAll("&", "&amp;amp;").replaceAll("<", "&amp;lt;").replaceAll(">", "&amp;gt;")],
  ["percent signs throughout", each(token, (character) => `%${unit(character, 16)}`)],
  ["percent signs twice", encodeURIComponent(encodeURIComponent(token))],
  ["percent signs but for the slash", encodeURIComponent(token).replaceAll("%2F", "/")],
  ["base64 twice", base64(base64(token))],
  ["base64 in lines", base64(`xx${token}${token}`).replace(/.{8}/g, "$&\r\n")],
  ["base64 of hex", base64(hex)],
  ["base64 of a part", base64(token.slice(3, 20))],
  ["a list of bytes", JSON.stringify([...Buffer.from(token)])],
  ["lines", `${token.slice(0, 9)}\n${token.slice(9)}`],
  ["single letters", [...token].join(" ")],
  ["wide letters", each(token, (character) => String.fromCharCode(character.charCodeAt(0) + 0xfee0))],
  ["the other direction", [...token].reverse().join("")],
  ["all but its first letter", token.slice(1)],
  ["eight letters and digits of it", token.slice(2, 12)],
  ["a part of the path in hex", Buffer.from(part).toString("hex")],
  ["a part of the path in base64 twice", base64(base64(part))],
];
for (const [name, text] of disguises) {
  test(`of an answer with something confidential as ${name} nothing is shown`, () => {
    assert.equal(wary.foreign(`token=${text} end`, 400), null);
    assert.equal(wary.foreign(`{"error":"no","given":"${text}"}`, 400), null);
  });
}

const innocent: ReadonlyArray<readonly [name: string, text: string]> = [
  ["prose", "no such integration: the channel was archived, ask its owner (code 1234567890)"],
  ["a request's id", "request id 7f3c9a10-6d6e-4f5b-9e2b-1f2e3d4c5b6a failed at 2026-01-01T00:00:00.000Z"],
  ["another token's base64", `digest ${base64("something else that is long enough")}`],
  ["a list of numbers", "[1, 2, 3, 116, 111, 107, 101, 110]"],
  ["words of the URL that are public", "hooks.example.net has no such services"],
];
for (const [name, text] of innocent) test(`${name} is shown`, () => assert.equal(wary.foreign(text, 400), text));

test("a URL that is a secret as a whole does not hide answers that name its host", () => {
  const whole = "https://hooks.example.net/services/T0/B0/abcDEF123ghi";
  const filed = createRedactor({ url: new URL(whole), secrets: [whole] });
  assert.equal(filed.foreign("hooks.example.net has no such services", 100), "hooks.example.net has no such services");
  assert.equal(filed.foreign(`path ${Buffer.from(whole).toString("hex")}`, 100), null);
});

test("a short secret is found in a coding as a whole", () => {
  const short = createRedactor({ url: null, secrets: ["hunt3r"] });
  assert.equal(short.foreign("68756e743372", 100), null);
  assert.equal(short.foreign("the hunter", 100), "the hunter");
});

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
