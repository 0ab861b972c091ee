import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { root } from "../contract/repository.ts";
import { toolSkip } from "../helpers/tool-skip.ts";
import { run } from "../lab/framework/shell.ts";

test("shellcheck has nothing to say about the scripts in deploy/", { skip: toolSkip("shellcheck") }, async () => {
  const files = readdirSync(path.join(root, "deploy"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
    .filter((file) => readFileSync(file, "utf8").startsWith("#!/bin/sh"));
  if (files.length < 4) throw new Error(`only ${files.join(", ")} were found`);
  await run("shellcheck", ["--severity", "style", ...files]);
});
