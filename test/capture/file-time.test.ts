import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { FrameMaker } from "../../src/capture/frame-maker.ts";
import { wallTime } from "../../src/lib/time.ts";
import { LinkType } from "../../src/wire/frame.ts";

const t0 = 1_795_200_000;

interface Seen {
  readonly at: number;
  readonly wall: number;
  readonly gap: boolean;
}

/** What is made of stamps in seconds after `t0`; times are seconds after the first frame. */
function timeline(stamps: readonly number[], inOrder = true): Seen[] {
  const seen: Seen[] = [];
  let gap = false;
  const maker = new FrameMaker(
    {
      gap: () => {
        gap = true;
      },
      frame: (frame) => {
        seen.push({ at: frame.at, wall: frame.wall, gap });
        gap = false;
      },
    },
    inOrder,
  );
  for (const stamp of stamps)
    maker.record({
      wall: wallTime(Math.round((t0 + stamp) * 1e6)),
      interface: null,
      direction: "unknown",
      linkType: LinkType.ethernet,
      bytes: new Uint8Array(1),
      length: 1,
    });
  maker.end();
  const first = seen[0]?.at ?? 0;
  return seen.map((s) => ({ at: (s.at - first) / 1e6, wall: (s.wall - t0 * 1e6) / 1e6, gap: s.gap }));
}

const lines = (stamps: readonly number[]): string[] => timeline(stamps).map(({ at, wall, gap }) => `${gap ? "gap " : ""}${at} ${wall}`);

test("a frame stamped 0 happens right after the one before it, and time goes on as if nothing had been", () => {
  assert.deepEqual(lines([0, 1, -t0, 2, 3]), ["0 0", "1 1", "gap 1.000001 1.000001", "2 2", "3 3"]);
});

test("several frames stamped 0 do not move the time after them", () => {
  const at = timeline([0, 1, -t0, -t0, -t0, 2, 3]).map((s) => s.at);
  assert.deepEqual(at, [0, 1, 1.000001, 1.000001, 1.000001, 2, 3]);
});

test("false stamps that differ do not move the time after them", () => {
  assert.deepEqual(
    timeline([0, 1, -t0, -1_000, -2_000, 2, 3])
      .map((s) => s.at)
      .slice(-2),
    [2, 3],
  );
});

test("a frame ten minutes ahead that stands alone happens right after the one before it", () => {
  assert.deepEqual(lines([0, 1, 601, 2, 3]), ["0 0", "1 1", "gap 1.000001 1.000001", "2 2", "3 3"]);
});

test("a silence of ten minutes is time that passed", () => {
  assert.deepEqual(lines([0, 1, 601, 602]), ["0 0", "1 1", "601 601", "602 602"]);
});

test("a little disorder after a long silence does not make the silence vanish", () => {
  assert.deepEqual(
    timeline([0, 1, 601.4, 601, 602]).map(({ at, gap }) => [at, gap]),
    [
      [0, false],
      [1, false],
      [601.4, false],
      [601, false],
      [602, false],
    ],
  );
});

test("frames that are far from each other keep their own time", () => {
  assert.deepEqual(
    timeline([0, 20, 40, 100, 5_000]).map((s) => s.at),
    [0, 20, 40, 100, 5_000],
  );
});

test("the last frame of a file keeps its own time, however far ahead", () => {
  assert.deepEqual(lines([0, 1, 601]), ["0 0", "1 1", "601 601"]);
});

test("a last frame with a stamp from long ago comes last in wall time too", () => {
  assert.deepEqual(lines([0, 1, -600]), ["0 0", "1 1", "gap 1.000001 1.000001"]);
});

test("after a clock that was set back for good the file's own wall time holds, also beyond where it was set back", () => {
  const seen = timeline([0, 1, -29, -28, -27, -19, -9, 1, 2, 3, 11]);
  assert.deepEqual(
    seen.map((s) => Math.round(s.at * 100) / 100),
    [0, 1, 1, 2, 3, 11, 21, 31, 32, 33, 41],
  );
  assert.deepEqual(
    seen.map((s) => s.wall),
    [0, 1, -29, -28, -27, -19, -9, 1, 2, 3, 11],
  );
  assert.deepEqual(
    seen.map((s) => s.gap).filter((gap) => gap),
    [true],
  );
});

test("a small step back followed by a silence is not taken for a return", () => {
  assert.deepEqual(
    timeline([0, 1, 2, -1, 1.5, 2.5]).map((s) => Math.round(s.at * 10) / 10),
    [0, 1, 2, 2, 4.5, 5.5],
  );
});

test("after a clock that was set back by a second and a half, a failover's silence keeps its length", () => {
  assert.deepEqual(
    timeline([0, 1, -0.4, 0.6, 12.6, 13.6]).map((s) => Math.round(s.at * 10) / 10),
    [0, 1, 1, 2, 14, 15],
  );
});

test("without order every frame has the stamp of the file", () => {
  assert.deepEqual(
    timeline([0, 1, -t0, 2], false).map((s) => s.wall),
    [0, 1, -t0, 2],
  );
});

test("one false stamp anywhere changes no other frame's instant", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 4, maxLength: 30 }),
      fc.nat(),
      fc.integer({ min: -t0, max: 10 * t0 }),
      (steps, place, offset) => {
        fc.pre(Math.abs(offset) > 100);
        let now = 0;
        const stamps = steps.map((step) => {
          now += step;
          return now / 100;
        });
        const index = 1 + (place % (stamps.length - 2));
        const damaged = stamps.with(index, Math.max(-t0, (stamps[index] ?? 0) + offset));
        const expected = timeline(stamps).map((s) => s.at);
        const got = timeline(damaged).map((s) => s.at);
        assert.deepEqual(got.toSpliced(index, 1), expected.toSpliced(index, 1));
      },
    ),
    { numRuns: 300 },
  );
});

test("whatever the stamps are, time never goes back by more than a second and no frame is lost", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.integer({ min: -20, max: 20 }), fc.integer({ min: -t0, max: t0 })), { maxLength: 60 }), (stamps) => {
      for (const inOrder of [true, false]) {
        const seen = timeline(stamps, inOrder);
        assert.equal(seen.length, stamps.length);
        let latest = Number.NEGATIVE_INFINITY;
        for (const { at } of seen) {
          assert.ok(at >= latest - 1.000001);
          latest = Math.max(latest, at);
        }
      }
    }),
    { numRuns: 300 },
  );
});
