import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs, {
  chmodSync,
  chownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { giveDirectory, giveFifo } from "../../../src/agent/privileges/directories.ts";

const account = { name: "vrrpwatch", uid: 54_321, gid: 54_322, groups: [54_322] };
const names = ["alerts", "silences.json"];
const skip = process.getuid?.() === 0 ? false : "only root can give a file away";

describe("a directory that root gives to the agent's user", { skip }, () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "vw-give-"));
    chmodSync(folder, 0o755);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const give = (path: string): string | null => giveDirectory({ path, mode: 0o750, names }, account);
  const owner = (path: string): string => `${lstatSync(path).uid}:${lstatSync(path).gid}`;
  const given = "54321:54322";

  test("is made with its mode, those above it stay root's", () => {
    const path = join(folder, "var", "state");
    assert.equal(give(path), null);
    assert.equal(owner(path), given);
    assert.equal(statSync(path).mode & 0o7777, 0o750);
    assert.equal(owner(join(folder, "var")), "0:0");
  });

  test("takes along what an agent that was root left in it", () => {
    const path = join(folder, "state");
    mkdirSync(join(path, "alerts", "oncall"), { recursive: true });
    writeFileSync(join(path, "alerts", "oncall", "1.json"), "");
    writeFileSync(join(path, "silences.json.tmp"), "");
    assert.equal(give(path), null);
    for (const name of ["", "alerts", "alerts/oncall", "alerts/oncall/1.json", "silences.json.tmp"])
      assert.equal(owner(join(path, name)), given, name);
  });

  test("stays root's where it holds anything else, and the message says what", () => {
    const path = join(folder, "state");
    mkdirSync(path);
    writeFileSync(join(path, "silences.json"), "");
    writeFileSync(join(path, "passwd"), "");
    assert.match(give(path) ?? "", /holds what is not the agent's \(passwd\).*chown 54321:54322/);
    assert.equal(owner(path), "0:0");
    assert.equal(owner(join(path, "silences.json")), "0:0");
  });

  test("is left alone where it belongs to somebody, or where others may write to it", () => {
    const theirs = join(folder, "theirs");
    mkdirSync(theirs);
    writeFileSync(join(theirs, "silences.json"), "");
    chownSync(theirs, 1_000, 1_000);
    const open = join(folder, "open");
    mkdirSync(open);
    chmodSync(open, 0o1777);
    for (const path of [theirs, open]) assert.equal(give(path), null);
    assert.deepEqual([owner(theirs), owner(join(theirs, "silences.json")), owner(open)], ["1000:1000", "0:0", "0:0"]);
  });

  test("takes along neither links nor what they lead to, nor a file that has a second name, nor a folder that others may write to", () => {
    const outside = join(folder, "outside");
    writeFileSync(outside, "");
    const path = join(folder, "state");
    mkdirSync(join(path, "alerts", "open"), { recursive: true });
    chmodSync(join(path, "alerts", "open"), 0o777);
    writeFileSync(join(path, "alerts", "open", "file"), "");
    symlinkSync(outside, join(path, "alerts", "link"));
    linkSync(outside, join(path, "silences.json"));
    assert.equal(give(path), null);
    assert.equal(owner(path), given);
    for (const name of ["alerts/link", "silences.json", "alerts/open", "alerts/open/file"])
      assert.equal(owner(join(path, name)), "0:0", name);
    assert.equal(owner(outside), "0:0");
  });

  test("is not reached through a link", () => {
    mkdirSync(join(folder, "real"));
    symlinkSync(join(folder, "real"), join(folder, "state"));
    assert.equal(give(join(folder, "state")), null);
    assert.equal(owner(join(folder, "real")), "0:0");
  });

  test("that is given in part only says why, and how to give the rest: too many files, folders too deep, a system call that fails", (t) => {
    const many = join(folder, "many");
    mkdirSync(join(many, "alerts"), { recursive: true });
    for (const name of ["1", "2", "3"]) writeFileSync(join(many, "alerts", name), "");
    const told = giveDirectory({ path: many, mode: 0o750, names }, account, 3);
    assert.match(told ?? "", /many is given to vrrpwatch in part only \(it holds more than 3 files\).*chown -R 54321:54322 .*many$/);
    const deep = join(folder, "deep");
    mkdirSync(join(deep, "alerts", ..."123456789"), { recursive: true });
    assert.match(give(deep) ?? "", /in part only \(it holds folders more than 8 deep\).*chown -R/);
    const refused = join(folder, "refused");
    mkdirSync(refused);
    writeFileSync(join(refused, "silences.json"), "");
    t.mock.method(fs, "lchownSync", () => {
      throw Object.assign(new Error("EPERM: operation not permitted, lchown"), { code: "EPERM", syscall: "lchown", errno: -1 });
    });
    syncBuiltinESMExports();
    t.after(() => {
      t.mock.restoreAll();
      syncBuiltinESMExports();
    });
    assert.match(give(refused) ?? "", /in part only \(EPERM: .*lchown\).*chown -R/);
    assert.equal(owner(refused), "0:0");
  });

  test("is neither made nor given where somebody else has a say in the path: a parent of theirs, one open to all, a link of theirs", () => {
    const theirs = join(folder, "theirs");
    mkdirSync(join(theirs, "kept"), { recursive: true });
    chownSync(theirs, 54_321, 54_322);
    const open = join(folder, "open");
    mkdirSync(open);
    chmodSync(open, 0o1777);
    mkdirSync(join(folder, "real"));
    symlinkSync(join(folder, "real"), join(theirs, "link"));
    for (const path of [join(theirs, "state"), join(theirs, "a", "state"), join(open, "state"), join(theirs, "link", "state")]) {
      assert.equal(give(path), null, path);
      assert.equal(lstatSync(path, { throwIfNoEntry: false }), undefined, path);
    }
    assert.match(give(join(theirs, "kept")) ?? "", /others than root may change.*chown -R 54321:54322/);
    assert.equal(owner(join(theirs, "kept")), "0:0");
  });

  test("is made behind a link of root's, as /var/run is one, and below a sticky directory", () => {
    mkdirSync(join(folder, "run"));
    symlinkSync("run", join(folder, "var-run"));
    const sticky = join(folder, "tmp");
    mkdirSync(join(sticky, "mine"), { recursive: true });
    chmodSync(sticky, 0o1777);
    for (const path of [join(folder, "var-run", "state"), join(sticky, "mine", "state")]) {
      assert.equal(give(path), null);
      assert.equal(owner(path), given);
    }
  });

  test("that cannot be made is nothing to stop for: whoever writes there says it", () => {
    writeFileSync(join(folder, "file"), "");
    assert.equal(give(join(folder, "file", "state")), null);
    assert.equal(give(join(folder, "file")), null);
  });

  test("gets the FIFO that keepalived made, and no other kind of file in its place", () => {
    const fifo = join(folder, "notify.fifo");
    execFileSync("mkfifo", ["-m", "600", fifo]);
    giveFifo(fifo, account);
    assert.equal(owner(fifo), given);
    const file = join(folder, "file");
    writeFileSync(file, "");
    symlinkSync(file, join(folder, "link"));
    for (const path of [file, join(folder, "link"), join(folder, "none")]) giveFifo(path, account);
    assert.equal(owner(file), "0:0");
  });
});
