import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { FrameMaker } from "../../src/capture/frame-maker.ts";
import { ReorderBuffer } from "../../src/capture/reorder.ts";
import { instant, wallTime } from "../../src/lib/time.ts";
import { type Frame, LinkType } from "../../src/wire/frame.ts";
import { makeFrame } from "../helpers/packets.ts";

const t0 = 1_795_200_000_000_000;

/** Feeds stamps (microseconds) in one buffer that is used again and again; each frame holds its index. */
function made(stamps: readonly number[], options: { interfaces?: number; inOrder?: boolean } = {}): { frames: Frame[]; indexes: number[] } {
  const frames: Frame[] = [];
  const indexes: number[] = [];
  const maker = new FrameMaker(
    {
      gap: () => {},
      frame: (frame) => {
        frames.push(frame);
        indexes.push(frame.bytes[0] ?? -1);
      },
    },
    options.inOrder ?? true,
  );
  for (let i = 1; i <= (options.interfaces ?? 1); i++) maker.interfaces(i);
  const buffer = new Uint8Array(1);
  for (const [i, stamp] of stamps.entries()) {
    buffer[0] = i;
    maker.record({ wall: wallTime(t0 + stamp), interface: null, direction: "in", linkType: LinkType.ethernet, bytes: buffer, length: 1 });
  }
  maker.end();
  return { frames, indexes };
}

test("the batches of two interfaces are put in order, frames of one moment in that of the file", () => {
  assert.deepEqual(made([600_000, 900_000, 100_000, 600_000, 2_000_000, 1_500_000], { interfaces: 2 }).indexes, [2, 0, 3, 1, 5, 4]);
});

test("a frame of several interfaces that has to wait keeps its own bytes", () => {
  const { frames, indexes } = made([600_000, 100_000], { interfaces: 2 });
  assert.deepEqual(
    [indexes, frames.map((frame) => frame.bytes[0])],
    [
      [1, 0],
      [1, 0],
    ],
  );
});

test("frames of one interface in order are handed on without a copy", () => {
  const { frames } = made([0, 1_000, 900, 2_000]);
  assert.equal(new Set(frames.map((frame) => frame.bytes)).size, 1);
});

test("once a frame comes more than a millisecond late, the rest is put in order", () => {
  const { indexes } = made([0, 400_000, 100_000, 900_000, 600_000]);
  assert.deepEqual(indexes, [0, 1, 2, 4, 3]);
});

test("without asking for it nothing is put in order", () => {
  assert.deepEqual(made([600_000, 100_000, 900_000, 200_000], { interfaces: 2, inOrder: false }).indexes, [0, 1, 2, 3]);
});

test("a gap stays before its frame", () => {
  const calls: string[] = [];
  const maker = new FrameMaker({ gap: (at) => calls.push(`gap ${at - t0}`), frame: ({ at }) => calls.push(`${at - t0}`) }, true);
  maker.interfaces(2);
  for (const stamp of [0, 1_000_000, -30_000_000, 1_200_000, 900_000])
    maker.record({
      wall: wallTime(t0 + stamp),
      interface: null,
      direction: "in",
      linkType: 1,
      bytes: new Uint8Array(1),
      length: 1,
    });
  maker.end();
  assert.deepEqual(calls, ["0", "900000", "1000000", "gap 1000001", "1000001", "1200000"]);
});

test("frames that are at most a second late come out in order, each once", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 999_999 }), { maxLength: 200 }), (late) => {
      const out: number[] = [];
      const buffer = new ReorderBuffer((frame) => out.push(frame.at));
      const stamps = late.map((us, i) => Math.max(0, i * 50_000 - us));
      for (const at of stamps) buffer.push(makeFrame(new Uint8Array(0), { at: instant(at) }), false);
      buffer.flush();
      assert.deepEqual(
        out,
        stamps.toSorted((a, b) => a - b),
      );
    }),
  );
});

for (const [name, size, most] of [
  ["number", 0, 65_536],
  ["size", 256 * 1_024, 64],
] as const)
  test(`the ${name} of frames that wait is bounded`, () => {
    let out = 0;
    const buffer = new ReorderBuffer(() => out++);
    const bytes = new Uint8Array(size);
    for (let i = 0; i < most + 10; i++) buffer.push(makeFrame(bytes, { at: instant(most - i) }), false);
    assert.equal(out, 10);
  });
