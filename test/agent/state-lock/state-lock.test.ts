import assert from "node:assert/strict";
import { type ChildProcessByStdio, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { afterEach, beforeEach, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { parseHolder } from "../../../src/agent/state-lock/holder.ts";
import type { TryLock } from "../../../src/agent/state-lock/lock-file.ts";
import { spawnFlock } from "../../../src/agent/state-lock/spawn-flock.ts";
import { StateLock } from "../../../src/agent/state-lock/state-lock.ts";
import { loadNative } from "../../../src/capture/native.ts";
import { wallTime } from "../../../src/lib/time.ts";

type Child = ChildProcessByStdio<Writable, Readable, null>;

const program = fileURLToPath(new URL("./holder-process.js", import.meta.url));
const skip = process.platform === "linux" ? false : "needs Linux";
const ways = ["addon", "program"] as const;

let directory: string;
let children: Child[];
let logged: { readonly level: string; readonly problem: unknown }[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "vw-lock-"));
  children = [];
  logged = [];
});
afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(directory, { recursive: true, force: true });
});

/** A process that tries to take the lock, and what it says of it. */
async function another(way: (typeof ways)[number]): Promise<{ readonly child: Child; readonly said: string }> {
  const child = spawn(process.execPath, [program, directory, way], { stdio: ["pipe", "pipe", "inherit"] });
  children.push(child);
  const [said] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  return { child, said };
}

const take = (tryLock: TryLock = loadNative().tryLock): Promise<StateLock | null> =>
  StateLock.take(directory, {
    tryLock,
    wall: wallTime(1_800_000_000_000_000),
    log: {
      info: ({ problem }) => logged.push({ level: "info", problem }),
      warn: ({ problem }) => logged.push({ level: "warn", problem }),
    },
  });

const file = (): string => join(directory, "agent.lock");

for (const way of ways) {
  describe(`the lock of the state directory, by the ${way}`, { skip }, () => {
    test("a second process is refused and told the id of the first", async () => {
      const first = await another(way);
      assert.equal(first.said, "locked");
      const { said } = await another(way);
      assert.match(
        said,
        new RegExp(`another vrrpwatch \\(process ${first.child.pid}, since 2\\S+Z\\) uses the state directory ${directory}: stop it`),
      );
    });

    test("a holder that is killed leaves nothing behind that would refuse the next one", async () => {
      const first = await another(way);
      const died = once(first.child, "exit");
      first.child.kill("SIGKILL");
      await died;
      assert.equal(parseHolder(readFileSync(file(), "utf8"))?.pid, first.child.pid, "its name is still there");
      const second = await another(way);
      assert.equal(second.said, "locked");
      assert.equal(parseHolder(readFileSync(file(), "utf8"))?.pid, second.child.pid);
    });

    test("a holder that stops is not named any more, and its file stays", async () => {
      const { child } = await another(way);
      const ended = once(child, "exit");
      child.stdin.write("release\n");
      await ended;
      assert.equal(readFileSync(file(), "utf8"), "");
      assert.equal((await another(way)).said, "locked");
    });

    test("of many that start at once exactly one gets it", async () => {
      const all = await Promise.all(Array.from({ length: 6 }, () => another(way)));
      const winners = all.filter(({ said }) => said === "locked");
      assert.equal(winners.length, 1);
      const pid = winners[0]?.child.pid;
      for (const { said } of all) if (said !== "locked") assert.match(said, new RegExp(`process ${pid},`));
    });
  });
}

