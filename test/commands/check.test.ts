import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Io } from "../../src/commands/io.ts";
import { runCommandLine } from "../../src/commands/program.ts";

const directory = mkdtempSync(join(tmpdir(), "vw-check-"));
after(() => rmSync(directory, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

async function vrrpwatch(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  let out = "";
  let err = "";
  const io: Io = {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    isTerminal: false,
    errorsToTerminal: false,
  };
  const status = await runCommandLine(args, io);
  return { status, out, err };
}

test("check: a valid file gives status 0 and says so", async () => {
  const path = file("good.yaml", "log: {level: debug}\n");
  assert.deepEqual(await vrrpwatch("check", "--config", path), { status: 0, out: `${path}: the configuration is valid\n`, err: "" });
});

test("check: every problem is one line on standard output, with status 2", async () => {
  const path = file("bad.yaml", "log: {level: loud}\nweb:\n  lisen: []\n");
  const { status, out, err } = await vrrpwatch("check", "--config", path);
  assert.equal(status, 2);
  assert.equal(err, "");
  const lines = out.trimEnd().split("\n");
  assert.match(lines[0] ?? "", /bad\.yaml:1:14 log\.level: must be one of trace/);
  assert.match(lines[1] ?? "", /bad\.yaml:3:3 web\.lisen: unknown key; did you mean listen\?/);
  assert.equal(lines[2], "2 problems: vrrpwatch would not start with this configuration");
});

test("check --json: one object with all findings", async () => {
  const path = file("bad2.yaml", "log: {level: loud}\n");
  const { status, out } = await vrrpwatch("check", "--config", path, "--json");
  assert.equal(status, 2);
  const message = 'must be one of trace, debug, info, warn, error, fatal, not "loud"';
  assert.deepEqual(JSON.parse(out), { findings: [{ level: "error", file: path, line: 1, column: 14, path: "log.level", message }] });
});

test("check --json: no findings is an empty list", async () => {
  const { status, out } = await vrrpwatch("check", "--config", file("good2.yaml", ""), "--json");
  assert.equal(status, 0);
  assert.deepEqual(JSON.parse(out), { findings: [] });
});

test("check: what this version does not act upon is noted, without being an error", async () => {
  const path = file("later.yaml", "state_directory: /var/lib/vrrpwatch\n");
  const { status, out } = await vrrpwatch("check", "-c", path);
  assert.equal(status, 0);
  assert.match(out, /state_directory: is right, but not active in this version/);
});

test("check: a missing file is a problem of the configuration", async () => {
  const { status, out } = await vrrpwatch("check", "--config", join(directory, "missing.yaml"));
  assert.equal(status, 2);
  assert.match(out, /missing\.yaml: does not exist/);
});

test("check --keepalived says that it cannot do so yet", async () => {
  const { status, out, err } = await vrrpwatch("check", "--keepalived", "/etc/keepalived/keepalived.conf");
  assert.equal(status, 2);
  assert.equal(out, "");
  assert.match(err, /--keepalived is not available in this version/);
});

for (const args of [
  [],
  ["chek"],
  ["--nonsense"],
  ["check", "--nonsense"],
  ["check", "extra"],
  ["check", "--config"],
  ["replay"],
  ["decode"],
  ["decode", "a", "b"],
]) {
  test(`wrong usage gives status 2, on standard error only: vrrpwatch ${args.join(" ")}`, async () => {
    const { status, out, err } = await vrrpwatch(...args);
    assert.equal(status, 2);
    assert.equal(out, "");
    assert.notEqual(err, "");
  });
}

test("a mistyped command gets a suggestion", async () => {
  assert.match((await vrrpwatch("decod", "x")).err, /Did you mean decode\?/);
});

for (const args of [["--help"], ["help"], ["run", "--help"], ["replay", "--help"], ["decode", "-h"], ["help", "check"]]) {
  test(`help goes to standard output with an example: vrrpwatch ${args.join(" ")}`, async () => {
    const { status, out, err } = await vrrpwatch(...args);
    assert.deepEqual([status, err], [0, ""]);
    assert.match(out, /^Usage: vrrpwatch/);
    assert.match(out, /Examples?:\n {2}\S/);
  });
}

test("--version prints the version of the package", async () => {
  const { status, out } = await vrrpwatch("--version");
  assert.equal(status, 0);
  assert.match(out, /^\d+\.\d+\.\d+\n$/);
});
