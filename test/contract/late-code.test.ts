import assert from "node:assert/strict";
import { test } from "node:test";
import { sourceFiles } from "./repository.ts";

/** Run before there is an agent, or without one. */
const early = (file: string): boolean => file.startsWith("src/commands/") || file === "src/main.ts";
const lists = ["src/agent/late-code.ts"];

const dynamicImport = /(?<!typeof )\bimport\(/;
const onceOnly = /once\(\(\) => import\(/;
const linesWithImport = (text: string): string[] =>
  text.split("\n").filter((line) => dynamicImport.test(line) && !/^\s*(?:\*|\/\/)/.test(line));

test("the agent imports nothing late but what is in the list of what is loaded before it becomes another user", () => {
  const found = [...sourceFiles()].filter(([file, text]) => !early(file) && linesWithImport(text).length > 0).map(([file]) => file);
  assert.deepEqual(found.sort(), lists, "add it to src/agent/late-code.ts, and call that");
});

test("no thread is started but by a program that can be held, and each of them is", () => {
  const files = sourceFiles();
  const starters = [...files].filter(([, text]) => /new Worker\(/.test(text)).map(([file]) => file);
  assert.deepEqual(starters, ["src/lib/thread-program.ts"]);
  const programs = [...files].flatMap(([, text]) => [...text.matchAll(/(\w+) = new ThreadProgram\(/g)].map(([, name = ""]) => name));
  assert.ok(programs.length > 1);
  for (const name of programs)
    assert.match(files.get("src/agent/late-code.ts") ?? "", new RegExp(`\\[.*\\b${name}\\b.*\\]\\) part\\.hold`), name);
});

test("what is imported late is looked for once", () => {
  const files = sourceFiles();
  for (const file of lists) for (const line of linesWithImport(files.get(file) ?? "")) assert.match(line, onceOnly, file);
});
