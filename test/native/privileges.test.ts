import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { userInfo } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { CaptureError } from "../../src/capture/errors.ts";
import { loadNative } from "../../src/capture/native.ts";
import { toolSkip } from "../helpers/tool-skip.ts";

const noAddon = addonProblem();
const skip = noAddon ?? (process.getuid?.() === 0 ? toolSkip("setpriv") : "needs root, to have something to give up");

function addonProblem(): string | null {
  try {
    loadNative();
    return null;
  } catch (error) {
    if (error instanceof CaptureError) return error.message;
    throw error;
  }
}

interface Outcome {
  readonly count: number;
  readonly kinds: readonly string[];
  readonly took: number;
}

function giveUp(args: readonly string[], wrapper: readonly string[] = []): Outcome {
  const [command = process.execPath, ...rest] = [...wrapper, process.execPath, join(import.meta.dirname, "give-up.js"), ...args];
  return JSON.parse(execFileSync(command, rest, { encoding: "utf8" })) as Outcome;
}

describe("privileges that are given up", { skip }, () => {
  test("are gone from every thread, from those of V8, libuv and workers, and from those that begin later", (t) => {
    const { count, kinds, took } = giveUp(["0", "54321", "54322", "4", "54322"]);
    t.diagnostic(`${count} threads, ${took.toFixed(1)} ms`);
    assert.ok(count >= 12, `${count} threads`);
    assert.deepEqual(kinds, ["54321 54321 54321 54321|54322 54322 54322 54322|4 54322|0|0|0|0|0|true"]);
  });

  test("leave what is kept, and that over a change of the user", () => {
    assert.deepEqual(giveUp(["8192", "54321", "54322", "54322"]).kinds, [
      "54321 54321 54321 54321|54322 54322 54322 54322|54322|2000|2000|0|0|0|true",
    ]);
  });

  test("are gone from a root that stays root, and from an ordinary user with ambient capabilities", () => {
    const [kind = ""] = giveUp(["0"]).kinds;
    assert.match(kind, /^0 0 0 0\|0 0 0 0\|[\d ]*\|0\|0\|0\|0\|0\|true$/);
    const ambient = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--inh-caps", "-all,+net_raw"];
    assert.deepEqual(giveUp(["0"], [...ambient, "--ambient-caps", "-all,+net_raw", "--bounding-set", "-all,+net_raw"]).kinds, [
      "65534 65534 65534 65534|65534 65534 65534 65534||0|0|0|0|2000|true",
    ]);
  });

  test("cannot be exchanged for another user without the right to it: the call says which step was refused", () => {
    const script = join(import.meta.dirname, "give-up.js");
    const { status, stderr } = spawnSync(
      "setpriv",
      ["--bounding-set", "-all,+net_raw", process.execPath, script, "0", "54321", "54322", "54322"],
      { encoding: "utf8" },
    );
    assert.notEqual(status, 0);
    assert.match(stderr, /setgroups: Operation not permitted/);
    assert.match(stderr, /EPERM/);
  });
});

describe("an account of this host", { skip: noAddon ?? false }, () => {
  const native = noAddon === null ? loadNative() : undefined;

  test("is found by its name and by its id, with all its groups", () => {
    const { username, uid, gid } = userInfo();
    const found = native?.findUser(username);
    assert.deepEqual([found?.name, found?.uid, found?.gid], [username, uid, gid]);
    assert.ok(found?.groups.includes(gid));
    assert.deepEqual(native?.findUser(uid)?.uid, uid);
  });

  test("is null where there is none", () => {
    assert.equal(native?.findUser("no-such-user"), null);
    assert.equal(native?.findUser(3_999_999_999), null);
  });
});
