import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Output, type Sink } from "../../src/metrics/output.ts";

/** Takes chunks when it is told to, and reads them as late as it may. */
class Slow implements Sink {
  closed = false;
  bytes = Buffer.alloc(0);
  readonly waiting: { chunk: Uint8Array; done: () => void }[] = [];

  write(chunk: Uint8Array, done: () => void): void {
    this.waiting.push({ chunk, done });
  }

  take(): void {
    for (const { chunk, done } of this.waiting.splice(0)) {
      this.bytes = Buffer.concat([this.bytes, chunk]);
      done();
    }
  }
}

function written(write: (output: Output) => void): string {
  const sink = new Slow();
  const output = new Output(sink);
  write(output);
  output.end();
  sink.take();
  return sink.bytes.toString();
}

test("a number is written as the language writes it", () => {
  const wholeMillionths = fc.maxSafeNat().map((millionths) => millionths / 1e6);
  fc.assert(
    fc.property(fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.maxSafeInteger(), wholeMillionths), (value) => {
      assert.equal(
        written((output) => output.number(value)),
        String(value),
      );
    }),
    { numRuns: 2_000 },
  );
});

for (const value of [
  0,
  -0,
  9,
  10,
  999_999_999_999_999,
  1e15,
  1e21,
  1e-6,
  9e-7,
  0.000_01,
  0.1 + 0.2,
  1_795_240_799.850_001,
  4_294_967_295.999_999,
  -1.5,
]) {
  test(`${value} is written as the language writes it`, () => {
    assert.equal(
      written((output) => output.number(value)),
      String(value),
    );
  });
}

test("text of any length and alphabet arrives whole and in order, wherever a chunk ends", () => {
  const piece = fc.tuple(fc.constantFrom("a", "é", "中", "😀"), fc.integer({ min: 0, max: 70_000 }), fc.nat(1_000_000));
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const text = written((output) => {
        for (const [letter, length, number] of pieces) {
          output.text(letter.repeat(length));
          output.number(number);
          output.byte(0x0a);
          output.bytes(Buffer.from(letter.repeat(length)));
        }
      });
      assert.ok(text === pieces.map(([letter, length, number]) => `${letter.repeat(length)}${number}\n${letter.repeat(length)}`).join(""));
    }),
    { numRuns: 30 },
  );
});

/** Fills a chunk in one or two steps. */
function* steps(output: Output, letter: string, count: number, taken: { steps: number }): Generator<void, void> {
  for (let step = 0; step < count; step++) {
    output.text(letter.repeat(40_000));
    taken.steps++;
    yield;
  }
}

test("an answer waits for its client, and a chunk on its way is not written over by any other answer", async () => {
  const sinks = [new Slow(), new Slow()];
  const taken = { steps: 0 };
  const answers = sinks.map(async (sink, index) => {
    const output = new Output(sink);
    assert.equal(await output.run(steps(output, "ab"[index] ?? "", 40, taken)), true);
    output.end();
  });
  const finished = Promise.all(answers).then(() => true);
  while (!(await Promise.race([finished, new Promise<false>((resolve) => setImmediate(resolve, false))]))) {
    for (const sink of sinks) {
      assert.ok(sink.waiting.length <= 6, "chunks pile up");
      sink.take();
    }
  }
  for (const sink of sinks) sink.take();
  assert.equal(taken.steps, 80);
  assert.ok(sinks[0]?.bytes.toString() === "a".repeat(40 * 40_000));
  assert.ok(sinks[1]?.bytes.toString() === "b".repeat(40 * 40_000));
});

test("an answer that nobody wants any more is given up", async () => {
  const sink = new Slow();
  const output = new Output(sink);
  const taken = { steps: 0 };
  const answer = output.run(steps(output, "a", 1_000, taken));
  sink.closed = true;
  sink.take();
  assert.equal(await answer, false);
  assert.ok(taken.steps < 10);
});
