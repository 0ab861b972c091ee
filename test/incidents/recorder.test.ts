import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { seconds } from "../../src/lib/time.ts";
import { decodeFrame } from "../../src/wire/decode.ts";
import { framesOf } from "../helpers/captures.ts";
import { EPOCH_US } from "../helpers/scenario.ts";
import { at, changed, cleared, hear, makeRecorder, pass, raised, routerId, temporary } from "./harness.ts";

type Json = Record<string, unknown>;

const idsIn = (directory: string): string[] => readdirSync(directory).sort();
const incidentIn = (directory: string, n = 0): Json =>
  JSON.parse(readFileSync(join(directory, idsIn(directory)[n] ?? "", "incident.json"), "utf8")) as Json;
const linesIn = (directory: string, n = 0): Json[] =>
  readFileSync(join(directory, idsIn(directory)[n] ?? "", "timeline.jsonl"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Json);
const secondsOf = (text: unknown): number => (Date.parse(String(text)) * 1_000 - EPOCH_US) / 1e6;

test("an incident begins with the first condition and ends when all has been quiet for 30 s", async (t) => {
  const { directory, recorder } = makeRecorder(temporary(t));
  recorder.event(raised(100));
  await pass(recorder, 100, 101);
  assert.equal(incidentIn(directory)["state"], "open");
  await pass(recorder, 102, 200);
  assert.equal(recorder.view().open, 1, "it goes on while the condition is raised");
  recorder.event(cleared(200));
  await pass(recorder, 200, 229);
  assert.equal(recorder.view().open, 1);
  await pass(recorder, 230, 231);
  const { state, ended_by, began_at, ended_at, severity, duration_seconds, conditions } = incidentIn(directory);
  assert.deepEqual([state, ended_by, severity, duration_seconds], ["closed", "quiet", "critical", 100]);
  assert.deepEqual([secondsOf(began_at), secondsOf(ended_at)], [100, 200]);
  const [condition] = conditions as Json[];
  assert.deepEqual(
    [condition?.["condition"], condition?.["cause"], condition?.["evidence"], condition?.["times"]],
    ["no_master", "no_response", { last_master: "192.0.2.1" }, 1],
  );
  assert.deepEqual([secondsOf(condition?.["raised_at"]), secondsOf(condition?.["cleared_at"])], [100, 200]);
});

test("what stays wrong without any news is over after 10 minutes, and what comes next has its own incident", async (t) => {
  const { directory, recorder } = makeRecorder(temporary(t));
  recorder.event(raised(100));
  await pass(recorder, 100, 101);
  recorder.event(raised(300, routerId(52)));
  await pass(recorder, 899, 900);
  assert.equal(recorder.view().open, 0);
  assert.equal(incidentIn(directory)["ended_by"], "standing");
  recorder.event(cleared(2_000));
  assert.equal(recorder.view().open, 0, "an end is no beginning");
  recorder.event(changed(2_001, "no_response"));
  assert.deepEqual([recorder.view().open, recorder.view().total], [1, 2]);
});

for (const [reason, to, isOpen] of [
  ["initial", "192.0.2.2", 0],
  ["priority_zero", "192.0.2.2", 0],
  ["preempted", "192.0.2.2", 0],
  ["priority_zero", null, 1],
  ["no_response", "192.0.2.2", 1],
  ["split_resolved", "192.0.2.2", 1],
  ["unknown", "192.0.2.2", 1],
] as const)
  test(`a change of master to ${to ?? "nobody"} for ${reason} is ${isOpen === 1 ? "an" : "no"} incident`, (t) => {
    const { recorder } = makeRecorder(temporary(t));
    recorder.event(changed(1, reason, to));
    assert.equal(recorder.view().open, isOpen);
  });

test("information alone is no incident, and keeps none open", async (t) => {
  const { recorder } = makeRecorder(temporary(t));
  recorder.event(raised(1, routerId(), "info"));
  assert.equal(recorder.view().open, 0);
  recorder.event(changed(2, "no_response"));
  recorder.event(raised(3, routerId(52), "info"));
  await pass(recorder, 3, 33);
  assert.equal(recorder.view().open, 0);
});

test("keepalived going into FAULT on this host is an incident", (t) => {
  const { recorder } = makeRecorder(temporary(t));
  const common = { kind: "router_state_changed", ...at(1), router: routerId(), instance: "VI_1", by: "notify", priority: null } as const;
  recorder.event({ ...common, from: "master", to: "backup" });
  assert.equal(recorder.view().open, 0);
  recorder.event({ ...common, from: "backup", to: "fault" });
  assert.equal(recorder.view().open, 1);
});

test("a sender that resigns twice at once is in FAULT, one that resigns once has been stopped", (t) => {
  const { recorder } = makeRecorder(temporary(t));
  hear(recorder, 1, { ipId: 1 });
  hear(recorder, 2, { priority: 0, ipId: 2 });
  hear(recorder, 2.0002, { priority: 0, ipId: 2 });
  assert.equal(recorder.view().open, 0, "a copy that a mirror port made");
  hear(recorder, 2.0004, { priority: 0, ipId: 3 });
  assert.equal(recorder.view().open, 1);
});

test("255 virtual routers that fail at once on one segment are one incident", async (t) => {
  const { directory, recorder } = makeRecorder(temporary(t));
  for (let vrid = 1; vrid <= 255; vrid++) recorder.event(changed(1, "initial", "192.0.2.1", routerId(vrid)));
  for (let vrid = 1; vrid <= 255; vrid++) {
    recorder.event(changed(50 + vrid / 1e4, "no_response", "192.0.2.2", routerId(vrid)));
    recorder.event(raised(51 + vrid / 1e4, routerId(vrid)));
  }
  recorder.event(raised(52, routerId(1, "eth1"), "warning"));
  await pass(recorder, 52, 53);
  assert.equal(idsIn(directory).length, 2, "another segment has its own");
  const incident = incidentIn(directory);
  assert.equal((incident["virtual_routers"] as Json[]).length, 255);
  assert.equal(incident["failovers_total"], 255);
  assert.match(String(incident["summary"]), /^no_master of 255 virtual routers on eth0 since 2026-01-01 00:00:50 UTC, 255 failovers$/);
  const [first] = incident["virtual_routers"] as Json[];
  assert.deepEqual([first?.["master_before"], first?.["master_after"], first?.["failovers"]], ["192.0.2.1", "192.0.2.2", 1]);
});

test("what belongs to an incident stays in it when its interface's segment changes its name", async (t) => {
  let name = "192.0.2.0/24";
  const { recorder } = makeRecorder(temporary(t), {}, { segmentOf: () => name });
  recorder.event(raised(1));
  name = "eth0";
  recorder.event(cleared(2));
  await pass(recorder, 2, 32);
  assert.deepEqual([recorder.view().total, recorder.view().open], [1, 0]);
});

test("the capture goes from 30 s before to 30 s after, and holds the segment's frames only", async (t) => {
  const { directory, recorder } = makeRecorder(temporary(t), { quiet: seconds(5) });
  for (let s = 0; s < 300; s++) {
    hear(recorder, s, {}, "eth0");
    hear(recorder, s + 0.1, { vrid: 9 }, "eth1");
    if (s === 100) recorder.event(raised(s + 0.2));
    if (s === 150) recorder.event(cleared(s + 0.2));
    await pass(recorder, s, s);
  }
  const frames = framesOf(join(directory, idsIn(directory)[0] ?? "", "capture.pcap"));
  const times = frames.map(({ wall }) => (wall - EPOCH_US) / 1e6);
  // The end is noticed at the next beat, a second later at most.
  assert.deepEqual([Math.ceil(times[0] ?? 0), times.at(-1)], [71, 181]);
  assert.ok(frames.every((f) => f.bytes.length === 0 || (decodeFrame(f) as { advert?: { vrid: number } }).advert?.vrid === 51));
  const { capture } = incidentIn(directory)["files"] as { capture: Json };
  assert.deepEqual([capture["frames"], capture["truncated"], capture["incomplete"]], [111, false, false]);
  assert.equal(capture["bytes"], statSync(join(directory, idsIn(directory)[0] ?? "", "capture.pcap")).size);
});

test("a capture that reaches its bound ends there, and says so", async (t) => {
  const { directory, recorder } = makeRecorder(temporary(t), { maxCaptureBytes: 2_000 });
  recorder.event(raised(1));
  for (let s = 1; s < 60; s++) hear(recorder, s);
  await pass(recorder, 60, 60);
  const { capture } = incidentIn(directory)["files"] as { capture: Json };
  assert.equal(capture["truncated"], true);
  assert.ok((capture["bytes"] as number) <= 2_000 && (capture["bytes"] as number) > 1_800);
  assert.equal(framesOf(join(directory, idsIn(directory)[0] ?? "", "capture.pcap")).length, capture["frames"]);
});

test("a steady run of adverts is one line with a count, and what matters has lines of its own, in order", async (t) => {
  const { directory, recorder } = makeRecorder(temporary(t));
  for (let s = 0; s < 10; s++) hear(recorder, s, { source: "192.0.2.1", priority: 150 });
  hear(recorder, 11, { source: "192.0.2.1", priority: 150 });
  hear(recorder, 12, { source: "192.0.2.1", priority: 140 });
  hear(recorder, 12.5, { source: "192.0.2.2", priority: 100, mac: "02:00:00:00:00:02" });
  hear(recorder, 12.6, { source: "192.0.2.1", priority: 140 });
  for (let s = 13; s < 20; s++) {
    hear(recorder, s + 0.5, { source: "192.0.2.2", priority: 100, mac: "02:00:00:00:00:02" });
    hear(recorder, s + 0.6, { source: "192.0.2.1", priority: 140 });
  }
  hear(recorder, 20, { source: "192.0.2.1", priority: 0 });
  recorder.fact(
    { kind: "notify", source: "fifo", notify: { kind: "instance", name: "VI_1", event: "master", priority: 100 } },
    at(20.5).at,
    at(20.5).wall,
  );
  recorder.event(raised(21));
  await pass(recorder, 21, 22);
  const lines = linesIn(directory);
  assert.deepEqual(
    lines.map((l) => [secondsOf(l["at"]), l["entry"], l["why"] ?? l["event"] ?? l["notify"] ?? l["count"], l["source"] ?? ""].join(" ")),
    [
      "0 advert first 192.0.2.1",
      "11 adverts 9 192.0.2.1",
      "11 advert late 192.0.2.1",
      "12 advert changed 192.0.2.1",
      "12.5 advert contests 192.0.2.2",
      "12.6 advert contests 192.0.2.1",
      "20 adverts 7 192.0.2.2",
      "20 adverts 7 192.0.2.1",
      "20 advert resigned 192.0.2.1",
      "20.5 notify master fifo",
      "21 event condition_raised ",
    ],
  );
  assert.equal(lines[2]?.["delta_ms"], 0);
  assert.equal(lines[4]?.["delta_ms"], 500);
});

test("folders and files are for the agent's user only", async (t) => {
  const { directory, recorder } = makeRecorder(temporary(t));
  hear(recorder, 0);
  recorder.event(raised(1));
  await pass(recorder, 1, 2);
  const folder = join(directory, idsIn(directory)[0] ?? "");
  for (const path of [directory, folder]) assert.equal(statSync(path).mode & 0o777, 0o700);
  assert.deepEqual(readdirSync(folder).sort(), ["capture.pcap", "incident.json", "timeline.jsonl"]);
  for (const name of readdirSync(folder)) assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600);
});

