import assert from "node:assert/strict";
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import type { KeepalivedProcess } from "../../../src/core/host-facts.ts";
import { parseStat } from "../../../src/keepalived/process/proc.ts";
import { ProcessWatch } from "../../../src/keepalived/process/watch.ts";
import { wallTime } from "../../../src/lib/time.ts";
import { waitFor } from "../../lab/framework/wait.ts";

/** A /proc of our own, whose processes come and go as the test says. */
class FakeHost {
  readonly root = mkdtempSync(join(tmpdir(), "vw-proc-"));
  readonly told: (KeepalivedProcess | null)[] = [];
  readonly watch: ProcessWatch;
  /** Looks that found no descriptor; null: there are some. */
  shortLooks: number | null = null;

  constructor() {
    this.file("uptime", "1000.00 900.00\n");
    this.watch = new ProcessWatch({
      pidFile: join(this.root, "parent.pid"),
      vrrpPidFile: join(this.root, "vrrp.pid"),
      procRoot: this.root,
      readProc: (path) => this.#read(path),
      wall: () => wallTime(5_000_000_000),
      deliver: (process) => this.told.push(process),
    });
  }

  #read(path: string): Promise<string> {
    if (this.shortLooks === null) return readFile(path, "latin1");
    this.shortLooks += 1;
    return Promise.reject(Object.assign(new Error("EMFILE: too many open files"), { code: "EMFILE" }));
  }

  file(name: string, text: string): void {
    writeFileSync(join(this.root, name), text);
  }

  run(
    pid: number,
    startedTicks: number,
    fields: { comm?: string; state?: string; parent?: number; command?: string; ns?: string } = {},
  ): void {
    const { comm = "keepalived", state = "S", parent = 1, command = join(this.root, "keepalived"), ns = "net:[1]" } = fields;
    mkdirSync(join(this.root, `${pid}/ns`), { recursive: true });
    this.file(`${pid}/stat`, `${pid} (${comm}) ${state} ${parent} ${"0 ".repeat(17)}${startedTicks} 0 0\n`);
    this.file(`${pid}/cmdline`, `${command}\0--dont-fork\0`);
    rmSync(join(this.root, `${pid}/ns/net`), { force: true });
    symlinkSync(ns, join(this.root, `${pid}/ns/net`));
  }

  /** Takes away the link to its namespace, and shows the list of devices of one. */
  showDevices(pid: string, list: string): void {
    rmSync(join(this.root, pid, "ns"), { recursive: true, force: true });
    mkdirSync(join(this.root, pid, "net"), { recursive: true });
    linkSync(join(this.root, list), join(this.root, pid, "net/dev"));
  }

  end(pid: number): void {
    rmSync(join(this.root, String(pid)), { recursive: true });
  }

  get last(): KeepalivedProcess | null | undefined {
    return this.told.at(-1);
  }

  until(what: string, is: (process: KeepalivedProcess | null | undefined) => boolean): Promise<unknown> {
    return waitFor(what, () => is(this.last), { within: 10_000, state: () => this.told });
  }
}

let host: FakeHost;
beforeEach(() => {
  host = new FakeHost();
});
afterEach(() => {
  host.watch.close();
  rmSync(host.root, { recursive: true });
});

test("the fields of /proc/PID/stat are counted from the last parenthesis", () => {
  const text = `42 (a) b (c) S 7 ${"0 ".repeat(17)}12345 0`;
  assert.deepEqual(parseStat(text), { pid: 42, comm: "a) b (c", state: "S", parent: 7, started: 123.45 });
  assert.equal(parseStat("nonsense"), undefined);
});

test("a host without keepalived is told nothing of it", async () => {
  await host.watch.start();
  assert.deepEqual(host.told, [null]);
});

test("the process of the pid file runs, with its start and its version", async () => {
  host.file("keepalived", `\0junk\0Keepalived v2.2.7 (01/16,2022)\0`);
  host.file("vrrp.pid", "42\n");
  host.run(42, 90_000);
  await host.watch.start();
  // It started 900 s after boot, which was 1,000 s ago, at 5,000 s.
  assert.deepEqual(host.told, [
    { running: true, startedWall: 4_900_000_000, reloadedWall: null, mayHaveReloadedWall: null, version: "2.2.7" },
  ]);
});

