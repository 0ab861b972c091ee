import assert from "node:assert/strict";
import { test } from "node:test";
import { classifyReply, parseRetryAfter } from "../../src/alerts/webhook/classify.ts";
import { failureText } from "../../src/alerts/webhook/failure.ts";
import { type Duration, micros, seconds, wallTime } from "../../src/lib/time.ts";

const wall = wallTime(Date.UTC(2026, 0, 1) * 1_000);
const kindOf = (status: number): string => classifyReply({ status, retryAfter: null, beginning: "" }, wall).kind;

test("of the statuses 200 to 599, 2xx are deliveries, 407, 408, 425, 429 and 5xx are tried again, all others are refusals", () => {
  const retried = [407, 408, 425, 429];
  for (let status = 200; status <= 599; status++) {
    const expected = status < 300 ? "delivered" : status >= 500 || retried.includes(status) ? "retry" : "rejected";
    assert.equal(kindOf(status), expected, String(status));
  }
});

test("a status that HTTP does not have is tried again", () => assert.equal(kindOf(799), "retry"));

test("a refusal says the status, its name, what is likely wrong, and how the answer begins", () => {
  const outcome = classifyReply({ status: 404, retryAfter: "5", beginning: "no such hook" }, wall);
  assert.deepEqual(outcome, { kind: "rejected", why: "answers 404 Not Found (check the URL of this receiver): no such hook" });
});

test("a redirect says that it is not followed, and does not show where it leads to", () => {
  const outcome = classifyReply({ status: 307, retryAfter: null, beginning: "moved to somewhere" }, wall);
  assert.deepEqual(outcome, {
    kind: "rejected",
    why: "answers 307 with a redirect, which is not followed: put the final URL into the configuration",
  });
});

test("a retry carries what the receiver asked for", () => {
  const outcome = classifyReply({ status: 503, retryAfter: "30", beginning: "" }, wall);
  assert.deepEqual(outcome, { kind: "retry", why: "answers 503 Service Unavailable", retryAfter: seconds(30) });
});

const retryAfters: ReadonlyArray<readonly [name: string, text: string | null, expected: Duration | null]> = [
  ["seconds", "120", seconds(120)],
  ["zero seconds", "0", seconds(0)],
  ["a date", "Thu, 01 Jan 2026 00:01:00 GMT", seconds(60)],
  ["a date in the form of RFC 850", "Thursday, 01-Jan-26 00:01:00 GMT", seconds(60)],
  ["a date in the form of asctime", "Thu Jan  1 00:01:00 2026", seconds(60)],
  ["a date that is past", "Wed, 31 Dec 2025 23:59:59 GMT", seconds(0)],
  ["a year of seconds", "31536000", seconds(31_536_000)],
  ["a number beyond all measure", "9".repeat(400), micros(Number.MAX_SAFE_INTEGER)],
  ["a negative number", "-1", null],
  ["a fraction", "1.5", null],
  ["a word", "soon", null],
  ["a date in another form", "2026-01-01T00:01:00Z", null],
  ["a date that does not exist", "Thu, 99 Jan 2026 00:01:00 GMT", null],
  ["nothing", null, null],
];
for (const [name, text, expected] of retryAfters) {
  test(`Retry-After with ${name} is read as ${expected === null ? "nothing" : `${expected / 1_000_000} s`}`, () => {
    assert.equal(parseRetryAfter(text, wall), expected);
  });
}

const failing = (code: string, message = "secret https://example.net/hook"): Error => Object.assign(new Error(message), { code });

const failures: ReadonlyArray<readonly [code: string, text: RegExp]> = [
  ["ECONNREFUSED", /refuses the connection/],
  ["EHOSTUNREACH", /cannot be reached/],
  ["ENETUNREACH", /network cannot be reached/],
  ["ENOTFOUND", /no such host name/],
  ["EAI_AGAIN", /resolver does not answer/],
  ["ETIMEDOUT", /timed out/],
  ["UND_ERR_SOCKET", /closed the connection/],
  ["CERT_HAS_EXPIRED", /has expired/],
  ["SELF_SIGNED_CERT_IN_CHAIN", /unknown authority/],
  ["ERR_TLS_CERT_ALTNAME_INVALID", /another name/],
  ["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", /client certificate/],
  ["ERR_SSL_SOMETHING_NEW", /^the TLS handshake fails \(ERR_SSL_SOMETHING_NEW\)$/],
  ["ESOMETHING", /^the attempt failed \(ESOMETHING\)$/],
  ["secret code", /^the attempt failed \(unknown\)$/],
];
for (const [code, text] of failures) {
  test(`the failure ${code} is told in words, without the library's message`, () => {
    assert.match(failureText(failing(code), false), text);
    assert.doesNotMatch(failureText(failing(code), false), /secret|example/);
  });
}

test("of several addresses that all failed, the first one's failure is told", () => {
  assert.match(failureText(new AggregateError([failing("ECONNREFUSED"), failing("ENETUNREACH")]), false), /refuses/);
});

test("what is no error is told as unknown", () => assert.equal(failureText("secret", false), "the attempt failed (unknown)"));
