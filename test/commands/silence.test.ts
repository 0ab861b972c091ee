import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { after, before, beforeEach, describe, test } from "node:test";
import { runCommandLine } from "../../src/commands/program.ts";
import { ControlSocket } from "../../src/http/control-socket.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { type DurableSteps, nodeSteps } from "../../src/lib/durable-file.ts";
import { SilenceFile } from "../../src/silences/file.ts";
import { SilenceStore } from "../../src/silences/store.ts";
import { CollectIo } from "../helpers/collect-io.ts";
import { sampleSilence } from "../helpers/silences.ts";
import { sampleDeps } from "../http/harness.ts";
import { temporaryFolder } from "../keepalived/notify/harness.ts";

const rootOnly = { skip: process.getuid?.() === 0 ? false : "needs root" };
const log = { info: () => {}, warn: () => {}, error: () => {} };

describe("vrrpwatch silence", () => {
  const folder = temporaryFolder();
  const path = folder.at("control.sock");
  const config = folder.at("config.yaml");
  const wall = systemClock.wall();
  let full = false;
  const steps: DurableSteps = {
    ...nodeSteps,
    writeNew: (where, text) =>
      full ? Promise.reject(Object.assign(new Error("full"), { code: "ENOSPC" })) : nodeSteps.writeNew(where, text),
  };
  const store = new SilenceStore({
    configured: [sampleSilence("config-0", wall, { source: "config", matchers: { segment: "dc1" }, comment: "planned" })],
    file: new SilenceFile(folder.at("silences.json"), steps),
    clock: systemClock,
    log,
  });
  const socket = new ControlSocket(
    { path, hostName: null },
    sampleDeps({ silences: store }),
    { silences: store, incidents: null, alerts: null },
    log,
  );

  before(async () => {
    chmodSync(folder.path, 0o755);
    writeFileSync(config, `web: {control_socket: ${path}}\n`);
    await socket.start();
  });
  after(async () => {
    await socket.close();
    folder.remove();
  });
  beforeEach(async () => {
    full = false;
    for (const { id } of store.all()) await store.remove(id);
  });

  async function silence(...args: string[]): Promise<{ status: number; out: string; err: string }> {
    const io = new CollectIo();
    const status = await runCommandLine(["silence", ...args], io);
    return { status, out: io.stdout, err: io.stderr };
  }
  const here = ["--control-socket", path];

  test("add silences a virtual router for a time, list shows it, remove ends it", async () => {
    const added = await silence(
      "add",
      "--vrid",
      "51",
      "--interface",
      "eth0",
      "--family",
      "ipv4",
      "--for",
      "2h",
      "--comment",
      "new kernel",
      ...here,
    );
    assert.equal(added.err, "");
    assert.equal(added.status, 0);
    const [, id = ""] = /^([0-9a-f]{8}): VRID 51 ipv4 on eth0 is silenced until \S+Z \(for another 2 h\)\n$/.exec(added.out) ?? [];
    const [made] = store.all().filter((each) => each.id === id);
    assert.deepEqual(made?.matchers, { interface: "eth0", family: "ipv4", vrid: 51 });
    assert.deepEqual([made?.comment, made?.endsBy], ["new kernel", "length"]);
    assert.equal(made?.createdBy, process.env["SUDO_USER"] ?? (await import("node:os")).userInfo().username);

    const listed = await silence("list", "--config", config);
    assert.equal(listed.status, 0);
    const lines = listed.out.split("\n");
    assert.match(lines[0] ?? "", /^ID {8}STATE {3}.*SILENCED .*BY .*COMMENT$/);
    assert.match(lines[1] ?? "", /^config-0 {2}active .* segment dc1 .* - .* planned$/);
    assert.match(lines[2] ?? "", new RegExp(`^${id} {2}active  for another 2 h +VRID 51 ipv4 on eth0 +\\S+ +new kernel$`));

    assert.deepEqual(await silence("remove", id, ...here), { status: 0, out: `${id}: removed\n`, err: "" });
    const again = await silence("remove", id, ...here);
    assert.equal(again.status, 2);
    assert.match(again.err, /there is no silence/);
  });

  test("add silences a segment until a time", async () => {
    const until = new Date(Date.now() + 90 * 60_000 + 20_000).toISOString();
    const added = await silence("add", "--segment", "dc1-front", "--until", until, ...here);
    assert.match(added.out, /: segment dc1-front is silenced until .* \(for another 1 h 30 min\)\n$/);
    assert.equal(added.status, 0);
  });

  test("list --json prints what the API answers", async () => {
    const { out, status } = await silence("list", "--json", ...here);
    assert.equal(status, 0);
    assert.deepEqual(
      JSON.parse(out).silences.map((each: { id: string }) => each.id),
      ["config-0"],
    );
  });

  for (const [args, message] of [
    [["--for", "2h"], /--vrid is needed, unless segment/],
    [["--vrid", "300", "--for", "2h"], /--vrid must be a whole number from 1 to 255/],
    [["--vrid", "x", "--for", "2h"], /--vrid must be a whole number/],
    [["--vrid", "-1", "--for", "2h"], /--vrid must be a whole number/],
    [["--vrid", "51"], /--until is needed, or for/],
    [["--vrid", "51", "--for", "2h", "--until", "2036-01-01T00:00:00Z"], /--for excludes until/],
    [["--vrid", "51", "--for", "2"], /--for a duration needs a unit/],
    [["--vrid", "51", "--for", "31d"], /--for is too long: a silence lasts at most 30 days/],
    [["--vrid", "51", "--until", "tomorrow"], /--until not a time: write/],
    [["--vrid", "51", "--inner-vlan", "5", "--for", "2h"], /--inner-vlan needs vlan/],
    [["--vrid", "51", "--family", "IPv4", "--for", "2h"], /--family must be ipv4 or ipv6/],
    [["--vrid", "51", "--for", "2h", "--comment", "a\nb"], /--comment must be text/],
    [["--vrid", "51", "--for", "2h", "--nonsense"], /unknown option/],
  ] as const) {
    test(`add ${JSON.stringify(args.join(" "))} is wrong usage`, async () => {
      const { status, err, out } = await silence("add", ...args, ...here);
      assert.equal(status, 2);
      assert.match(err, message);
      assert.equal(out, "");
      assert.equal(store.all().length, 1);
    });
  }

  test("wrong usage of the others ends with 2 too", async () => {
    for (const args of [["remove"], ["remove", "../x", ...here], ["forget"], ["remove", "config-0", ...here]])
      assert.equal((await silence(...args)).status, 2, args.join(" "));
  });

  test("without an agent every command ends with 3 and says what to do", async () => {
    for (const args of [["list"], ["add", "--vrid", "51", "--for", "1h"], ["remove", "3f9a12bc"]]) {
      const { status, err } = await silence(...args, "--control-socket", folder.at("none.sock"));
      assert.equal(status, 3);
      assert.match(err, /there is no agent at .*none\.sock: start it, or say with --config or --control-socket/);
    }
  });

  test("of an agent that died is told apart", async () => {
    const script = `require("node:net").createServer().listen(process.argv[1], () => process.kill(process.pid, "SIGKILL"))`;
    spawnSync(process.execPath, ["-e", script, folder.at("dead.sock")]);
    const { status, err } = await silence("list", "--control-socket", folder.at("dead.sock"));
    assert.equal(status, 3);
    assert.match(err, /no agent listens on .*dead\.sock \(any more\): start it/);
  });

  test("without permission it ends with 3 and says who may", rootOnly, async () => {
    process.seteuid?.(65_534);
    try {
      const { status, err } = await silence("list", ...here);
      assert.equal(status, 3);
      assert.match(err, /permission denied at .*: only root and the agent's own user may use the control socket/);
    } finally {
      process.seteuid?.(0);
    }
  });

  test("with a configuration that cannot be used it ends with 2 and lists the problems", async () => {
    writeFileSync(folder.at("bad.yaml"), "web: {control_socket: relative}\n");
    const { status, err } = await silence("list", "--config", folder.at("bad.yaml"));
    assert.equal(status, 2);
    assert.match(err, /--control-socket PATH does without it\n.*bad\.yaml:1.*must be an absolute path/s);
  });

  test("a path that is too long for a socket is not cut off", async () => {
    const { status, err } = await silence("list", "--control-socket", `/${"x".repeat(200)}`);
    assert.equal(status, 2);
    assert.match(err, /at most 107 bytes/);
  });

  test("what is not durable is said, and is no failure", async () => {
    full = true;
    const added = await silence("add", "--vrid", "51", "--for", "1h", ...here);
    assert.equal(added.status, 0);
    assert.match(added.err, /will not survive a restart of the agent: .*no space is left/);
    const removed = await silence("remove", added.out.slice(0, 8), ...here);
    assert.equal(removed.status, 0);
    assert.match(removed.err, /comes back with a restart of the agent/);
  });

  test("what answers there and is no agent is not believed", async () => {
    const answers: readonly [status: number, body: string][] = [
      [200, "<html>"],
      [500, "oops"],
      [400, '{"error":"no"}'],
      [201, "{}"],
      [200, "null"],
    ];
    for (const [code, body] of answers) {
      const other = createServer((_request, response) => response.writeHead(code).end(body));
      await new Promise<void>((resolve) => void other.listen(folder.at("other.sock"), resolve));
      try {
        const { status, err } = await silence("add", "--vrid", "51", "--for", "1h", "--control-socket", folder.at("other.sock"));
        assert.equal(status, 3, body);
        assert.match(err, /no vrrpwatch of this version|not understood/);
      } finally {
        await new Promise((resolve) => other.close(resolve));
      }
    }
  });

  test("texts of others cannot disturb the terminal", async () => {
    const other = createServer((_request, response) => {
      const row = {
        id: "1\u001b[2J",
        state: "active",
        ends_at: "x",
        vrid: 1,
        segment: "\u202e",
        created_by: "\u0007",
        comment: "\u001b]0;x",
      };
      response.end(JSON.stringify({ silences: [row, 7, null] }));
    });
    await new Promise<void>((resolve) => void other.listen(folder.at("evil.sock"), resolve));
    try {
      const { out } = await silence("list", "--control-socket", folder.at("evil.sock"));
      assert.doesNotMatch(out.replaceAll("\n", ""), /\p{C}/u);
      assert.equal(out.split("\n").length, 3);
    } finally {
      await new Promise((resolve) => other.close(resolve));
    }
  });
});
