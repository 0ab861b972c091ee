import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readConfig, resolveConfig } from "../../src/config/resolve.ts";
import { defaultConfig } from "../../src/config/schema.ts";

const directory = mkdtempSync(join(tmpdir(), "vw-config-"));
after(() => rmSync(directory, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

test("without flags the file holds", () => {
  assert.deepEqual(resolveConfig(defaultConfig(), {}), { ok: true, value: defaultConfig() });
  assert.deepEqual(resolveConfig(defaultConfig(), { interface: [], listen: [] }), { ok: true, value: defaultConfig() });
});

test("flags win over the file, and what they set counts as given", () => {
  const result = resolveConfig(defaultConfig(), {
    interface: ["eth0", "!eth1"],
    listen: ["127.0.0.1:0"],
    stateDirectory: "/tmp/x",
    logLevel: "debug",
  });
  assert.ok(result.ok);
  assert.deepEqual(result.value.capture.interfaces, ["eth0", "!eth1"]);
  assert.deepEqual(result.value.web.listen, [{ kind: "tcp", host: "127.0.0.1", port: 0 }]);
  assert.equal(result.value.state_directory, "/tmp/x");
  assert.equal(result.value.log.level, "debug");
  assert.deepEqual(result.value.given, ["capture.interfaces", "web.listen", "state_directory", "log.level"]);
});

test("a relative state directory on the command line belongs to the working directory", () => {
  const result = resolveConfig(defaultConfig(), { stateDirectory: "state" });
  assert.ok(result.ok && result.value.state_directory === join(process.cwd(), "state"));
});

test("every bad flag is told of at once", () => {
  const result = resolveConfig(defaultConfig(), { interface: [""], listen: ["x"], stateDirectory: "", logLevel: "loud" });
  assert.ok(!result.ok);
  assert.deepEqual(
    result.error.map(({ path }) => path),
    ["--interface", "--listen", "--state-directory", "--log-level"],
  );
});

test("a file is read and its problems carry its name", async () => {
  const path = file("bad.yaml", "log: {level: x}\n");
  const result = await readConfig(path, { listen: ["y"] });
  assert.ok(!result.ok);
  assert.deepEqual(
    result.error.map((problem) => [problem.file, problem.line, problem.path]),
    [
      [path, 1, "log.level"],
      [null, null, "--listen"],
    ],
  );
});

test("a file that was named must exist", async () => {
  const result = await readConfig(join(directory, "missing.yaml"));
  assert.ok(!result.ok && /does not exist/.test(result.error[0]?.message ?? ""));
});

test("flags that select no interface are refused", () => {
  const result = resolveConfig(defaultConfig(), { interface: ["!*"] });
  assert.ok(!result.ok);
  assert.match(result.error[0]?.message ?? "", /"!\*" excludes every interface/);
});

test("a pipe that nobody writes to is refused instead of waited for", async () => {
  const path = join(directory, "fifo");
  execFileSync("mkfifo", [path]);
  const result = await readConfig(path);
  assert.ok(!result.ok);
  assert.match(result.error[0]?.message ?? "", /is a pipe, socket or device: the configuration must be a regular file/);
});

test("a symbolic link to a regular file is followed", async () => {
  const path = join(directory, "link.yaml");
  symlinkSync(file("target.yaml", "log: {level: debug}\n"), path);
  const result = await readConfig(path);
  assert.ok(result.ok && result.value.config.log.level === "debug");
});

test("a directory, binary data, a device and a file that is too large are refused", async () => {
  const cases: ReadonlyArray<readonly [string, RegExp]> = [
    [directory, /is a directory/],
    [file("latin1.yaml", new Uint8Array([0x61, 0xff, 0x0a])), /not UTF-8/],
    ["/dev/zero", /is a pipe, socket or device/],
    [file("large.yaml", "#".repeat(1_048_577)), /larger than 1 MiB/],
  ];
  for (const [path, message] of cases) {
    const result = await readConfig(path);
    assert.ok(!result.ok && message.test(result.error[0]?.message ?? ""), path);
  }
});
