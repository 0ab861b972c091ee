import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the repository: tests run from compiled code at another depth. */
export const root = findRoot(dirname(fileURLToPath(import.meta.url)));

/** The compiled `src` that belongs to the running test. */
export const compiledSource = fileURLToPath(new URL("../../src", import.meta.url));

function findRoot(directory: string): string {
  if (existsSync(join(directory, "package.json"))) return directory;
  const parent = dirname(directory);
  if (parent === directory) throw new Error("no package.json above this test");
  return findRoot(parent);
}

/** Source files below `src`, as path (`src/core/engine.ts`) and text. */
export function sourceFiles(): Map<string, string> {
  const files = new Map<string, string>();
  for (const entry of readdirSync(join(root, "src"), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith(".ts")) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(relative(root, path), readFileSync(path, "utf8"));
  }
  return files;
}
