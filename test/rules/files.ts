import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { root } from "../contract/repository.ts";

export const rulesPath = "alerts/vrrpwatch.rules.yml";

/** All files of unit tests for rules, from the top of the repository. */
export const testPaths: readonly string[] = readdirSync(path.join(root, "alerts/tests"))
  .filter((name) => name.endsWith(".test.yml"))
  .map((name) => `alerts/tests/${name}`)
  .sort();

export const textOf = (file: string): string => readFileSync(path.join(root, file), "utf8");
