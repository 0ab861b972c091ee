import assert from "node:assert/strict";
import { test } from "node:test";
import type { TLSSocket } from "node:tls";
import { judgeCertificate, subjectAltNames } from "../../../src/http/access/client-certificate.ts";
import { wallTime } from "../../../src/lib/time.ts";
import type { WebTls } from "../../../src/lib/web-config.ts";

const cases: ReadonlyArray<readonly [text: string | undefined, names: readonly string[]]> = [
  [undefined, []],
  ["", []],
  ["DNS:a.example", ["a.example"]],
  ["DNS:a.example, IP Address:192.0.2.1, email:a@b, URI:spiffe://x/y", ["a.example", "192.0.2.1", "a@b", "spiffe://x/y"]],
  ["IP Address:2001:DB8:0:0:0:0:0:1", ["2001:db8::1"]],
  // What looks like several names is quoted by Node, and stays one.
  ['DNS:"evil.example\\u002c DNS:good.example", DNS:b', ["evil.example, DNS:good.example", "b"]],
  ['URI:"http://x/\\"q\\", DNS:good.example"', ['http://x/"q", DNS:good.example']],
  ["othername:<unsupported>, DNS:a", ["a"]],
  ["DirName:/CN=DNS:x, DNS:a", ["a"]],
  ["Registered ID:1.2.3, DNS:a", ["a"]],
];

for (const [text, names] of cases) {
  test(`names in ${JSON.stringify(text)}`, () => assert.deepEqual(subjectAltNames(text), names));
}

test("a certificate that was valid when the session began is refused once it has expired", () => {
  const certificate = { validTo: "Jan  1 00:00:00 2026 GMT", subjectAltName: undefined };
  const socket = { authorized: true, getPeerX509Certificate: () => certificate } as unknown as TLSSocket;
  const at = (time: string) => wallTime(Date.parse(time) * 1_000);
  const tls = (clientAuth: string) => ({ clientAuth, clientAllowedSans: null }) as WebTls;
  for (const type of ["RequireAndVerifyClientCert", "VerifyClientCertIfGiven"]) {
    assert.equal(judgeCertificate(socket, tls(type), at("2025-12-31T23:59:59Z")), null);
    assert.equal(judgeCertificate(socket, tls(type), at("2026-01-01T00:00:01Z")), "expired");
  }
  assert.equal(judgeCertificate(socket, tls("RequireAnyClientCert"), at("2026-01-01T00:00:01Z")), null);
});
