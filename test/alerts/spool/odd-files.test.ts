import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { gistOf } from "../../../src/alerts/failure-log.ts";
import { Delivery } from "../../../src/alerts/spool/delivery.ts";
import { folderOf, readFolder } from "../../../src/alerts/spool/folder.ts";
import { fileNameOf } from "../../../src/alerts/spool/names.ts";
import { storedText } from "../../../src/alerts/spool/stored.ts";
import { nodeSteps } from "../../../src/lib/durable-file.ts";
import { instant, wallTime } from "../../../src/lib/time.ts";
import { sampleAlert, sampleNotification } from "../../helpers/deliveries.ts";
import { EPOCH_US } from "../../helpers/scenario.ts";

const root = mkdtempSync(path.join(tmpdir(), "vrrpwatch-odd-"));
after(() => rmSync(root, { recursive: true, force: true }));

function setUp(name: string) {
  const directory = path.join(root, name);
  const folder = folderOf(directory, "queue", "ops");
  mkdirSync(folder, { recursive: true });
  const put = (order: number, id: string): void => {
    const delivery = new Delivery(sampleNotification(id, [sampleAlert("x", 1)]), order, wallTime(EPOCH_US), instant(0));
    writeFileSync(path.join(folder, fileNameOf({ order, severity: "critical", id })), storedText(delivery));
  };
  const read = () => readFolder(directory, "queue", "ops", instant(0), nodeSteps);
  return { folder, put, read };
}

test("a file that cannot be read now stays where it is: nothing says that it is damaged", async () => {
  const { folder, put, read } = setUp("unreadable");
  put(1, "a");
  // A link to itself cannot be followed, by root neither.
  symlinkSync("000000000002-critical-b.json", path.join(folder, "000000000002-critical-b.json"));
  const before = readdirSync(folder).sort();
  const { deliveries, damaged, errors } = await read();
  assert.deepEqual([deliveries.map(({ id }) => id), damaged, errors.length], [["a"], 0, 1]);
  assert.deepEqual(readdirSync(folder).sort(), before);
});

test("an id that no header and no command can carry is put aside", async () => {
  const { put, read } = setUp("ids");
  for (const [order, id] of ["good-1", "a\r\nx: y", "€", "x".repeat(101)].entries()) put(order + 1, id);
  const { deliveries, damaged } = await read();
  assert.deepEqual([deliveries.map(({ id }) => id), damaged], [["good-1"], 3]);
});

test("orders beyond twelve digits are read, and come after the others", async () => {
  const { put, read } = setUp("orders");
  put(1_000_000_000_000, "later");
  put(999_999_999_999, "before");
  put(2, "first");
  const { deliveries, damaged } = await read();
  assert.deepEqual([deliveries.map(({ id }) => id), damaged], [["first", "before", "later"], 0]);
});

test("answers that differ in their texts only are one failure", () => {
  assert.equal(gistOf("answers 503 Service Unavailable: request 1"), gistOf("answers 503 Service Unavailable: request 2"));
  assert.notEqual(gistOf("answers 503 Service Unavailable"), gistOf("answers 500 Internal Server Error"));
  assert.notEqual(gistOf("it refuses the connection"), gistOf("no such host"));
});
