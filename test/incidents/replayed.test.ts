import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { openCaptureFile } from "../../src/capture/file.ts";
import { replay } from "../../src/commands/replay.ts";
import { Engine } from "../../src/core/engine.ts";
import { eventJson } from "../../src/core/event-json.ts";
import type { Event } from "../../src/core/events.ts";
import { toInput } from "../../src/core/intake.ts";
import { type Instant, instant, seconds, type WallTime, wallTime } from "../../src/lib/time.ts";
import { createDecoder, decodeFrame } from "../../src/wire/decode.ts";
import type { Frame } from "../../src/wire/frame.ts";
import { capturesFolder, framesOf } from "../helpers/captures.ts";
import { CollectIo } from "../helpers/collect-io.ts";
import { EPOCH_US } from "../helpers/scenario.ts";
import { cleared, makeRecorder, raised, temporary } from "./harness.ts";

type Json = Record<string, unknown>;

/**
 * Feeds a capture file through decoder, engine and recorder, in file time. The first event from `from` on opens an incident, as a
 * condition that is none of the wire's would: healthy captures have their story, too.
 */
async function record(file: string, directory: string, from: WallTime): Promise<Json[]> {
  const { recorder } = makeRecorder(directory, { before: seconds(12) });
  const engine = new Engine();
  const decoder = createDecoder();
  const events: Json[] = [];
  let now: [Instant, WallTime] = [instant(0), wallTime(0)];
  const take = (list: readonly Event[]): void => {
    for (const event of list) {
      if (event.router !== null && event.wall >= from && recorder.view().total === 0) {
        const s = (event.wall - EPOCH_US) / 1e6;
        for (const each of [raised(s, event.router), cleared(s, event.router)]) recorder.event({ ...each, at: event.at } as Event);
      }
      recorder.event(event);
      events.push(eventJson(event) as Json);
    }
  };
  const opened = await openCaptureFile(file);
  assert.ok(opened.ok);
  await opened.value.read(
    {
      frame(frame) {
        if (frame.at - now[0] > 1_000_000) {
          take(engine.advance(frame.at));
          recorder.tick(frame.at, frame.wall);
          now = [frame.at, frame.wall];
        }
        const decoded = decoder.decode(frame);
        recorder.frame(frame, decoded);
        const input = toInput(frame, decoded);
        take(input === undefined ? engine.advance(frame.at) : engine.handle(input));
      },
      gap(at, wall) {
        take(engine.handle({ kind: "gap", interface: null, at, wall, until: at }));
      },
      settled: () => recorder.settled(),
    },
    { inOrder: true },
  );
  await recorder.stop(...now);
  return events;
}

async function replayed(file: string): Promise<Json[]> {
  const io = new CollectIo();
  assert.equal(await replay(file, { json: true, metrics: false, relative: false, color: false }, io), 0, io.stderr);
  return io.json();
}

/** They hang on more than the 30 s before an incident, which its capture holds. */
const longMemory: ReadonlySet<unknown> = new Set(["flapping"]);

/** Without the interface: a pcap file has none. The first master that is heard is nobody's change. */
const story = (events: readonly Json[], { began_at: from, ended_at: to, interfaces }: Json, named: boolean): Json[] =>
  events
    .filter((e) => e["event"] === "master_changed" || String(e["event"]).startsWith("condition_"))
    .filter((e) => !longMemory.has(e["condition"]))
    .filter((e) => e["reason"] !== "initial" && String(e["at"]) >= String(from) && String(e["at"]) <= String(to))
    .filter((e) => !named || (interfaces as unknown[]).includes(e["interface"]))
    .map((e) => ({ ...e, interface: null }));

/** What the frames of a capture file mean, with their times, in the order of these. */
function meaning(frames: readonly Frame[], from: WallTime, to: WallTime): unknown[] {
  return frames
    .filter(({ wall }) => wall >= from && wall <= to)
    .sort((a, b) => a.wall - b.wall)
    .map((frame) => ({ wall: frame.wall, ...decodeFrame(frame) }))
    .filter(({ kind }) => kind !== "other");
}

const folder = fileURLToPath(capturesFolder);
const captures = readdirSync(folder).flatMap((name) =>
  readdirSync(join(folder, name))
    .filter((file) => file.endsWith(".pcap"))
    .map((file) => `${name}/${file.replace(/\.pcap$/, "")}`)
    // A port of a switch that unicast adverts do not reach.
    .filter((capture) => capture !== "21-unicast/monitor"),
);
let incidents = 0;

for (const capture of captures) {
  const original = framesOf(`${capture}.pcap`);
  const [begin, end] = [original[0]?.wall ?? 0, original.at(-1)?.wall ?? 0];
  for (const [title, from] of [
    ["from its beginning", begin],
    ["from its middle", (begin + end) / 2],
  ] as const)
    test(`the capture of an incident in ${capture}, ${title}, tells the story of the incident`, async (t) => {
      const directory = temporary(t);
      const events = await record(join(folder, `${capture}.pcap`), directory, wallTime(from));
      for (const id of existsSync(directory) ? readdirSync(directory) : []) {
        incidents += 1;
        const incident = JSON.parse(readFileSync(join(directory, id, "incident.json"), "utf8")) as Json;
        const file = join(directory, id, "capture.pcap");
        assert.deepEqual(story(await replayed(file), incident, false), story(events, incident, true));

        const kept = framesOf(file);
        const [first, last] = [kept[0]?.wall, kept.at(-1)?.wall];
        assert.ok(first !== undefined && last !== undefined);
        const ofSegment = original.filter((f) => (incident["interfaces"] as unknown[]).includes(f.interface));
        assert.deepEqual(meaning(kept, first, last), meaning(ofSegment, first, last));
      }
    });
}

test("there were incidents to compare", () => assert.ok(incidents >= 1.5 * captures.length, `${incidents}`));
