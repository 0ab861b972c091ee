import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { NotifyLines } from "../../../src/keepalived/notify/lines.ts";
import { NotifySpool, type NotifySpoolOptions } from "../../../src/keepalived/notify/spool.ts";
import { parseSpoolName, writeSpoolFile } from "../../../src/keepalived/notify/spool-file.ts";
import { mkfifo, Sink, temporaryFolder, waitFor } from "./harness.ts";

const rootOnly = { skip: process.getuid?.() === 0 ? false : "needs root" };
const line = (n: number): string => `INSTANCE "VI_1" MASTER_PRIORITY ${n}`;
const nanoseconds = (offset = 0): bigint => BigInt(Date.now() + offset) * 1_000_000n;

describe("the notify spool", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let directory: string;
  let sink: Sink;
  const opened: NotifySpool[] = [];

  beforeEach(() => {
    folder = temporaryFolder();
    directory = folder.at("notify-spool");
    sink = new Sink();
  });
  afterEach(() => {
    for (const spool of opened.splice(0)) spool.close();
    folder.remove();
  });

  async function open(options: Partial<NotifySpoolOptions> = {}): Promise<NotifySpool> {
    const spool = new NotifySpool({ directory, group: null, ...options }, new NotifyLines(sink), sink);
    opened.push(spool);
    await spool.start();
    return spool;
  }

  const at = (name: string): string => `${directory}/${name}`;
  const named = (offset: number, pid = 1): string => at(`${nanoseconds(offset)}-${pid}.notify`);

  test("is made for the agent alone, or for its group: who may add files may not remove those of others", rootOnly, async () => {
    await open();
    assert.equal(statSync(directory).mode & 0o7777, 0o700);
    await open({ group: { id: 12_345, name: "scripts" } });
    const { mode, gid } = statSync(directory);
    assert.deepEqual([mode & 0o7777, gid], [0o1770, 12_345]);
    writeSpoolFile(directory, line(1), { nanoseconds: nanoseconds(), pid: 7 });
  });

  test("gives what was written while the agent was away in the order of the names' times, each with its time, and removes it", async () => {
    mkdirSync(directory);
    const base = nanoseconds(-10_000);
    for (const n of [3, 1, 2]) writeSpoolFile(directory, line(n), { nanoseconds: base + BigInt(n), pid: n });
    await open();
    assert.deepEqual(sink.lines, [line(1), line(2), line(3)]);
    const { happened, source } = sink.last();
    assert.ok(typeof happened === "number" && Math.abs(happened / 1_000 - Date.now() + 10_000) < 5_000);
    assert.equal(source, "spool");
    assert.deepEqual(readdirSync(directory), []);
  });

  test("gives what is written while the agent runs within milliseconds", async () => {
    await open({ checkMs: 3_600_000 });
    for (let n = 1; n <= 20; n++) {
      writeSpoolFile(directory, line(n), { nanoseconds: nanoseconds(), pid: n });
      await waitFor("the call", () => sink.lines.length === n, { within: 5_000, every: 1 });
    }
    assert.deepEqual(readdirSync(directory), []);
  });

  test("counts and leaves out what is from the future, for it would overrule all that comes until then", async () => {
    mkdirSync(directory);
    writeSpoolFile(directory, line(1), { nanoseconds: nanoseconds(3_600_000), pid: 1 });
    await open();
    assert.deepEqual(sink.lines, ["!"]);
    assert.deepEqual(readdirSync(directory), []);
    assert.match(JSON.stringify(sink.logged), /it is from the future/);
  });

  test("never shows half a file: what is not renamed is not taken, and removed when its writer must be dead", async () => {
    mkdirSync(directory);
    const temporary = at(`.${nanoseconds()}-1.tmp`);
    writeFileSync(temporary, 'INSTANCE "VI');
    const spool = await open({ checkMs: 10 });
    assert.deepEqual(sink.facts, []);
    assert.ok(existsSync(temporary));
    utimesSync(temporary, Date.now() / 1_000 - 120, Date.now() / 1_000 - 120);
    await waitFor("its removal", () => !existsSync(temporary), { within: 5_000 });
    assert.deepEqual(sink.lines, ["!"]);
    writeFileSync(temporary, `${line(1)}\n`);
    renameSync(temporary, named(0));
    await waitFor("the call", () => sink.lines.includes(line(1)), { within: 5_000 });
    spool.close();
  });

  test("takes the good lines of a file and counts the bad ones: nobody is there to send them again", async () => {
    mkdirSync(directory);
    writeFileSync(named(0), `${line(1)}\nrubbish\n${line(2)}`);
    await open();
    assert.deepEqual(sink.lines, [line(1), "!", line(2)]);
    assert.deepEqual(readdirSync(directory), []);
  });

  test("removes hostile files without believing them, and leaves alone what is not its own", async () => {
    mkdirSync(directory);
    const secret = folder.at("secret");
    writeFileSync(secret, `${line(66)}\n`);
    symlinkSync(secret, named(1));
    symlinkSync("/dev/zero", named(2));
    linkSync(secret, named(3));
    mkfifo(named(4));
    writeFileSync(named(5), Buffer.alloc(70_000, 0x61));
    writeFileSync(named(6), Buffer.from([0, 1, 2, 255, 10]));
    writeFileSync(named(-25 * 3_600_000), `${line(67)}\n`);
    mkdirSync(named(7));
    writeFileSync(at("README\u001b[2J"), "");
    writeFileSync(at("12-1.notify"), line(68));
    writeFileSync(named(8), line(1));
    await open({ checkMs: 10 });
    await open({ checkMs: 10 });
    assert.deepEqual(
      sink.lines.filter((text) => text !== "!"),
      [line(1)],
    );
    assert.equal(readFileSync(secret, "utf8"), `${line(66)}\n`);
    const left = readdirSync(directory).sort();
    assert.deepEqual(left.map((name) => name.replace(/\d{19}/, "T")).sort(), ["12-1.notify", "README\u001b[2J", "T-1.notify"].sort());
    const counted = sink.lines.length;
    for (const n of [2, 3]) {
      writeSpoolFile(directory, line(n), { nanoseconds: nanoseconds(), pid: n });
      await waitFor("another look", () => sink.lines.includes(line(n)), { within: 5_000 });
    }
    assert.equal(sink.lines.length, counted + 2, "what stays is counted once by each agent");
    assert.ok(sink.warnings.every((text) => !text.includes("\u001b")));
  });

  test("drops the oldest where far too many wait, and gives the rest in order", async () => {
    mkdirSync(directory);
    const base = nanoseconds(-60_000);
    for (let n = 0; n < 10_050; n++) writeFileSync(at(`${base + BigInt(n)}-1.notify`), line(n % 256));
    await open();
    assert.equal(sink.lines.filter((text) => text === "!").length, 50);
    assert.deepEqual(
      sink.lines.slice(50),
      Array.from({ length: 10_000 }, (_, n) => line((n + 50) % 256)),
    );
    assert.deepEqual(readdirSync(directory), []);
    assert.equal(sink.warnings.length, 1);
  });

  test("does not grow without bound while the agent is away", () => {
    mkdirSync(directory);
    for (let n = 0; n < 10_000; n++) writeFileSync(at(`${n}`), "");
    assert.throws(() => writeSpoolFile(directory, line(1), { nanoseconds: nanoseconds(), pid: 1 }), { code: "ENOSPC" });
    assert.equal(readdirSync(directory).length, 10_000);
  });

  test("gives a script's file to the agent's group whatever the umask", () => {
    mkdirSync(directory);
    const umask = process.umask(0o177);
    writeSpoolFile(directory, line(1), { nanoseconds: nanoseconds(), pid: 1 });
    process.umask(umask);
    const [name = ""] = readdirSync(directory);
    assert.equal(statSync(at(name)).mode & 0o777, 0o644);
    assert.ok(parseSpoolName(name) !== null);
  });

  test("comes back where it was removed", async () => {
    await open({ checkMs: 10 });
    rmSync(directory, { recursive: true });
    await waitFor("the directory", () => existsSync(directory), { within: 5_000 });
    writeSpoolFile(directory, line(1), { nanoseconds: nanoseconds(), pid: 1 });
    await waitFor("the call", () => sink.lines.length === 1, { within: 5_000 });
  });

  test("that cannot be made is a warning, said once", async () => {
    writeFileSync(directory, "");
    await open({ checkMs: 10 });
    assert.match(sink.warnings[0] ?? "", /is not a directory: remove it/);
    rmSync(directory);
    await waitFor("the directory", () => existsSync(directory), { within: 5_000 });
    assert.equal(sink.warnings.length, 1);
  });

  test("is written by an unprivileged script user and read by an unprivileged agent", rootOnly, async () => {
    await open({ group: { id: 12_345, name: "scripts" } });
    chmodSync(folder.path, 0o755);
    const script =
      'umask 0177; printf \'INSTANCE "VI_1" MASTER 9\\n\' > "$0/.1-1.tmp" && chmod 0644 "$0/.1-1.tmp" && mv "$0/.1-1.tmp" "$1"';
    const asScript = spawnSync("sh", ["-c", script, directory, named(0)], { uid: 23_456, gid: 12_345, encoding: "utf8", cwd: "/" });
    assert.equal(asScript.status, 0, asScript.stderr);
    await waitFor("the call", () => sink.lines.length === 1, { within: 5_000 });
    writeFileSync(at(".keep"), "");
    const theft = spawnSync("rm", ["-f", at(".keep")], { uid: 23_456, gid: 12_345, encoding: "utf8", cwd: "/" });
    assert.notEqual(theft.status, 0);
    assert.equal(dirname(directory), folder.path);
  });
});
