import assert from "node:assert/strict";
import { test } from "node:test";
import { subjectAltNames } from "../../../src/http/access/client-certificate.ts";

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
