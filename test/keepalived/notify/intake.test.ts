import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { runCommandLine } from "../../../src/commands/program.ts";
import { NotifyIntake } from "../../../src/keepalived/notify/intake.ts";
import { root as repository } from "../../contract/repository.ts";
import { CollectIo } from "../../helpers/collect-io.ts";
import { mkfifo, Sink, temporaryFolder, waitFor } from "./harness.ts";

const main = fileURLToPath(new URL("../../../src/main.js", import.meta.url));
const script = join(repository, "deploy/notify.sh");
const has = (program: string): boolean => spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;

interface Ended {
  readonly status: number | string | null;
  readonly stdout: string;
  readonly stderr: string;
}

describe("the notify intake", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let sink: Sink;
  let socket: string;
  let spool: string;
  const opened: NotifyIntake[] = [];

  beforeEach(() => {
    folder = temporaryFolder();
    sink = new Sink();
    socket = folder.at("notify.sock");
    spool = folder.at("notify-spool");
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((intake) => intake.close()));
    folder.remove();
  });

  async function open(): Promise<NotifyIntake> {
    const intake = new NotifyIntake({ fifo: folder.at("notify.fifo"), socket, group: null }, sink);
    opened.push(intake);
    await intake.start();
    return intake;
  }

  function run(command: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Ended> {
    return new Promise((resolve) => {
      execFile(command, args, { env: { ...process.env, ...environment }, timeout: 20_000 }, (error, stdout, stderr) => {
        resolve({ status: error === null ? 0 : (error.code ?? error.signal ?? null), stdout, stderr });
      });
    });
  }

  const expected = (line: string): Promise<unknown> =>
    waitFor(line, () => sink.lines.includes(line), { within: 5_000, every: 2, state: () => [sink.lines, sink.warnings] });

  test("opens all three, and leaves no timer or file descriptor behind at its end", async () => {
    const intake = await open();
    assert.deepEqual(intake.view(), {
      fifo: { path: folder.at("notify.fifo"), up: true, problem: null },
      socket: { path: socket, up: true, problem: null },
    });
    await intake.close();
    assert.deepEqual([intake.view().fifo.up, intake.view().socket.up], [false, false]);
  });

  test("delivers the spool before anything that comes over the socket", async () => {
    const io = new CollectIo();
    mkdirSync(spool);
    await runCommandLine(["notify", "--socket", socket, "INSTANCE", "VI_1", "BACKUP", "100"], io);
    assert.equal(io.stderr, "");
    assert.equal(readdirSync(spool).length, 1);
    await open();
    await runCommandLine(["notify", `--socket=${socket}`, "INSTANCE", "VI_1", "MASTER", "100"], io);
    assert.deepEqual(sink.lines, ['INSTANCE "VI_1" BACKUP 100', 'INSTANCE "VI_1" MASTER 100']);
    assert.deepEqual(
      sink.facts.map((fact) => fact.kind === "notify" && fact.source),
      ["spool", "socket"],
    );
  });

  test("starts with whatever is denied: each problem is a warning", async () => {
    writeFileSync(folder.at("notify.fifo"), "");
    writeFileSync(socket, "");
    writeFileSync(spool, "");
    const intake = await open();
    assert.equal(intake.view().fifo.up, false);
    assert.equal(intake.view().socket.up, false);
    assert.equal(sink.warnings.length, 3);
  });

  const callers = [
    { name: "vrrpwatch notify", command: process.execPath, first: [main, "notify"], skip: false as string | false },
    { name: "notify.sh with curl", command: "sh", first: [script], skip: has("curl") ? false : "needs curl" },
    { name: "notify.sh in dash", command: "dash", first: [script], skip: has("dash") && has("curl") ? false : "needs dash and curl" },
  ];
  for (const { name, command, first, skip } of callers) {
    describe(name, { skip }, () => {
      const call = (...args: string[]): Promise<Ended> => run(command, [...first, "--socket", socket, ...args]);
      const quiet: Ended = { status: 0, stdout: "", stderr: "" };

      const calls: ReadonlyArray<readonly [args: string[], line: string]> = [
        [["INSTANCE", "VI_1", "MASTER", "100"], 'INSTANCE "VI_1" MASTER 100'],
        [["INSTANCE", "VI_1", "MASTER"], 'INSTANCE "VI_1" MASTER'],
        [
          ["--verbose", "-x", "@/etc/passwd", "GROUP", "a \"b\" 'c' $d `e` \\n %s", "FAULT", "0"],
          'GROUP "a "b" \'c\' $d `e` \\n %s" FAULT 0',
        ],
        [["one", "INSTANCE", "-e é", "STOP"], 'INSTANCE "-e é" STOP'],
        [["INSTANCE", "GROUP", "BACKUP", "9"], 'INSTANCE "GROUP" BACKUP 9'],
      ];
      for (const [args, line] of calls) {
        test(`hands in ${JSON.stringify(args)}`, async () => {
          await open();
          assert.deepEqual(await call(...args), quiet);
          assert.deepEqual(sink.lines, [line]);
          assert.equal(sink.last().source, "socket");
        });
      }

      test("leaves the call for an agent that is away, which takes it with its time", async () => {
        const intake = await open();
        await intake.close();
        const before = Date.now();
        assert.deepEqual(await call("INSTANCE", 'a "b" c', "MASTER", "100"), quiet);
        const after = Date.now();
        assert.deepEqual(sink.facts, []);
        const [file = ""] = readdirSync(spool);
        assert.match(file, /^\d{19}-\d+\.notify$/);
        assert.equal(statSync(join(spool, file)).mode & 0o777, 0o644);
        await open();
        assert.deepEqual(sink.lines, ['INSTANCE "a "b" c" MASTER 100']);
        const happened = (sink.last().happened ?? 0) / 1_000;
        assert.ok(happened >= before - 1 && happened <= after + 1, `${before} ${happened} ${after}`);
      });

      test("gives up on an agent that does not answer after two seconds, and leaves the call for it", async () => {
        mkdirSync(spool);
        const deaf = createServer(() => {}).listen(socket);
        const begun = performance.now();
        const ended = await call("INSTANCE", "VI_1", "MASTER", "100");
        const took = performance.now() - begun;
        deaf.close();
        assert.deepEqual(ended, quiet);
        assert.ok(took > 1_500 && took < 10_000, `${took}`);
        assert.equal(readdirSync(spool).length, 1);
      });

      const nonsense: readonly (readonly string[])[] = [
        [],
        ["hello"],
        ["--help", "-V", "--config"],
        ["-"],
        ["--"],
        ["INSTANCE", "VI_1"],
        ["INSTANCE", "VI_1", "MASTER", "100", "more"],
        ["INSTANCE", "two\nlines", "MASTER", "100"],
      ];
      for (const args of nonsense) {
        test(`ends with 0 and one line on standard error, given ${JSON.stringify(args)}`, async () => {
          const intake = await open();
          const { status, stdout, stderr } = await call(...args);
          assert.deepEqual([status, stdout], [0, ""]);
          assert.match(stderr, /^vrrpwatch notify.*\n$/);
          assert.equal(stderr.split("\n").length, 2, stderr);
          assert.deepEqual(sink.facts, []);
          await intake.close();
          assert.deepEqual(readdirSync(spool), []);
        });
      }

      test("ends with 0 and says so where neither the agent nor its spool is there", async () => {
        const { status, stderr } = await call("INSTANCE", "VI_1", "MASTER", "100");
        assert.equal(status, 0);
        assert.match(stderr, /^vrrpwatch notify.*agent cannot be reached.*\n$/);
      });

      test("ends with 0 where the option lacks its value", async () => {
        assert.equal((await run(command, [...first, "--socket"])).status, 0);
      });
    });
  }

  test("notify.sh leaves a file where there is no curl, and the agent takes it at once", async () => {
    const bin = folder.at("bin");
    mkdirSync(bin);
    const tools = ["sh", "date", "chmod", "mv", "rm"];
    for (const tool of tools)
      symlinkSync(spawnSync("sh", ["-c", `command -v ${tool}`], { encoding: "utf8" }).stdout.trim(), join(bin, tool));
    await open();
    const umask = process.umask(0o177);
    const ended = await run(join(bin, "sh"), [script, "--socket", socket, "INSTANCE", "VI 1", "MASTER", "100"], { PATH: bin });
    process.umask(umask);
    assert.deepEqual(ended, { status: 0, stdout: "", stderr: "" });
    await expected('INSTANCE "VI 1" MASTER 100');
    assert.equal(sink.last().source, "spool");
  });

  test("notify.sh makes up a time where date does not know nanoseconds", async () => {
    const bin = folder.at("bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "date"), '#!/bin/sh\ncase $1 in *N*) echo "$(/bin/date +%s)N" ;; *) exec /bin/date "$@" ;; esac\n');
    chmodSync(join(bin, "date"), 0o755);
    mkdirSync(spool);
    await run("sh", [script, "--socket", socket, "INSTANCE", "VI_1", "MASTER"], { PATH: `${bin}:${process.env["PATH"]}` });
    assert.match(readdirSync(spool).join(), /^\d{10}000000000-\d+\.notify$/);
  });

  test("notify.sh writes no more files than the agent takes", async () => {
    mkdirSync(spool);
    for (let n = 0; n < 10_000; n++) writeFileSync(join(spool, `${n}.notify`), "");
    const { status, stderr } = await run("sh", [script, "--socket", socket, "INSTANCE", "VI_1", "MASTER"]);
    assert.equal(status, 0);
    assert.match(stderr, /10000 calls wait in .* already: the call is lost/);
  });

  test("notify.sh passes shellcheck", { skip: has("shellcheck") ? false : "needs shellcheck" }, () => {
    assert.equal(spawnSync("shellcheck", [script], { encoding: "utf8" }).stdout, "");
  });

  test("the command's help says what it is for, and main help lists it", async () => {
    const io = new CollectIo();
    assert.equal(await runCommandLine(["notify", "--help"], io), 0);
    assert.match(io.stdout, /notify_master "\/usr\/bin\/vrrpwatch notify INSTANCE VI_1 MASTER"/);
    await runCommandLine(["--help"], io);
    assert.match(io.stdout, /^ {2}notify /m);
    assert.match(readFileSync(script, "utf8"), /^#!\/bin\/sh\n/);
  });

  test("a FIFO that another agent reads is refused by the second, both views say so", async () => {
    mkfifo(folder.at("notify.fifo"));
    const code = `
      import { NotifyIntake } from ${JSON.stringify(new URL("../../../src/keepalived/notify/intake.js", import.meta.url).href)};
      import { systemClock as clock } from ${JSON.stringify(new URL("../../../src/lib/clock.js", import.meta.url).href)};
      const log = { info() {}, warn() {} };
      const options = { fifo: ${JSON.stringify(folder.at("notify.fifo"))}, socket: ${JSON.stringify(socket)}, group: null };
      const intake = new NotifyIntake(options, { deliver() {}, log, clock });
      await intake.start();
      console.log(JSON.stringify(intake.view()));
    `;
    await open();
    const { stdout, stderr } = await run(process.execPath, ["--input-type=module", "-e", code]);
    const view = JSON.parse(stdout || assert.fail(stderr)) as ReturnType<NotifyIntake["view"]>;
    assert.match(view.fifo.problem ?? "", new RegExp(`another program reads from .*: process ${process.pid} `));
    assert.match(view.socket.problem ?? "", /second vrrpwatch/);
  });
});
