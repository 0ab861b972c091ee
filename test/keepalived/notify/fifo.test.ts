import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { createServer } from "node:net";
import { dirname } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { loadNative } from "../../../src/capture/native.ts";
import { NotifyFifo } from "../../../src/keepalived/notify/fifo.ts";
import { NotifyLines } from "../../../src/keepalived/notify/lines.ts";
import { type MakeFifo, spawnMkfifo } from "../../../src/keepalived/notify/make-fifo.ts";
import { mkfifo, Sink, temporaryFolder, waitFor } from "./harness.ts";

const isRoot = process.getuid?.() === 0;
const skip = process.platform !== "linux" && "needs Linux";
const rootOnly = { skip: isRoot ? false : "needs root" };

describe("the notify FIFO", { skip }, () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let path: string;
  let sink: Sink;
  const opened: NotifyFifo[] = [];
  const children: ChildProcess[] = [];

  beforeEach(() => {
    folder = temporaryFolder();
    path = folder.at("notify.fifo");
    sink = new Sink();
  });
  afterEach(() => {
    for (const fifo of opened.splice(0)) fifo.close();
    for (const child of children.splice(0)) child.kill("SIGKILL");
    folder.remove();
  });

  async function open(
    options: { makeFifo?: MakeFifo; retryMs?: number; checkMs?: number; readersMs?: number; path?: string } = {},
  ): Promise<NotifyFifo> {
    const fifo = new NotifyFifo({ path, ...options }, new NotifyLines(sink), sink.log);
    opened.push(fifo);
    await fifo.start();
    return fifo;
  }

  /** As keepalived writes: opened for both, without waiting. */
  function write(...lines: string[]): void {
    const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    for (const line of lines) writeSync(fd, `${line}\n`);
    closeSync(fd);
  }

  const delivered = (count: number): Promise<unknown> =>
    waitFor(`${count} facts`, () => sink.facts.length >= count, {
      within: 10_000,
      every: 2,
      state: () => [sink.lines.length, sink.warnings],
    });
  const up = (fifo: NotifyFifo): Promise<unknown> =>
    waitFor("the FIFO to be up", () => fifo.view().up, { within: 10_000, every: 2, state: () => fifo.view() });
  const line = (n: number, name = "VI_1"): string => `INSTANCE "${name}" MASTER_PRIORITY ${n}`;

  function child(command: string, args: readonly string[]): ChildProcess {
    const started = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
    children.push(started);
    return started;
  }

  for (const [name, makeFifo] of [
    ["by the addon", loadNative().makeFifo],
    ["by the program mkfifo", spawnMkfifo],
  ] as const) {
    test(`is made with its directory, for its owner only, ${name}`, async () => {
      path = folder.at("run/vrrpwatch/notify.fifo");
      const fifo = await open({ makeFifo });
      assert.deepEqual(fifo.view(), { path, up: true, problem: null });
      const made = lstatSync(path);
      assert.ok(made.isFIFO());
      assert.equal(made.mode & 0o777, 0o600);
      assert.equal(made.uid, process.getuid?.());
      write(line(1));
      await delivered(1);
      assert.deepEqual(sink.lines, [line(1)]);
      assert.equal("happened" in sink.last(), false);
      assert.equal(sink.last().source, "fifo");
    });

    test(`what cannot be made has a code ${name}`, () => {
      writeFileSync(path, "");
      assert.throws(() => makeFifo(path, 0o600), { code: "EEXIST", syscall: "mkfifo" });
      assert.throws(() => makeFifo(folder.at("no/such/folder"), 0o600), { code: "ENOENT", syscall: "mkfifo" });
    });
  }

  test("delivers every line of a burst of several writers, each writer's in its order", async () => {
    await open();
    const writer = `
      const fs = require("node:fs");
      const [path, name, count] = process.argv.slice(1);
      const fd = fs.openSync(path, "r+");
      for (let i = 0; i < Number(count); i++) fs.writeSync(fd, 'INSTANCE "' + name + " " + i + '" MASTER 100\\n');
    `;
    const names = ["a", "b", "c", "d"];
    const ended = names.map((name) => once(child(process.execPath, ["-e", writer, path, name, "2500"]), "exit"));
    // The event loop is held for a while meanwhile: the pipe fills up, and the writers wait.
    await delivered(100);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    assert.deepEqual(
      (await Promise.all(ended)).flat(),
      names.flatMap(() => [0, null]),
    );
    await delivered(10_000);
    assert.equal(sink.lines.length, 10_000);
    for (const name of names) {
      const own = sink.lines.filter((text) => text.startsWith(`INSTANCE "${name} `));
      assert.deepEqual(
        own,
        Array.from({ length: 2_500 }, (_, i) => `INSTANCE "${name} ${i}" MASTER 100`),
      );
    }
    assert.deepEqual(sink.warnings, []);
  });

  test("stays open when writers come and go", async () => {
    const fifo = await open();
    for (let i = 0; i < 50; i++) write(line(i));
    await delivered(50);
    assert.equal(fifo.view().up, true);
    assert.deepEqual(
      sink.lines,
      Array.from({ length: 50 }, (_, i) => line(i)),
    );
  });

  test("that was there before and holds lines gives them first, without a time", async () => {
    mkfifo(path);
    const writer = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    writeSync(writer, `${line(1)}\n${line(2)}\n`);
    await open();
    assert.deepEqual(sink.lines, [line(1), line(2)]);
    assert.ok(sink.facts.every((fact) => fact.kind === "notify" && fact.happened === null));
    writeSync(writer, `${line(3)}\n`);
    closeSync(writer);
    await delivered(3);
    assert.equal("happened" in sink.last(), false);
  });

  test("loses nothing while the agent restarts, as long as keepalived has it open", async () => {
    const first = await open();
    const keepalived = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    writeSync(keepalived, `${line(1)}\n`);
    await delivered(1);
    first.close();
    writeSync(keepalived, `${line(2)}\n`);
    const second = await open();
    assert.equal(second.view().up, true);
    writeSync(keepalived, `${line(3)}\n`);
    await delivered(3);
    closeSync(keepalived);
    assert.deepEqual(sink.lines, [line(1), line(2), line(3)]);
    assert.ok(existsSync(path), "it is not removed at the end: keepalived goes on writing into it");
  });

  test("that keepalived unlinks and makes anew is followed, and what was written before is read", async () => {
    const fifo = await open({ checkMs: 60_000 });
    for (let round = 0; round < 5; round++) {
      const old = lstatSync(path, { bigint: true }).ino;
      write(line(2 * round));
      unlinkSync(path);
      mkfifo(path);
      const keepalived = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
      writeSync(keepalived, `${line(2 * round + 1)}\n`);
      await delivered(2 * round + 2);
      closeSync(keepalived);
      assert.notEqual(lstatSync(path, { bigint: true }).ino, old);
    }
    assert.equal(fifo.view().up, true);
    assert.deepEqual(
      sink.lines,
      Array.from({ length: 10 }, (_, i) => line(i)),
    );
    assert.ok(sink.facts.every((fact) => !("happened" in fact)));
  });

  test("that vanished is made again, and so is its directory", async () => {
    path = folder.at("run/notify.fifo");
    const fifo = await open({ checkMs: 20 });
    unlinkSync(path);
    await waitFor("the FIFO", () => existsSync(path) && fifo.view().up, { within: 5_000 });
    rmSync(folder.at("run"), { recursive: true });
    await waitFor("the FIFO in its directory", () => existsSync(path) && fifo.view().up, { within: 5_000 });
    write(line(7));
    await delivered(1);
  });

  test("lines that are none of keepalived's are counted, and logged once with their escaped text", async () => {
    await open();
    write("rubbish \u001b[2J", line(1), "rubbish \u001b[2J", `x${"y".repeat(5_000)}`, 'INSTANCE "a\0b" MASTER 1', line(2));
    await delivered(6);
    assert.deepEqual(sink.lines, ["!", line(1), "!", "!", "!", line(2)]);
    assert.equal(sink.warnings.length, 3);
    assert.match(sink.warnings[0] ?? "", /rubbish \\\\u\{1b\}\[2J/);
    assert.ok(sink.warnings.every((text) => text.length < 500));
  });

  test("a flood of different bad lines is counted in full and logged in part", async () => {
    await open();
    write(...Array.from({ length: 1_500 }, (_, i) => `bad ${i}`));
    await delivered(1_500);
    assert.equal(sink.facts.length, 1_500);
    assert.ok(sink.warnings.length <= 65, `${sink.warnings.length}`);
  });

  const refusals: ReadonlyArray<readonly [what: string, make: () => void, problem: RegExp, options?: object]> = [
    ["a regular file", () => writeFileSync(path, "keepalived wrote here"), /is a regular file, not a FIFO: remove it/],
    ["a directory", () => mkdirSync(path), /is a directory, not a FIFO/],
    [
      "a symbolic link, even to a FIFO",
      () => {
        mkfifo(folder.at("other"));
        symlinkSync(folder.at("other"), path);
      },
      /is a symbolic link, not a FIFO/,
    ],
    ["a dangling symbolic link", () => symlinkSync(folder.at("nothing"), path), /is a symbolic link/],
    [
      "below a regular file",
      () => {
        writeFileSync(folder.at("file"), "");
        path = folder.at("file/notify.fifo");
      },
      /a part of the path is no directory/,
    ],
  ];
  for (const [what, make, problem] of refusals) {
    test(`is refused where there is ${what}`, async () => {
      make();
      const before = snapshot();
      const fifo = await open({ retryMs: 20 });
      assert.equal(fifo.view().up, false);
      assert.match(fifo.view().problem ?? "", problem);
      assert.deepEqual(snapshot(), before, "nothing was touched");
      rmSync(dirname(path) === folder.path ? path : dirname(path), { recursive: true });
      await up(fifo);
      assert.equal(sink.warnings.length, 1, sink.warnings.join("\n"));
    });
  }

  function snapshot(): unknown {
    return readdirSync(folder.path).map((name) => {
      const file = lstatSync(folder.at(name));
      return [name, file.ino, file.mode, file.size, file.isFile() ? readFileSync(folder.at(name), "utf8") : ""];
    });
  }

  test("is refused where there is a socket", async () => {
    const server = createServer().listen(path);
    await once(server, "listening");
    const fifo = await open();
    server.close();
    assert.match(fifo.view().problem ?? "", /is a socket, not a FIFO/);
  });

  test("that belongs to another user is refused", rootOnly, async () => {
    mkfifo(path);
    chownSync(path, 65_534, 65_534);
    const fifo = await open();
    assert.match(fifo.view().problem ?? "", /belongs to the user with the id 65534, neither to the agent nor to root/);
  });

  test("that root owns alone is refused for another user, who is told what to write into keepalived.conf", rootOnly, () => {
    mkfifo(path);
    chmodSync(folder.path, 0o755);
    const fifo = JSON.stringify(new URL("../../../src/keepalived/notify/fifo-file.js", import.meta.url).href);
    const script = `import { openFifo } from ${fifo}; process.stdout.write(openFifo(${JSON.stringify(path)}, () => {}).error);`;
    const asNobody = { uid: 65_534, gid: 65_534, encoding: "utf8" } as const;
    const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], { ...asNobody, cwd: "/" });
    // The build may lie where that user cannot read.
    if (!/ERR_MODULE_NOT_FOUND|EACCES/.test(stderr)) assert.match(stdout, /permission denied; write "vrrp_notify_fifo .* USER"/, stderr);
  });

  test("that another program reads is left alone, and taken when that program ends", async () => {
    mkfifo(path);
    const reader = child(process.execPath, [
      "-e",
      `require("node:fs").openSync(${JSON.stringify(path)}, "r+"); console.log("open"); setInterval(() => {}, 1000)`,
    ]);
    await once(reader.stdout ?? assert.fail(), "data");
    write(line(1));
    const fifo = await open({ retryMs: 20 });
    assert.equal(fifo.view().up, false);
    assert.match(fifo.view().problem ?? "", new RegExp(`another program reads from .*: process ${reader.pid} \\(node\\)`));
    assert.deepEqual(sink.facts, []);
    // The pipe itself lives as long as somebody has it open.
    const keeper = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    reader.kill("SIGKILL");
    await up(fifo);
    closeSync(keeper);
    assert.deepEqual(sink.lines, [line(1)]);
    assert.equal(sink.last().happened, null);
    assert.equal(sink.warnings.length, 1);
  });

  test("that something removes while keepalived has it open is read on beside the new one, with a warning", async () => {
    const fifo = await open({ checkMs: 10 });
    const keepalived = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    unlinkSync(path);
    await waitFor("another FIFO", () => existsSync(path) && fifo.view().up, { within: 10_000 });
    writeSync(keepalived, `${line(1)}\n`);
    write(line(2));
    await delivered(2);
    assert.deepEqual(sink.lines.toSorted(), [line(1), line(2)]);
    assert.match(sink.warnings.join("\n"), /FIFO that was removed/);
    closeSync(keepalived);
  });

  test("that another program comes to read later is left to it, which is said", async () => {
    const fifo = await open({ checkMs: 10, readersMs: 10 });
    const keepalived = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    const cat = child("cat", [path]);
    await waitFor("the refusal", () => !fifo.view().up, { within: 10_000, state: () => fifo.view() });
    assert.match(fifo.view().problem ?? "", new RegExp(`process ${cat.pid} \\(cat\\)`));
    closeSync(keepalived);
  });

  test("that another program only writes to is taken", async () => {
    mkfifo(path);
    const keeper = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    const writer = child(process.execPath, [
      "-e",
      `require("node:fs").openSync(${JSON.stringify(path)}, "w"); console.log("open"); setInterval(() => {}, 1000)`,
    ]);
    await once(writer.stdout ?? assert.fail(), "data");
    const fifo = await open();
    closeSync(keeper);
    assert.equal(fifo.view().up, true);
  });

  test("for which keepalived.conf has a script is left to it, for as long as it has", async () => {
    const fifo = await open();
    fifo.scriptReads(true);
    await waitFor("the FIFO to be left", () => !fifo.view().up, { within: 5_000 });
    assert.match(fifo.view().problem ?? "", /vrrp_notify_fifo_script/);
    const script = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    write(line(1));
    fifo.scriptReads(true);
    closeSync(script);
    fifo.scriptReads(false);
    await up(fifo);
    write(line(2));
    await delivered(1);
    assert.deepEqual(sink.lines, [line(2)]);
  });

  test("is taken as soon as what stood in its way is removed, without waiting for the next attempt", async () => {
    writeFileSync(path, "");
    const fifo = await open({ retryMs: 3_600_000 });
    assert.equal(fifo.view().up, false);
    unlinkSync(path);
    await up(fifo);
    assert.ok(statSync(path).isFIFO());
  });

  test("does not keep the process alive", () => {
    const at = (name: string): string => JSON.stringify(new URL(`../../../src/keepalived/notify/${name}`, import.meta.url).href);
    const script = `
      import { NotifyFifo } from ${at("fifo.js")};
      const fifo = new NotifyFifo({ path: ${JSON.stringify(path)} }, {}, { info() {}, warn() {} });
      await fifo.start();
      console.log(fifo.view().up);
    `;
    const { stdout, status, signal } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
      encoding: "utf8",
      timeout: 20_000,
    });
    assert.deepEqual([stdout, status, signal], ["true\n", 0, null]);
  });

  test("closes cleanly in the middle of an attempt", async () => {
    const fifo = new NotifyFifo({ path }, new NotifyLines(sink), sink.log);
    const started = fifo.start();
    fifo.close();
    await started;
    assert.equal(fifo.view().up, false);
  });
});
