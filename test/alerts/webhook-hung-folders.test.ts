import assert from "node:assert/strict";
import { test } from "node:test";
import { HungFolders } from "../../src/alerts/webhook/hung-folders.ts";

test("the files of a folder are asked for one at a time, and after ten seconds without an answer no more, until it comes", async () => {
  let now = 0;
  let answer = (): void => {};
  const asked: string[] = [];
  const hung = new HungFolders(() => now);
  const use = (path: string): Promise<string> =>
    hung.use(path, async () => {
      asked.push(path);
      return path;
    });
  const first = hung.use("/mnt/a", () => new Promise<string>((resolve) => (answer = () => resolve("late"))));
  now = 9_999;
  const second = use("/mnt/b");
  assert.equal(await use("/run/b"), "/run/b");
  now = 10_000;
  await assert.rejects(use("/mnt/c"), { code: "HUNG" });
  assert.deepEqual(asked, ["/run/b"]);
  answer();
  assert.deepEqual([await first, await second, await use("/mnt/d")], ["late", "/mnt/b", "/mnt/d"]);
  assert.deepEqual(asked, ["/run/b", "/mnt/b", "/mnt/d"]);
});

test("a call that fails does not count as one that hangs, and lets the next one go on", async () => {
  let now = 0;
  const hung = new HungFolders(() => now);
  const failed = hung.use("/mnt/a", () => Promise.reject(new Error("no")));
  const next = hung.use("/mnt/b", async () => 1);
  await assert.rejects(failed, /no/);
  assert.equal(await next, 1);
  now = 60_000;
  assert.equal(await hung.use("/mnt/a", async () => 2), 2);
});