describe("the lock file", { skip }, () => {
  test("the addon and the program flock exclude each other", async () => {
    await another("program");
    await assert.rejects(take(), { code: "ERR_STATE_DIRECTORY_IN_USE" });
  });

  test("it is its owner's alone, in a directory that is made where it is missing", async () => {
    directory = join(directory, "deep", "state");
    const lock = await take();
    assert.equal(statSync(file()).mode & 0o777, 0o600);
    assert.equal(statSync(directory).mode & 0o777, 0o750);
    lock?.release();
    rmSync(join(directory, "../.."), { recursive: true });
  });

  test("without the addon and without the program flock the agent goes on and says so", async () => {
    const missing: TryLock = () => {
      throw Object.assign(new Error("spawnSync flock ENOENT"), { code: "ENOENT" });
    };
    assert.equal(await take(missing), null);
    assert.match(String(logged[0]?.problem), /the program flock is missing/);
    assert.equal(logged[0]?.level, "warn");
  });

  test("a directory that cannot be made leaves the agent to work from memory", async () => {
    writeFileSync(join(directory, "file"), "");
    directory = join(directory, "file", "state");
    assert.equal(await take(), null);
    assert.equal(logged.length, 1);
    assert.equal(logged[0]?.level, "info");
    directory = join(directory, "../..");
  });

  test("a symbolic link in its place is neither followed nor written to", async () => {
    const precious = join(directory, "precious");
    writeFileSync(precious, "mine");
    symlinkSync(precious, file());
    assert.equal(await take(), null);
    assert.match(String(logged[0]?.problem), /symbolic link/);
    assert.equal(readFileSync(precious, "utf8"), "mine");
  });

  test("a hard link in its place is not written to", async () => {
    const precious = join(directory, "precious");
    writeFileSync(precious, "mine");
    linkSync(precious, file());
    assert.equal(await take(), null);
    assert.match(String(logged[0]?.problem), /second name/);
    assert.equal(readFileSync(precious, "utf8"), "mine");
  });

  test("a FIFO or a directory in its place is not waited for", async () => {
    assert.equal(spawnSync("mkfifo", [file()]).status, 0);
    assert.equal(await take(), null);
    rmSync(file());
    mkdirSync(file());
    assert.equal(await take(), null);
    assert.deepEqual(
      logged.map(({ level }) => level),
      ["warn", "warn"],
    );
  });

  test("a file of another user is said, with what to do", {
    skip: process.geteuid?.() === 0 ? false : "needs root to become another user",
  }, () => {
    chmodSync(directory, 0o777);
    writeFileSync(file(), "", { mode: 0o600 });
    const { stdout } = spawnSync(process.execPath, [program, directory], {
      uid: 65_534,
      gid: 65_534,
      encoding: "utf8",
      input: "release\n",
    });
    assert.equal(stdout, "unlocked\n");
  });

  test("one that root makes belongs to the owner of the directory", {
    skip: process.geteuid?.() === 0 ? false : "needs root",
  }, async () => {
    spawnSync("chown", ["65534:65534", directory]);
    const lock = await take();
    assert.equal(statSync(file()).uid, 65_534);
    lock?.release();
  });

  test("a directory that every user may write to is told, with the command that mends it", async () => {
    chmodSync(directory, 0o1777);
    const lock = await take();
    assert.deepEqual(logged, [{ level: "warn", problem: `every user may write to ${directory}: chmod o-w ${directory}` }]);
    lock?.release();
    chmodSync(directory, 0o770);
    logged = [];
    (await take())?.release();
    assert.deepEqual(logged, []);
  });

  test("a name that is there while nobody has the lock is not believed", async () => {
    writeFileSync(file(), `${JSON.stringify({ pid: 1, host: hostname(), since: "2026-01-01T00:00:00.000000Z" })}\n`);
    const lock = await take();
    assert.equal(parseHolder(readFileSync(file(), "utf8"))?.pid, process.pid);
    lock?.release();
  });

  test("a file that was removed while it was locked is made anew, and locked anew", async () => {
    let calls = 0;
    const lock = await take((fd) => {
      calls += 1;
      if (calls === 1) rmSync(file());
      return loadNative().tryLock(fd);
    });
    assert.equal(calls, 2);
    assert.ok(existsSync(file()));
    lock?.release();
  });

  test("whatever the file says, a second one is refused without its words", async () => {
    const lock = await take();
    for (const text of [
      "",
      "null",
      "{}",
      '{"pid":-1,"host":"a","since":"x"}',
      '{"pid":7,"host":"a\\u001b[31m","since":"2026-01-01T00:00:00Z"}',
      "x".repeat(4_096),
    ]) {
      writeFileSync(file(), text);
      await assert.rejects(take(spawnFlock), { message: new RegExp(`^another vrrpwatch uses the state directory ${directory}: `) });
    }
    lock?.release();
  });

  test("a holder on another host is named with its host", async () => {
    const lock = await take();
    writeFileSync(file(), JSON.stringify({ pid: 7, host: "other", since: "2026-01-01T00:00:00Z" }));
    await assert.rejects(take(spawnFlock), /process 7 on the host other, since 2026-01-01T00:00:00Z/);
    lock?.release();
  });
});
