import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../contract/repository.ts";

/**
 * Holds a value to what was recorded of it. With UPDATE_GOLDEN=1 it is recorded anew: look at the difference, and let Biome format it.
 * @param name of the file under test/alerts/formats/golden, without its ending
 */
export function assertGolden(name: string, value: unknown): void {
  const path = join(root, "test/alerts/formats/golden", `${name}.json`);
  const text = JSON.stringify(value, null, 2);
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(path, `${text}\n`);
  // As text, so that the order of keys counts; Biome may have put short lists into one line.
  assert.equal(text, JSON.stringify(JSON.parse(readFileSync(path, "utf8")), null, 2));
}
