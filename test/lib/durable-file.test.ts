import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, test } from "node:test";
import { type DurableSteps, nodeSteps, writeDurably } from "../../src/lib/durable-file.ts";
import { temporaryFolder } from "../keepalived/notify/harness.ts";

const steps = Object.keys(nodeSteps) as (keyof DurableSteps)[];

describe("a durable write", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let path: string;
  beforeEach(() => {
    folder = temporaryFolder();
    path = folder.at("state/file.json");
  });
  afterEach(() => folder.remove());

  test("makes the directory and a file that is its owner's alone, whatever the umask", async () => {
    const umask = process.umask(0);
    try {
      await writeDurably(path, "one", nodeSteps);
    } finally {
      process.umask(umask);
    }
    assert.equal(readFileSync(path, "utf8"), "one");
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(statSync(folder.at("state")).mode & 0o777, 0o750);
  });

  test("syncs the file before the rename, and the directory after it", async () => {
    const order: string[] = [];
    const watched = Object.fromEntries(
      steps.map((name) => [
        name,
        (...args: [string, string]) => {
          order.push(name);
          return nodeSteps[name](...args);
        },
      ]),
    ) as unknown as DurableSteps;
    await writeDurably(path, "one", watched);
    assert.deepEqual(order, ["makeDirectory", "remove", "writeNew", "rename", "syncDirectory"]);
  });

  test("does not follow a link that waits in the place of the temporary file", async () => {
    await writeDurably(path, "one", nodeSteps);
    writeFileSync(folder.at("victim"), "precious");
    symlinkSync(folder.at("victim"), `${path}.tmp`);
    await writeDurably(path, "two", nodeSteps);
    assert.equal(readFileSync(folder.at("victim"), "utf8"), "precious");
    assert.equal(readFileSync(path, "utf8"), "two");
  });

  for (const failing of steps) {
    test(`that fails at the step ${failing} leaves the old text or the new one, and nothing else`, async () => {
      await writeDurably(path, "old", nodeSteps);
      const fail = (): Promise<never> => Promise.reject(Object.assign(new Error("no space"), { code: "ENOSPC" }));
      await assert.rejects(writeDurably(path, "new", { ...nodeSteps, [failing]: fail }), { code: "ENOSPC" });
      assert.equal(readFileSync(path, "utf8"), failing === "syncDirectory" ? "new" : "old");
      const left = readdirSync(folder.at("state"));
      assert.deepEqual(left, ["file.json"]);
      await writeDurably(path, "newer", nodeSteps);
      assert.equal(readFileSync(path, "utf8"), "newer");
    });
  }

  test("that is cut off in the middle of the file leaves the old text, and the next one clears up", async () => {
    await writeDurably(path, "old", nodeSteps);
    const cut: DurableSteps = {
      ...nodeSteps,
      async writeNew(where, text) {
        await nodeSteps.writeNew(where, text.slice(0, 2));
        throw new Error("power failure");
      },
      remove: async (where) => (where.endsWith(".tmp") ? undefined : nodeSteps.remove(where)),
    };
    await assert.rejects(writeDurably(path, "new text", cut), /power failure/);
    assert.equal(readFileSync(path, "utf8"), "old");
    assert.equal(readFileSync(`${path}.tmp`, "utf8"), "ne");
    await writeDurably(path, "newer", nodeSteps);
    assert.deepEqual(readdirSync(folder.at("state")), ["file.json"]);
  });
});
