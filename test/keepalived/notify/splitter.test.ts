import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { escapeText } from "../../../src/keepalived/notify/escape.ts";
import { LineSplitter, MAX_LINE_BYTES } from "../../../src/keepalived/notify/splitter.ts";

/** null stands for a line that was too long. */
function split(pieces: readonly Buffer[]): (string | null)[] {
  const lines: (string | null)[] = [];
  const splitter = new LineSplitter({ line: (text) => lines.push(text), tooLong: () => lines.push(null) });
  for (const piece of pieces) splitter.push(piece);
  splitter.end();
  return lines;
}

const text = (...pieces: string[]): (string | null)[] => split(pieces.map((piece) => Buffer.from(piece)));

describe("a stream of bytes", () => {
  test("is cut into lines, empty ones left out", () => assert.deepEqual(text("a\nb\n\n\r\nc\n"), ["a", "b", "c"]));
  test("may end its lines with CR LF", () => assert.deepEqual(text("a\r\nb\rc\r\n"), ["a", "b\rc"]));
  test("may end without a line end", () => assert.deepEqual(text("a\nb"), ["a", "b"]));
  test("keeps a NUL byte for the parser to refuse", () => assert.deepEqual(text("a\0b\n"), ["a\0b"]));

  test("may be cut anywhere, in the middle of a character too", () => {
    const bytes = Buffer.from('INSTANCE "büro" MASTER 100\r\nGROUP "€" BACKUP 0\n');
    const whole = split([bytes]);
    assert.equal(whole.length, 2);
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length)), (cuts) => {
        const edges = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const pieces = edges.slice(1).map((end, i) => bytes.subarray(edges[i], end));
        assert.deepEqual(split(pieces), whole);
      }),
    );
  });

  test("has lines of 4096 bytes at most: a longer one is one unparsable line, however it arrives", () => {
    const fits = "x".repeat(MAX_LINE_BYTES);
    assert.deepEqual(text(`${fits}\n`), [fits]);
    assert.deepEqual(text(fits, "\r\n"), [fits]);
    assert.deepEqual(text(`${fits}x\nnext\n`), [null, "next"]);
    assert.deepEqual(text(fits, "x\nnext\n"), [null, "next"]);
    assert.deepEqual(text(fits, "x"), [null]);
    const megabytes = Array.from({ length: 64 }, () => "y".repeat(65_536));
    assert.deepEqual(text(...megabytes, "end\nnext\n"), [null, "next"]);
  });
});

describe("text from outside in a log line", () => {
  test("is printable ASCII of bounded length", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 500 }), (raw) => {
        const escaped = escapeText(raw);
        assert.match(escaped, /^[ -~]*…?$/);
        assert.ok(escaped.length <= 140);
      }),
    );
  });
  test("shows what it was", () => assert.equal(escapeText('a\\b\u001b[1m"é"'), 'a\\u{5c}b\\u{1b}[1m"\\u{e9}"'));
});
