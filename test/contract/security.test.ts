import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "./repository.ts";

const text = readFileSync(join(root, "docs/security.md"), "utf8");

/** The rows of the tables of attacks: attack, defence, and the test. */
const rows = [...text.matchAll(/^\| ([^|]+) \| ([^|]+) \| `(test\/[^`]+)`: \*(.+)\* \|$/gm)].map(
  ([, attack = "", , file = "", title = ""]) => ({
    attack,
    file,
    title,
  }),
);

test("every attack that docs/security.md says is stopped has a test that exists under its title", () => {
  assert.ok(rows.length > 40, `${rows.length} rows were read`);
  const missing = rows.filter(({ file, title }) => {
    if (!existsSync(join(root, file))) return true;
    return !readFileSync(join(root, file), "utf8").includes(title);
  });
  assert.deepEqual(missing, [], "a test was renamed or removed: correct docs/security.md, or bring the test back");
});

test("no row of the tables of attacks lacks its test", () => {
  const [, ...sections] = text.split(/^## A /m);
  assert.equal(sections.length, 4, "hostile segment, scraper, receiver, and local user");
  const tables = sections.map((section) => section.split(/^## /m)[0] ?? "").join("");
  const all = tables.split("\n").filter((line) => line.startsWith("| ") && !line.startsWith("| attack |"));
  assert.equal(all.length, rows.length, all.filter((line) => !line.includes("`test/")).join("\n"));
});

test("what is not defended is said, and the policy points to it", () => {
  assert.match(text, /^## What is not defended$/m);
  const policy = readFileSync(join(root, "SECURITY.md"), "utf8");
  assert.match(policy, /docs\/security\.md#what-is-not-defended/);
  assert.doesNotMatch(policy, /@|https?:/, "no address is invented");
});
