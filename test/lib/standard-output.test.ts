import assert from "node:assert/strict";
import { test } from "node:test";
import { StandardOutput } from "../../src/lib/standard-output.ts";

const failure = (code: string): Error => Object.assign(new Error(code), { code });

/** An output that does each time what the list says: a number of bytes that it takes, or an error. Then it takes all. */
function output(...steps: readonly (number | string)[]): { readonly out: StandardOutput; readonly text: () => string } {
  const taken: Uint8Array[] = [];
  const left = [...steps];
  const out = new StandardOutput((bytes) => {
    const step = left.shift() ?? bytes.length;
    if (typeof step === "string") throw failure(step);
    taken.push(bytes.subarray(0, step));
    return step;
  });
  return { out, text: () => Buffer.concat(taken).toString() };
}

test("a line is written whole, in as many parts as it takes", () => {
  const { out, text } = output(1, 2, "EAGAIN");
  out.write("été\n");
  out.write("two\n");
  assert.equal(text(), "été\ntwo\n");
});

for (const code of ["ENOSPC", "EIO", "EPIPE"]) {
  test(`${code} loses lines, says how many as soon as one gets through, and throws nothing`, () => {
    const { out, text } = output(code, code);
    out.write("one\n");
    out.write("two\n");
    out.write("three\n");
    const [lost, line] = text().split("\n");
    assert.equal(JSON.parse(lost ?? "").lost, 2);
    assert.equal(JSON.parse(lost ?? "").level, "warn");
    assert.equal(line, "three");
  });
}

test("a line that broke off does not run into the next one", () => {
  const { out, text } = output(2, "ENOSPC");
  out.write("one\n");
  out.write("two\n");
  const [broken, lost, line] = text().split("\n");
  assert.deepEqual([broken, JSON.parse(lost ?? "").lost, line], ["on", 1, "two"]);
});

test("a pipe that nobody reads is waited for once, and not with each line", () => {
  let tries = 0;
  const out = new StandardOutput(() => {
    tries += 1;
    throw failure("EAGAIN");
  });
  out.write("one\n");
  const atFirst = tries;
  assert.ok(atFirst > 1);
  for (let i = 0; i < 100; i++) out.write("more\n");
  assert.equal(tries, atFirst + 100);
});
