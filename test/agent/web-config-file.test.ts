import assert from "node:assert/strict";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { hashSync } from "bcryptjs";
import { WebConfigFile } from "../../src/agent/web-config-file.ts";
import type { Logger } from "../../src/lib/log.ts";
import type { WebConfig } from "../../src/lib/web-config.ts";
import { HASH, readFile, webFile } from "../config/web-file/kit.ts";
import { FakeClock } from "../helpers/fake-clock.ts";

async function follow(text: string, refusal: string | Error | null | (() => string | null) = null) {
  const path = webFile(text);
  const reading = await readFile(path);
  assert.ok(reading.config.ok, JSON.stringify(reading.config));
  const applied: WebConfig[] = [];
  const lines: string[] = [];
  const line =
    (level: string) =>
    (_: object, message: string): void =>
      void lines.push(`${level}: ${message}`);
  const log = { info: line("info"), warn: line("warn"), error: line("error") } as unknown as Logger;
  const clock = new FakeClock();
  const apply = (config: WebConfig): string | null => {
    const refuse = typeof refusal === "function" ? refusal() : refusal;
    if (refuse instanceof Error) throw refuse;
    if (refuse === null) applied.push(config);
    return refuse;
  };
  const file = new WebConfigFile({ reading, config: reading.config.value }, { clock, log, apply, obstacle: () => null });
  lines.length = 0;
  return { path, file, applied, lines, clock };
}

const users = (...names: readonly string[]): string =>
  JSON.stringify({ basic_auth_users: Object.fromEntries(names.map((name) => [name, HASH])) });

test("nothing is read while nothing changes", async () => {
  const { file, applied, lines } = await follow(users("a"));
  for (let i = 0; i < 3; i++) await file.look();
  assert.deepEqual([applied.length, lines], [0, []]);
});

test("what has changed is taken over once it stays the same from one look to the next", async () => {
  const { path, file, applied, clock } = await follow(users("a"));
  writeFileSync(path, users("b"));
  await file.look();
  assert.equal(applied.length, 0);
  clock.runTo(5_000);
  await file.look();
  assert.deepEqual(
    applied.map((config) => [...config.users.keys()]),
    [["b"]],
  );
  assert.deepEqual(file.view().reload, { successful: true, lastSuccess: clock.wall() });
  await file.look();
  assert.equal(applied.length, 1);
});

test("what could not be used for a reason that passes is used later, though no file changes any more", async () => {
  let refusal: string | null = "no descriptors";
  const { path, file, applied, lines } = await follow(users("a"), () => refusal);
  writeFileSync(path, users("b"));
  for (let i = 0; i < 30; i++) await file.look();
  assert.equal(file.view().reload?.successful, false);
  assert.equal(lines.length, 1, "told once");
  refusal = null;
  for (let i = 0; i < 10; i++) await file.look();
  assert.deepEqual([file.view().reload?.successful, applied.length], [true, 1]);
});

test("a file that takes the place of another is seen, as a mounted secret is renewed", async () => {
  const { path, file, applied } = await follow(users("a"));
  renameSync(webFile(users("b")), path);
  await file.look();
  await file.look();
  assert.equal(applied.length, 1);
});

test("a broken file changes nothing, is told once, and shows until it is put right", async () => {
  const { path, file, applied, lines, clock } = await follow(users("a"));
  const started = file.view().reload?.lastSuccess;
  clock.runTo(5_000);
  for (const text of ["basic_auth_users: {a: plain}", "basic_auth_users: {a: plain}\n\n", ""]) {
    if (text === "") rmSync(path);
    else writeFileSync(path, text);
    await file.look();
    await file.look();
    await file.look();
    assert.deepEqual(file.view().reload, { successful: false, lastSuccess: started });
  }
  assert.equal(applied.length, 0);
  // Two different problems: the hash, and then that there is no file.
  assert.deepEqual(lines, Array(2).fill("error: the web configuration cannot be used: the old one goes on to hold"));
  writeFileSync(path, users("a", "c"));
  await file.look();
  await file.look();
  assert.equal(applied.length, 1);
  assert.deepEqual(file.view().reload, { successful: true, lastSuccess: clock.wall() });
});

test("what cannot be changed while the agent runs is a problem, and shows", async () => {
  const { path, file } = await follow(users("a"), "TLS cannot be switched on while the agent runs: restart it");
  writeFileSync(path, users("b"));
  const problems = await file.reload();
  assert.deepEqual(
    problems.map(({ file: where, message }) => [where, message]),
    [[path, "TLS cannot be switched on while the agent runs: restart it"]],
  );
  assert.equal(file.view().reload?.successful, false);
});

test("a fault while it is taken over is a problem, shows, and does not end the looks at the files", async () => {
  const { path, file, lines } = await follow(users("a"), new Error("OpenSSL says no"));
  writeFileSync(path, users("b"));
  await file.look();
  await file.look();
  assert.equal(file.view().reload?.successful, false);
  assert.match(lines.join("\n"), /because of a fault of the agent\n.*the old one goes on to hold/);
  assert.match((await file.reload())[0]?.message ?? "", /fault of vrrpwatch.*OpenSSL says no/);
});

test("a reload by hand takes over at once, and again what did not change", async () => {
  const { path, file, applied } = await follow(users("a"));
  writeFileSync(path, JSON.stringify({ basic_auth_users: { a: hashSync("x", 4) } }));
  assert.deepEqual(await file.reload(), []);
  assert.deepEqual(await file.reload(), []);
  assert.equal(applied.length, 2);
});