for (const [name, prepare] of [
  ["whose process is gone", () => {}],
  ["of a process that is something else now", () => host.run(42, 1, { comm: "bash", command: "/bin/bash" })],
  ["of a zombie", () => host.run(42, 1, { state: "Z" })],
] as const) {
  test(`a stale pid file, ${name}: keepalived should run and does not`, async () => {
    host.file("vrrp.pid", "42\n");
    prepare();
    await host.watch.start();
    assert.equal(host.last?.running, false);
  });
}

test("a pid file that holds no number is stale, one that is a directory is none", async () => {
  host.file("vrrp.pid", "42; rm\n");
  await host.watch.start();
  assert.equal(host.last?.running, false);
});

test("the end is noticed, and a new process under the same number is another one", async () => {
  host.file("vrrp.pid", "42\n");
  host.run(42, 90_000);
  await host.watch.start();
  host.end(42);
  await host.until("the end", (process) => process?.running === false);
  host.run(42, 99_000);
  await host.until("the new start", (process) => process?.running === true && process.startedWall === 4_990_000_000);
});

test("all VRRP sockets replaced is a reload", async () => {
  const socket = (inode: number): string =>
    `  sl local\n 147: 00000000:0070 00000000:0000 07 00000000:00000000 00:00000000 00000000 0 0 ${inode} 2 0 0\n`;
  mkdirSync(join(host.root, "net"));
  host.file("net/raw", socket(1));
  host.file("vrrp.pid", "42\n");
  host.run(42, 90_000);
  await host.watch.start();
  assert.equal(host.last?.reloadedWall, null);
  host.file("net/raw", socket(2));
  await host.until("the reload", (process) => process?.reloadedWall === 5_000_000_000);
});

test("some of the VRRP sockets replaced may be a reload beside another VRRP speaker", async () => {
  const sockets = (...inodes: number[]): string =>
    inodes.map((inode) => ` 147: 00000000:0070 00000000:0000 07 00000000:00000000 00:00000000 00000000 0 0 ${inode} 2 0 0\n`).join("");
  mkdirSync(join(host.root, "net"));
  host.file("net/raw", sockets(1, 2));
  host.file("vrrp.pid", "42\n");
  host.run(42, 90_000);
  await host.watch.start();
  assert.equal(host.last?.mayHaveReloadedWall, null);
  host.file("net/raw", sockets(1, 3));
  await host.until("what may be a reload", (process) => process?.mayHaveReloadedWall === 5_000_000_000);
  assert.equal(host.last?.reloadedWall, null);
});

test("without a pid file the only keepalived of this network namespace is found, with its child", async () => {
  host.run(10, 100, { parent: 1 });
  host.run(11, 101, { parent: 10 });
  host.run(20, 100, { ns: "net:[2]" });
  mkdirSync(join(host.root, "self/ns"), { recursive: true });
  symlinkSync("net:[1]", join(host.root, "self/ns/net"));
  await host.watch.start();
  assert.equal(host.last?.startedWall, 5_000_000_000 - (1_000 - 1.01) * 1e6);
});

test("of several children without a pid file of VRRP, those that the files of checkers and BFD name are left out", async () => {
  host.run(10, 100, { parent: 1 });
  for (const pid of [11, 12, 13]) host.run(pid, 90 + pid, { parent: 10 });
  host.file("checkers.pid", "11\n");
  host.file("bfd.pid", "13\n");
  await host.watch.start();
  assert.equal(host.last?.startedWall, 5_000_000_000 - (1_000 - 1.02) * 1e6);
});

test("of several children that nothing tells apart nobody can say which runs VRRP, until its pid file is there", async () => {
  host.run(10, 100, { parent: 1 });
  for (const pid of [11, 12]) host.run(pid, 90 + pid, { parent: 10 });
  await host.watch.start();
  assert.equal(host.last, null);
  host.file("vrrp.pid", "12\n");
  await host.until("the VRRP child", (process) => process?.startedWall === 5_000_000_000 - (1_000 - 1.02) * 1e6);
});

test("a checker that lived beside the VRRP child does not take its place when that one dies", async () => {
  host.run(10, 100, { parent: 1 });
  for (const pid of [11, 12, 13]) host.run(pid, 90 + pid, { parent: 10 });
  host.file("vrrp.pid", "12\n");
  await host.watch.start();
  // It crashed and was started again.
  await setTimeout(600);
  host.end(11);
  host.run(14, 100_010, { parent: 10 });
  await setTimeout(1_000);
  host.end(12);
  await host.until("the end", (process) => process?.running === false);
  const told = host.told.length;
  await setTimeout(2_500);
  assert.equal(host.told.length, told);
  host.run(15, 100_600, { parent: 10 });
  await host.until("the new VRRP child", (process) => process?.running === true && (process.startedWall ?? 0) > 5_000_000_000);
});

