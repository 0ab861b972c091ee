import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { diskStorage } from "../../src/incidents/storage.ts";

describe("what somebody put in the place of an incident's file", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "vrrpwatch-storage-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const file = (): string => join(folder, "incident.json");

  test("a link is neither read nor written through", async () => {
    const precious = join(folder, "precious");
    writeFileSync(precious, "mine");
    symlinkSync(precious, file());
    for (const flags of ["r", "r+", "w"]) await assert.rejects(diskStorage.open(file(), flags), { code: "ELOOP" });
    await assert.rejects(diskStorage.read(file()), { code: "ELOOP" });
    assert.equal(readFileSync(precious, "utf8"), "mine");
  });

  test("a pipe that nobody writes to is not waited for", async () => {
    assert.equal(spawnSync("mkfifo", [file()]).status, 0);
    await assert.rejects(diskStorage.read(file()), { code: "EINVAL" });
    await assert.rejects(diskStorage.open(file(), "r+"), { code: "EINVAL" });
  });

  test("a giant is not read", async () => {
    writeFileSync(file(), "{}");
    truncateSync(file(), 1e12);
    await assert.rejects(diskStorage.read(file()), { code: "EFBIG" });
  });

  test("a link in the place of a folder goes when the incident has to, and what it leads to stays", async () => {
    const precious = join(folder, "precious");
    mkdirSync(precious);
    writeFileSync(join(precious, "file"), "mine");
    const link = join(folder, "20261121T220000Z-000001");
    symlinkSync(precious, link);
    await diskStorage.remove(link);
    assert.equal(readFileSync(join(precious, "file"), "utf8"), "mine");
  });
});
