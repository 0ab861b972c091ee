import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { stringify } from "yaml";
import { loadConfig } from "../../src/config/load.ts";

/** Either outcome is fine; throwing, or a problem without a message, is not. */
function survives(text: string): void {
  const result = loadConfig(text, "c.yaml");
  if (result.ok) return;
  assert.ok(result.error.length > 0);
  for (const { message, line, column } of result.error) {
    assert.ok(message.length > 0 && !message.includes("\n"), message);
    assert.ok((line ?? 1) >= 1 && (column ?? 1) >= 1);
  }
}

test("no text makes loading throw", () => {
  fc.assert(fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme", maxLength: 200 })), survives), {
    numRuns: 1_000,
  });
});

test("no mixture of YAML's own signs makes loading throw", () => {
  const token = fc.constantFrom(
    ":",
    "- ",
    "? ",
    "{",
    "}",
    "[",
    "]",
    "&a ",
    "*a",
    "!t ",
    "|",
    ">",
    "'",
    '"',
    "\n",
    "  ",
    "\t",
    "#",
    "%",
    "---\n",
    "...\n",
    "<<",
    ",",
    "web",
    "log: ",
    "1",
    "~",
    "@",
  );
  fc.assert(
    fc.property(fc.array(token, { maxLength: 40 }), (tokens) => survives(tokens.join(""))),
    { numRuns: 2_000 },
  );
});

test("no values under known keys make loading throw", () => {
  const key = fc.constantFrom(
    "capture",
    "interfaces",
    "join_groups",
    "web",
    "listen",
    "config_file",
    "virtual_routers",
    "vrid",
    "senders",
    "conditions",
    "flapping",
    "window",
    "alerts",
    "external_labels",
    "receivers",
    "name",
    "url",
    "tracking",
    "__proto__",
    "constructor",
    "toString",
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom<unknown>(null, 0, 1.5, -1, true, "", "x", "5m", ":1", "*", "::1"),
      fc.array(tie("tree"), { maxLength: 4 }),
      fc.dictionary(key, tie("tree"), { maxKeys: 5 }),
    ),
  }));
  fc.assert(
    fc.property(tree, (value) => survives(stringify(value))),
    { numRuns: 2_000 },
  );
});
