import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { seconds } from "../../src/lib/time.ts";
import { framesOf } from "../helpers/captures.ts";
import { at, cleared, failingStorage, hear, makeRecorder, pass, raised, routerId, temporary } from "./harness.ts";

type Json = Record<string, unknown>;

const only = (directory: string): string => join(directory, readdirSync(directory)[0] ?? "");
const read = (folder: string): Json => JSON.parse(readFileSync(join(folder, "incident.json"), "utf8")) as Json;

/** An incident from 10 s on, with an advert each second. */
async function trouble(recorder: Parameters<typeof pass>[0], from: number, to: number): Promise<void> {
  for (let s = from; s < to; s++) {
    hear(recorder, s);
    if (s === 10) recorder.event(raised(s + 0.5));
    await pass(recorder, s, s);
  }
}

for (const step of ["mkdir", "open", "write", "truncate", "sync", "close", "rename"] as const)
  test(`a disk whose ${step} fails for a while is told of once, and has everything afterwards`, async (t) => {
    const directory = temporary(t);
    let broken = true;
    const storage = failingStorage((what) => (broken && what === step ? "ENOSPC" : null));
    const { recorder, log } = makeRecorder(directory, {}, { storage });
    await trouble(recorder, 0, 20);
    assert.ok(recorder.view().writeFailures > 5);
    assert.equal(log.length, 1);
    broken = false;
    await trouble(recorder, 20, 40);
    assert.deepEqual(
      log.map(({ level }) => level),
      ["warn", "info"],
    );
    const folder = only(directory);
    assert.equal(read(folder)["state"], "open");
    const frames = framesOf(join(folder, "capture.pcap")).filter((f) => f.bytes.length > 0);
    assert.equal(frames.length, 40);
    assert.ok(readFileSync(join(folder, "timeline.jsonl"), "utf8").includes("condition_raised"));
  });

test("a write that fails half way leaves no half record behind", async (t) => {
  const directory = temporary(t);
  let writes = 0;
  const storage = failingStorage((what, path) => (what === "write" && path.endsWith(".pcap") && ++writes % 3 === 0 ? "EIO" : null));
  const { recorder } = makeRecorder(directory, {}, { storage });
  await trouble(recorder, 0, 60);
  await recorder.stop(at(60).at, at(60).wall);
  const frames = framesOf(join(only(directory), "capture.pcap")).filter((f) => f.bytes.length > 0);
  assert.ok(frames.length >= 59 && frames.length <= 60, `${frames.length}`);
});

