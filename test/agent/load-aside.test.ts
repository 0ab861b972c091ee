import assert from "node:assert/strict";
import { test } from "node:test";
import { loadAside } from "../../src/agent/load-aside.ts";

test("the longest list of virtual routers that is allowed fits into the memory of the thread that reads it", async () => {
  const router = (_: unknown, i: number): string => `  - {interface: eth${i}, family: ipv4, vrid: ${1 + (i % 255)}, segment: segment-${i}}`;
  const loaded = await loadAside(`virtual_routers:\n${Array.from({ length: 4_096 }, router).join("\n")}\n`, "/c.yaml");
  assert.ok(loaded.ok, JSON.stringify(loaded));
  assert.equal(loaded.value.virtual_routers.length, 4_096);
});

test("a file that takes more memory than an agent of 256 MB can spare is refused, and the message says so", async () => {
  const loaded = await loadAside(`x: [${"{},".repeat(340_000)}]`, "/c.yaml");
  assert.ok(!loaded.ok);
  assert.deepEqual(loaded.error, [{ file: "/c.yaml", line: null, column: null, path: "", message: "needs more than 96 MB to be read" }]);
});
