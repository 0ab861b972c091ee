import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import type { TestContext } from "node:test";
import { root } from "../contract/repository.ts";

const folder = join(root, "test/upgrades");

/** The versions whose state and configuration are kept here. */
export const versions = readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));

export const configOf = (version: string): string => readFileSync(join(folder, version, "config.yaml"), "utf8");

/** A copy of the state directory as that version left it. */
export function stateOf(t: TestContext, version: string): string {
  const directory = mkdtempSync(join(tmpdir(), "vw-upgrade-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  cpSync(join(folder, version, "state"), directory, { recursive: true });
  return directory;
}

/** The files below, by path, as they are now. */
export function filesIn(directory: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) files.set(relative(directory, path), readFileSync(path, "latin1"));
  }
  return new Map([...files].sort());
}