test("what the agent could not hear is in the timeline of every segment", async (t) => {
  const { directory, recorder } = makeRecorder(temporary(t));
  const now = at(1);
  recorder.hearing({ kind: "frames_dropped", count: 7 }, now.at, now.wall);
  recorder.hearing({ kind: "paused", pause: seconds(2) }, now.at, now.wall);
  recorder.hearing({ kind: "capture", interface: "eth0", state: "deaf", why: "link down" }, now.at, now.wall);
  recorder.event(raised(2));
  await pass(recorder, 2, 3);
  assert.deepEqual(
    linesIn(directory)
      .slice(0, 3)
      .map(({ at: _, delta_ms: __, ...fields }) => fields),
    [
      { entry: "frames_dropped", count: 7 },
      { entry: "paused", seconds: 2 },
      { entry: "capture", interface: "eth0", state: "deaf", why: "link down" },
    ],
  );
});

test("stopping the agent closes what is open and writes it", async (t) => {
  const { directory, recorder } = makeRecorder(temporary(t));
  recorder.event(raised(1));
  await recorder.stop(at(2).at, at(2).wall);
  assert.deepEqual([incidentIn(directory)["state"], incidentIn(directory)["ended_by"]], ["closed", "stopped"]);
});

test("evidence without end is left out", async (t) => {
  const { directory, recorder } = makeRecorder(temporary(t));
  recorder.event({ ...raised(1), evidence: { text: "x".repeat(10_000) } } as never);
  await pass(recorder, 1, 2);
  const [condition] = incidentIn(directory)["conditions"] as Json[];
  assert.match(JSON.stringify(condition?.["evidence"]), /omitted/);
});

test("a flood of forged senders buys a bounded number of lines, and says how many are missing", async (t) => {
  const { directory, recorder } = makeRecorder(temporary(t));
  recorder.event(raised(1));
  for (let n = 0; n < 20_000; n++) hear(recorder, 2 + n / 1e5, { source: `10.9.${n >> 8}.${n & 255}`, ipId: n });
  hear(recorder, 4, { source: "10.8.0.1" });
  await pass(recorder, 4, 5);
  const lines = linesIn(directory);
  assert.ok(lines.length < 5_000, `${lines.length}`);
  const omitted = lines.filter((l) => l["entry"] === "omitted").reduce((sum, l) => sum + (l["count"] as number), 0);
  assert.ok(omitted > 15_000, `${omitted}`);
});
