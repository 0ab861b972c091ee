import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readCapture } from "../helpers/captures.ts";
import { parse } from "./parse.ts";

const names = ["le-us.pcap", "be-ns.pcap", "le-us.pcapng", "sll2.pcap", "cut-in-frame.pcap", "huge-caplen.pcap"];
const files = [
  ...names.map((name) => readCapture(`28m-malformed/containers/${name}`)),
  readCapture("28m-malformed/malformed.pcap").slice(0, 3_000),
];
const file = fc.constantFrom(...files);

test("the sizes of the pieces make no difference", () => {
  fc.assert(
    fc.property(file, fc.array(fc.integer({ min: 0, max: 90 }), { maxLength: 60 }), (bytes, sizes) => {
      assert.deepEqual(parse(bytes, sizes), parse(bytes));
    }),
    { numRuns: 500 },
  );
});

test("a file that arrives byte by byte is read like any other", () => {
  for (const bytes of files) assert.deepEqual(parse(bytes, new Array(bytes.length).fill(1)), parse(bytes));
});

test("no damage makes the parser throw, invent bytes or give a time that cannot be shown", () => {
  const changes = fc.array(fc.tuple(fc.nat(700), fc.nat(255)), { maxLength: 8 });
  fc.assert(
    fc.property(file, changes, fc.nat(700), (original, list, keep) => {
      const bytes = original.slice(0, Math.max(4, original.length - keep));
      for (const [at, to] of list) if (at < bytes.length) bytes[at] = to;
      const { records } = parse(bytes);
      assert.ok(records.reduce((sum, r) => sum + r.bytes.length, 0) <= bytes.length);
      for (const { wall, length, bytes: own } of records) assert.ok(Number.isSafeInteger(wall) && wall >= 0 && length >= own.length);
    }),
    { numRuns: 2_000 },
  );
});

test("random bytes are no capture file", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => assert.notEqual(parse(bytes).problem, null)),
    { numRuns: 500 },
  );
});
