import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { decode } from "../../src/commands/decode.ts";
import { Progress } from "../../src/commands/progress.ts";
import { capturesFolder } from "../helpers/captures.ts";

function watched(size: number | null): { progress: Progress; written: string[]; at: (ms: number) => void } {
  const written: string[] = [];
  let now = 0;
  const progress = new Progress(
    (text) => written.push(text),
    size,
    () => now,
  );
  return {
    progress,
    written,
    at: (ms) => {
      now = ms;
    },
  };
}

test("progress is one line with share and speed, a few times a second, and is removed", () => {
  const { progress, written, at } = watched(20_000_000);
  at(100);
  progress.update(1_000_000, 10);
  at(500);
  progress.update(5_000_000, 1_000);
  at(600);
  progress.update(6_000_000, 1_200);
  progress.clear();
  progress.clear();
  assert.deepEqual(written, ["\r\u001b[K5.0 MB of 20.0 MB (25 %), 1000 frames, 2000 frames/s", "\r\u001b[K"]);
});

test("progress of a stream has no share", () => {
  const { progress, written, at } = watched(null);
  at(1_000);
  progress.update(5_000_000, 1_000);
  assert.deepEqual(written, ["\r\u001b[K5.0 MB, 1000 frames, 1000 frames/s"]);
});

for (const [name, terminals] of [
  ["where errors do not go to a terminal", { isTerminal: false, errorsToTerminal: false }],
  ["where results go to the same terminal", { isTerminal: true, errorsToTerminal: true }],
] as const)
  test(`decode shows no progress ${name}`, async () => {
    const path = fileURLToPath(new URL("01-v2-noauth/monitor.pcap", capturesFolder));
    const io = { out: () => {}, err: () => assert.fail("nothing is to be said"), ...terminals };
    assert.equal(await decode(path, { json: true, relative: false, color: false }, io), 0);
  });
