import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { type Parts, prepareConfig } from "../../src/agent/prepare-config.ts";
import { WebConfigFile } from "../../src/agent/web-config-file.ts";
import { defaultConfig } from "../../src/config/schema.ts";
import type { Logger } from "../../src/lib/log.ts";
import type { WebConfig } from "../../src/lib/web-config.ts";
import { HASH, readFile, webFile } from "../config/web-file/kit.ts";
import { FakeClock } from "../helpers/fake-clock.ts";

const users = (name: string): string => JSON.stringify({ basic_auth_users: { [name]: HASH } });
const none = (): void => {};

/** An agent of which only the web configuration file is there. */
async function world(obstacle: string | null, accident: string | null = null) {
  const path = webFile(users("a"));
  const reading = await readFile(path);
  assert.ok(reading.config.ok);
  const taken: WebConfig[] = [];
  const clock = new FakeClock();
  const log = { info: none, warn: none, error: none } as unknown as Logger;
  const apply = (config: WebConfig): string | null => {
    if (accident === null) taken.push(config);
    return accident;
  };
  const webConfig = new WebConfigFile({ reading, config: reading.config.value }, { clock, log, apply, obstacle: () => obstacle });
  const initial = defaultConfig();
  const config = { ...initial, web: { ...initial.web, config_file: path } };
  writeFileSync(path, users("b"));
  return { path, taken, prepared: await prepareConfig(config, [], { clock, log, webConfig } as unknown as Parts) };
}

test("a web configuration that can be taken over is taken over with the rest", async () => {
  const { taken, prepared } = await world(null);
  assert.ok(prepared.ok);
  assert.equal(taken.length, 0);
  await prepared.value();
  assert.deepEqual(
    taken.map((config) => [...config.users.keys()]),
    [["b"]],
  );
});

test("a web configuration that takes a restart refuses the whole, with its file and the reason", async () => {
  const { path, taken, prepared } = await world("TLS cannot be switched on while the agent runs: restart it");
  assert.ok(!prepared.ok);
  assert.deepEqual(
    prepared.error.map(({ file, message }) => [file, message]),
    [[path, "TLS cannot be switched on while the agent runs: restart it"]],
  );
  assert.equal(taken.length, 0);
});

test("a web configuration that is refused when it is taken over after all is no success", async () => {
  const { prepared } = await world(null, "OpenSSL says no");
  assert.ok(prepared.ok);
  await assert.rejects(prepared.value(), /OpenSSL says no/);
});