test("a keepalived that comes back with several children that nothing tells apart is neither up nor down", async () => {
  host.run(10, 100, { parent: 1 });
  host.run(11, 101, { parent: 10 });
  await host.watch.start();
  assert.equal(host.last?.running, true);
  for (const pid of [10, 11]) host.end(pid);
  await host.until("the end", (process) => process?.running === false);
  host.run(20, 101_000, { parent: 1 });
  for (const pid of [21, 22]) host.run(pid, 101_000, { parent: 20 });
  await host.until("that nobody can say", (process) => process === null);
  host.end(21);
  await host.until("the only one", (process) => process?.running === true);
});

test("a keepalived of another network namespace is known as that by its device list, where its namespace is not ours to read", async () => {
  for (const [parent, child, devices] of [
    [10, 11, "ours"],
    [20, 21, "theirs"],
  ] as const) {
    host.run(parent, 100);
    host.run(child, parent * 10, { parent });
    host.file(devices, "");
    for (const pid of [parent, child]) host.showDevices(String(pid), devices);
  }
  host.showDevices("self", "ours");
  await host.watch.start();
  assert.equal(host.last?.startedWall, 5_000_000_000 - (1_000 - 1) * 1e6);
  host.end(10);
  host.end(11);
  await host.until("the end", (process) => process?.running === false);
  const told = host.told.length;
  await setTimeout(1_500);
  assert.equal(host.told.length, told, "the other one is none of ours");
});

test("of two without a pid file none is taken", async () => {
  host.run(10, 100);
  host.run(20, 100);
  await host.watch.start();
  assert.deepEqual(host.told, [null]);
});

test("of two, the one whose parent has the pid file", async () => {
  host.file("parent.pid", "20\n");
  for (const [parent, child] of [
    [10, 11],
    [20, 21],
  ] as const) {
    host.run(parent, 100);
    host.run(child, parent * 10, { parent });
  }
  await host.watch.start();
  assert.equal(host.last?.startedWall, 5_000_000_000 - (1_000 - 2) * 1e6);
});

test("a program whose name only begins like it is none, by pid file or by search", async () => {
  host.file("vrrp.pid", "42\n");
  host.run(42, 100, { comm: "keepalived_expo", command: "/usr/bin/keepalived_exporter" });
  host.run(50, 100, { parent: 42, comm: "keepalived_expo" });
  await host.watch.start();
  assert.equal(host.last?.running, false);
});

test("a stale pid file does not hide a keepalived that has another one", async () => {
  host.file("vrrp.pid", "42\n");
  host.run(10, 100);
  host.run(11, 101, { parent: 10 });
  await host.watch.start();
  assert.equal(host.last?.running, true);
});

test("a process that we may not see is not said to be down while somebody here speaks VRRP", async () => {
  host.file("vrrp.pid", "42\n");
  mkdirSync(join(host.root, "net"));
  host.file("net/raw", "  sl local\n 147: 00000000:0070 00000000:0000 07 00000000:00000000 00:00000000 00000000 0 0 5 2 0 0\n");
  await host.watch.start();
  assert.deepEqual(host.told, [null]);
});

test("where /proc/uptime counts from another beginning than the starts of processes, our own start tells", async () => {
  host.file("vrrp.pid", "42\n");
  host.run(process.pid, 50_000_000, { comm: "node" });
  host.run(42, 50_000_000);
  await host.watch.start();
  const started = host.last?.startedWall ?? 0;
  // It began when we began, less than a minute or some minutes ago, though /proc/uptime says 1,000 s.
  assert.ok(started <= 5_000_000_000 && started > 5_000_000_000 - (process.uptime() + 1) * 1e6, String(started));
});

test("a keepalived that cannot be looked at for want of descriptors counts as it was, and is looked at again", async () => {
  host.file("vrrp.pid", "4242\n");
  host.run(4242, 50_000);
  await host.watch.start();
  assert.equal(host.last?.running, true);
  const told = host.told.length;
  host.shortLooks = 0;
  await waitFor("three looks in vain", () => (host.shortLooks ?? 0) >= 3, { within: 10_000 });
  assert.equal(host.told.length, told);
  host.end(4242);
  host.shortLooks = null;
  await host.until("its end", (process) => process?.running === false);
});
