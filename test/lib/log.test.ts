import assert from "node:assert/strict";
import { test } from "node:test";
import { componentLogger, createLogger } from "../../src/lib/log.ts";

function lines(level: "info" | "debug", write: (log: ReturnType<typeof createLogger>) => void): Record<string, unknown>[] {
  const written: string[] = [];
  write(createLogger({ level, destination: { write: (line: string) => void written.push(line) } }));
  return written.map((line) => JSON.parse(line));
}

test("a line is one JSON object with level, RFC 3339 time, component and message", () => {
  const [line] = lines("info", (log) => componentLogger(log, "capture").info({ interface: "eth0" }, "capture started"));
  assert.ok(line);
  const { time, ...rest } = line;
  assert.deepEqual(rest, { level: "info", component: "capture", interface: "eth0", msg: "capture started" });
  assert.match(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});

test("lines below the level are not written", () => {
  assert.equal(lines("info", (log) => log.debug("hidden")).length, 0);
  assert.equal(lines("debug", (log) => log.debug("shown")).length, 1);
});

test("text with line breaks stays on one line", () => {
  const written: string[] = [];
  createLogger({ level: "info", destination: { write: (line: string) => void written.push(line) } }).info({ name: "a\nb" }, "x");
  assert.equal(written.join("").trimEnd().split("\n").length, 1);
});
