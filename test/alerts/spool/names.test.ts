import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fileNameOf, originalName, parseFileName, safeName } from "../../../src/alerts/spool/names.ts";

test("a plain name of a receiver is the name of its folder", () => {
  assert.equal(safeName("on-call_2.dc1"), "on-call_2.dc1");
  assert.equal(safeName("Bereitschaft Süd/1"), "Bereitschaft%20Süd%2F1");
  assert.equal(safeName(".."), "%2E%2E");
});

test("any receiver's name becomes one folder's name, and can be read back from it", () => {
  const names = fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 }).filter((name) => name.length <= 60);
  fc.assert(
    fc.property(
      fc.oneof(names, fc.string({ unit: fc.constantFrom(".", "/", "%", "\0", "2", "F", " ", "é"), minLength: 1, maxLength: 60 })),
      (name) => {
        const folder = safeName(name);
        assert.equal(originalName(folder), name);
        assert.ok(!/[/\0]|^\.\.?$/.test(folder));
        assert.ok(Buffer.byteLength(folder) <= 255);
      },
    ),
  );
});

test("a file's name sorts by order, shows the severity, and can be read back", () => {
  const name = fileNameOf({ order: 42, severity: "critical", id: "7c-1" });
  assert.equal(name, "000000000042-critical-7c-1.json");
  assert.deepEqual(parseFileName(name), { order: 42, severity: "critical", id: "7c-1" });
  assert.ok(name < fileNameOf({ order: 100, severity: "critical", id: "0" }));
});

for (const name of [
  "42-critical-a.json",
  "000000000042-fatal-a.json",
  "000000000042-critical-a.json.tmp",
  "000000000042-critical-.json",
  "000000000042-info-%61.json",
])
  test(`no delivery has the name ${name}`, () => assert.equal(parseFileName(name), null));
