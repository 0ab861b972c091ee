import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { compiledSource, root } from "./repository.ts";

test("the generated files are those that the source declares", () => {
  const { status, stderr } = spawnSync(process.execPath, [join(root, "scripts/generate.mjs"), "--check", "--from", compiledSource], {
    encoding: "utf8",
  });
  assert.equal(stderr, "");
  assert.equal(status, 0);
});

test("generating from a folder without compiled code says what to do", () => {
  const { status, stderr } = spawnSync(process.execPath, [join(root, "scripts/generate.mjs"), "--check", "--from", join(root, "docs")], {
    encoding: "utf8",
  });
  assert.match(stderr, /npm run build/);
  assert.equal(status, 2);
});
