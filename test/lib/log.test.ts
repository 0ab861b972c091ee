import assert from "node:assert/strict";
import { test } from "node:test";
import { componentLogger, createLogger, setLogLevel } from "../../src/lib/log.ts";

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

test("an error is written with what it says and where it comes from, and with nothing else that hangs on it", () => {
  const error = Object.assign(new TypeError("no such thing"), { code: "ENOENT", headers: { authorization: "secret" } });
  const [line] = lines("info", (log) => componentLogger(log, "config").error({ error }, "a fault"));
  assert.ok(line);
  const { stack, ...rest } = line["error"] as Record<string, unknown>;
  assert.deepEqual(rest, { type: "TypeError", code: "ENOENT", message: "no such thing" });
  assert.match(String(stack), /^TypeError: no such thing\n +at /);
  assert.equal(lines("info", (log) => log.error({ error: "in words" }, "a fault"))[0]?.["error"], "in words");
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

test("another level holds for the parts that have their loggers already", () => {
  const written: string[] = [];
  const root = createLogger({ level: "info", destination: { write: (line: string) => void written.push(line) } });
  const part = componentLogger(componentLogger(root, "alerts"), "lane");
  part.debug("hidden");
  setLogLevel(root, "debug");
  part.debug("shown");
  root.debug("shown too");
  setLogLevel(root, "error");
  part.warn("hidden again");
  assert.deepEqual(
    written.map((line) => JSON.parse(line).msg),
    ["shown", "shown too"],
  );
});
