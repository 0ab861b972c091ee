import assert from "node:assert/strict";
import { test } from "node:test";
import { type ErrorCodeEntry, errorCodes, exitStatusOf } from "../../src/lib/error-codes.ts";
import { errorReference } from "../../src/lib/error-reference.ts";
import { sourceFiles } from "./repository.ts";

const table: Readonly<Record<string, ErrorCodeEntry>> = errorCodes;

/** Codes that the source mentions in quotes, outside the table; Node's own codes have another beginning. */
function usedCodes(): Set<string> {
  const used = new Set<string>();
  for (const [file, text] of sourceFiles()) {
    if (file === "src/lib/error-codes.ts") continue;
    // What ends in _ is the beginning of Node's own.
    for (const [, code] of text.matchAll(/"(ERR_[A-Z_]*[A-Z])"/g)) if (code) used.add(code);
  }
  return used;
}

/** Codes of Node itself that the source compares with. */
const foreign = new Set([
  "ERR_INVALID_ARG_TYPE",
  "ERR_MODULE_NOT_FOUND",
  "ERR_DLOPEN_FAILED",
  "ERR_SERVER_NOT_RUNNING",
  "ERR_STREAM_PREMATURE_CLOSE",
]);

test("every error code in the source stands in the table", () => {
  const missing = [...usedCodes()].filter((code) => !foreign.has(code) && !Object.hasOwn(table, code));
  assert.deepEqual(missing, [], "add them to src/lib/error-codes.ts and run npm run generate");
});

test("every error code of the table is used by the source", () => {
  const used = usedCodes();
  assert.deepEqual(
    Object.keys(table).filter((code) => !used.has(code)),
    [],
  );
});

test("every error code has a meaning and a remedy in whole sentences", () => {
  for (const [code, { meaning, remedy }] of Object.entries(table)) {
    assert.match(meaning, /^[A-Z].{10,}\.$/, code);
    assert.match(remedy, /^[A-Z`].{10,}\.$/, code);
  }
});

test("the reference lists every code once", () => {
  for (const code of Object.keys(table)) assert.equal(errorReference().split(`\`${code}\``).length, 2, code);
});

test("a code that the table does not know ends a command as a missing resource", () => {
  assert.equal(exitStatusOf("toString"), 3);
  assert.equal(exitStatusOf("ERR_CONFIG_INVALID"), 2);
});
