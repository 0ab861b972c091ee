import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { hashSync } from "bcryptjs";
import type { ConfigProblem } from "../../../src/config/problems.ts";
import { readWebConfig, type WebConfigReading } from "../../../src/config/web-file/read.ts";
import { wallTime } from "../../../src/lib/time.ts";
import type { WebConfig } from "../../../src/lib/web-config.ts";

/** Of the password `secret`, as `htpasswd -nBC 4` makes it. */
export const HASH = hashSync("secret", 4).replace("$2b$", "$2y$");

const folder = mkdtempSync(join(tmpdir(), "vw-web-"));
after(() => rmSync(folder, { recursive: true }));
let count = 0;

/** A web configuration file in a folder that is gone after the tests; nobody else may read it. */
export function webFile(text: string, name = `web-${++count}.yml`): string {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

const now = (): ReturnType<typeof wallTime> => wallTime(Date.now() * 1_000);

export const readText = (text: string): Promise<WebConfigReading> => readWebConfig(webFile(text), now());
export const readFile = (path: string): Promise<WebConfigReading> => readWebConfig(path, now());

export async function accepted(text: string): Promise<WebConfig> {
  const { config } = await readText(text);
  assert.ok(config.ok, config.ok ? "" : JSON.stringify(config.error));
  return config.value;
}

export async function refused(text: string): Promise<readonly ConfigProblem[]> {
  const { config } = await readText(text);
  assert.ok(!config.ok, "the file should have been refused");
  return config.error;
}
