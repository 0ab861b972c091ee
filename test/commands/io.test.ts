import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { outputProblem } from "../../src/commands/io.ts";
import { capturesFolder } from "../helpers/captures.ts";

const program = fileURLToPath(new URL("../../src/main.js", import.meta.url));
const capture = fileURLToPath(new URL("01-v2-noauth/monitor.pcap", capturesFolder));
const skip = existsSync("/dev/full") && existsSync(program) ? false : "needs /dev/full and the compiled program";

for (const args of [["replay", capture], ["replay", "--json", capture], ["decode", capture], ["check", "--config", "/nowhere"], ["--help"]])
  test(`a full disk ends ${args[0]} with exit status 3 and one line`, { skip }, () => {
    const full = openSync("/dev/full", "w");
    try {
      const { status, stderr } = spawnSync(process.execPath, [program, ...args], { stdio: ["ignore", full, "pipe"], encoding: "utf8" });
      assert.equal(
        stderr,
        "vrrpwatch: cannot write to standard output: no space is left on the device (ENOSPC): free some, or write elsewhere\n",
      );
      assert.equal(status, 3);
    } finally {
      closeSync(full);
    }
  });

test("messages that cannot be written do not end the work", { skip }, () => {
  const full = openSync("/dev/full", "w");
  try {
    const { status } = spawnSync(process.execPath, [program, "replay", "/nowhere.pcap"], { stdio: ["ignore", "pipe", full] });
    assert.equal(status, 3);
  } finally {
    closeSync(full);
  }
});

test("a failure that nobody thought of is told in the words of the system", () => {
  assert.equal(outputProblem(Object.assign(new Error("EWHAT: odd"), { code: "EWHAT" })), "cannot write to standard output: EWHAT: odd");
});
