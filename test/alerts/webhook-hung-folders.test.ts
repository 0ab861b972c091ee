import assert from "node:assert/strict";
import { test } from "node:test";
import { HungFolders } from "../../src/alerts/webhook/hung-folders.ts";

test("a folder whose files do not come back is asked no more until they do, and other folders go on", async () => {
  let now = 0;
  let answer = (): void => {};
  const hung = new HungFolders(() => now);
  const first = hung.use("/mnt/a", () => new Promise<string>((resolve) => (answer = () => resolve("late"))));
  now = 9_999;
  assert.equal(await hung.use("/mnt/b", async () => "in time"), "in time");
  now = 10_000;
  await assert.rejects(
    hung.use("/mnt/b", async () => assert.fail("asked")),
    { code: "HUNG" },
  );
  assert.equal(await hung.use("/run/b", async () => "elsewhere"), "elsewhere");
  answer();
  assert.equal(await first, "late");
  assert.equal(await hung.use("/mnt/b", async () => "again"), "again");
});

test("a call that fails does not count as one that hangs", async () => {
  let now = 0;
  const hung = new HungFolders(() => now);
  await assert.rejects(
    hung.use("/mnt/a", () => Promise.reject(new Error("no"))),
    /no/,
  );
  now = 60_000;
  assert.equal(await hung.use("/mnt/a", async () => 1), 1);
});
