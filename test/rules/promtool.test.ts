import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { alertRules, ruleGroups } from "../../src/rules/index.ts";
import { root } from "../contract/repository.ts";
import { toolSkip } from "../helpers/tool-skip.ts";
import { rulesPath, testPaths } from "./files.ts";

const skip = toolSkip("promtool");
const rulesIn = ruleGroups.reduce((sum, { rules }) => sum + rules.length, 0);

/** Rejects, with what it said, where promtool is not content. */
const promtool = (...args: readonly string[]): Promise<{ stdout: string }> => promisify(execFile)("promtool", args, { cwd: root });

test("promtool reads every rule of the file", { skip }, async () => {
  const { stdout } = await promtool("check", "rules", "--lint=all", "--lint-fatal", rulesPath);
  assert.match(stdout, new RegExp(`SUCCESS: ${rulesIn} rules found`));
  assert.ok(rulesIn > alertRules.length);
});

for (const file of testPaths)
  test(`promtool finds that the rules do what ${file} says`, { skip }, async () => {
    const { stdout } = await promtool("test", "rules", file);
    assert.match(stdout, /SUCCESS/);
  });