test("frames that come while the disk is busy are all in the capture", async (t) => {
  const directory = temporary(t);
  const { recorder } = makeRecorder(directory);
  recorder.event(raised(0));
  // Each second has more than the pieces that are handed over at once.
  for (let s = 1; s < 10; s++) {
    recorder.tick(at(s).at, at(s).wall);
    for (let n = 0; n < 5_000; n++) {
      hear(recorder, s + n / 1e4);
      if (n % 1_000 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  }
  await recorder.stop(at(10).at, at(10).wall);
  assert.equal(framesOf(join(only(directory), "capture.pcap")).filter((f) => f.bytes.length > 0).length, 45_000);
});

test("a disk that never works costs bounded memory, and the capture says that it is incomplete", async (t) => {
  const storage = failingStorage(() => "EROFS");
  const { recorder } = makeRecorder(temporary(t), { ringBytes: 65_536 }, { storage });
  recorder.event(raised(1));
  for (let n = 0; n < 5_000; n++) hear(recorder, 2 + n / 1_000);
  await pass(recorder, 7, 8);
  const [head] = recorder.list();
  const full = (await recorder.get(String(head?.["id"]))) as { files: { capture: Json } };
  assert.equal(full.files.capture["incomplete"], true);
  assert.ok((full.files.capture["frames"] as number) * 62 <= 2 * 65_536);
});

test("incidents that end while the disk does not work do not pile up", async (t) => {
  const { recorder } = makeRecorder(temporary(t), { quiet: seconds(1), after: seconds(1) }, { storage: failingStorage(() => "EROFS") });
  for (let n = 0; n < 100; n++) {
    recorder.event(raised(10 * n));
    recorder.event(cleared(10 * n + 1));
    await pass(recorder, 10 * n + 2, 10 * n + 3);
  }
  assert.equal(recorder.view().open, 0);
  assert.equal(recorder.view().total, 100);
});

test("files that are deleted under the agent begin anew", async (t) => {
  const directory = temporary(t);
  const { recorder } = makeRecorder(directory);
  await trouble(recorder, 0, 20);
  rmSync(join(only(directory), "capture.pcap"));
  await trouble(recorder, 20, 30);
  assert.equal(framesOf(join(only(directory), "capture.pcap")).length, 10);
  rmSync(directory, { recursive: true });
  await trouble(recorder, 30, 40);
  assert.ok(framesOf(join(only(directory), "capture.pcap")).length >= 8);
  const { capture } = read(only(directory))["files"] as { capture: Json };
  assert.equal(capture["incomplete"], true);
});

test("what a killed agent left open is closed as interrupted at the next start", async (t) => {
  const directory = temporary(t);
  const killed = makeRecorder(directory);
  await trouble(killed.recorder, 0, 20);
  const half = join(directory, "20260101T000000Z-abcdef");
  mkdirSync(half);
  const next = makeRecorder(directory);
  await next.recorder.start(at(100).wall);
  const incidents = next.recorder.list();
  assert.deepEqual(
    incidents.map(({ state, ended_by }) => [state, ended_by]),
    [
      ["closed", "interrupted"],
      ["closed", "interrupted"],
    ],
  );
  assert.equal(read(half)["ended_by"], "interrupted");
  const whole = incidents.find(({ segment }) => segment === "eth0");
  assert.equal(whole?.["ended_at"], whole?.["last_change_at"]);
  assert.ok(next.recorder.view().bytes > 1_000);
});

test("a damaged incident.json does not keep the others from being listed", async (t) => {
  const directory = temporary(t);
  for (const [id, text] of [
    ["20260101T000000Z-000001", "{"],
    ["20260101T000000Z-000002", "[1]"],
    ["20260101T000000Z-000003", '{"state":"closed","severity":"critical"}'],
  ] as const) {
    mkdirSync(join(directory, id), { recursive: true });
    writeFileSync(join(directory, id, "incident.json"), text);
  }
  const { recorder } = makeRecorder(directory);
  await recorder.start(at(0).wall);
  assert.equal(recorder.list().length, 3);
  assert.equal(recorder.list()[0]?.["severity"], "critical");
});

async function many(directory: string, count: number, options: Parameters<typeof makeRecorder>[1]): Promise<string[]> {
  const { recorder } = makeRecorder(directory, { quiet: seconds(1), after: seconds(1), ...options });
  await recorder.start(at(0).wall);
  for (let n = 0; n < count; n++) {
    recorder.event(raised(100 * n));
    recorder.event(cleared(100 * n + 1));
    await pass(recorder, 100 * n + 2, 100 * n + 4);
  }
  return readdirSync(directory).sort();
}

test("the oldest closed incidents go when there are too many", async (t) => {
  assert.deepEqual(
    (await many(temporary(t), 6, { maxCount: 3 })).map((id) => id.slice(17)),
    ["000003", "000004", "000005"],
  );
});

test("the oldest closed incidents go when they take too many bytes", async (t) => {
  const left = await many(temporary(t), 8, { maxBytes: 6_000 });
  assert.ok(left.length >= 2 && left.length <= 5, left.join());
  assert.equal(left.at(-1)?.slice(17), "000007");
});

test("incidents that are too old go, and nothing that is not the agent's", async (t) => {
  const directory = temporary(t);
  for (const name of ["20200101T000000Z-000000", "20200101T000000Z-notours", "lost+found"])
    mkdirSync(join(directory, name), { recursive: true });
  const { recorder } = makeRecorder(directory);
  await recorder.start(at(0).wall);
  assert.deepEqual(readdirSync(directory).sort(), ["20200101T000000Z-notours", "lost+found"]);
});

test("an open incident is never removed", async (t) => {
  const directory = temporary(t);
  const { recorder } = makeRecorder(directory, { maxCount: 1, maxBytes: 1 });
  recorder.event(raised(1));
  recorder.event(raised(2, routerId(51, "eth1")));
  await pass(recorder, 2, 70);
  assert.equal(readdirSync(directory).length, 2);
});

test("a directory that cannot be listed at the start is counted, and the agent goes on", async (t) => {
  const { recorder, log } = makeRecorder(temporary(t), {}, { storage: failingStorage((what) => (what === "list" ? "EACCES" : null)) });
  await recorder.start(at(0).wall);
  assert.deepEqual([recorder.view().writeFailures, log.length], [1, 1]);
});

test("without an incident nothing is written", async (t) => {
  const directory = temporary(t);
  const { recorder } = makeRecorder(directory);
  await recorder.start(at(0).wall);
  for (let s = 0; s < 10; s++) hear(recorder, s);
  await pass(recorder, 0, 120);
  assert.ok(!existsSync(directory));
});
