import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import type { KeepalivedConfigState } from "../../../src/core/keepalived-config.ts";
import { ConfigFollower } from "../../../src/keepalived/conf/follow.ts";
import { wallTime } from "../../../src/lib/time.ts";
import { waitFor } from "../../lab/framework/wait.ts";

const instance = (priority: number, vrid = 51): string =>
  `vrrp_instance V${vrid} {\nvirtual_router_id ${vrid}\npriority ${priority}\nvirtual_ipaddress { 192.0.2.100 }\n}\n`;

let folder: string;
let told: KeepalivedConfigState[];
let warned: string[];
let follower: ConfigFollower;
const path = (name: string): string => join(folder, name);

function follow(name = "keepalived.conf"): ConfigFollower {
  return new ConfigFollower({
    path: path(name),
    deliver: (state) => told.push(state),
    warn: (message, fields) => warned.push(`${message} ${JSON.stringify(fields ?? {})}`),
    wall: () => wallTime(1_000_000),
  });
}
const priorities = (state = told.at(-1)): number[] => (state?.config?.instances ?? []).map(({ priority }) => priority);
const until = (what: string, is: (state: KeepalivedConfigState) => boolean): Promise<unknown> =>
  waitFor(what, () => told.some(is) && is(told.at(-1) as KeepalivedConfigState), { within: 15_000, state: () => told });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vw-conf-"));
  [told, warned] = [[], []];
  follower = follow();
});
afterEach(async () => {
  await follower.close();
  rmSync(folder, { recursive: true });
});

test("the file is told at the start, with its time", async () => {
  writeFileSync(path("keepalived.conf"), instance(100));
  utimesSync(path("keepalived.conf"), 1_700_000_000, 1_700_000_000);
  await follower.start();
  assert.equal(told.length, 1);
  assert.deepEqual(
    [told[0]?.state, priorities(), told[0]?.modified, told[0]?.readAt, told[0]?.problem],
    ["read", [100], 1_700_000_000_000_000, 1_000_000, null],
  );
});

test("a write in place, a replacement and a touch are each told", async () => {
  writeFileSync(path("keepalived.conf"), instance(100));
  await follower.start();
  writeFileSync(path("keepalived.conf"), instance(110));
  await until("the write", (state) => priorities(state)[0] === 110);
  for (const priority of [120, 130]) {
    writeFileSync(path("new"), instance(priority));
    renameSync(path("new"), path("keepalived.conf"));
    await until("the replacement", (state) => priorities(state)[0] === priority);
  }
  utimesSync(path("keepalived.conf"), 1_700_000_000, 1_700_000_000);
  await until("the touch", (state) => state.modified === 1_700_000_000_000_000);
});

test("a symbolic link that is turned elsewhere, as in a mounted ConfigMap", async () => {
  for (const [name, priority] of [
    ["one", 100],
    ["two", 200],
  ] as const) {
    mkdirSync(path(name));
    writeFileSync(path(`${name}/keepalived.conf`), instance(priority));
  }
  symlinkSync("one", path("..data"));
  symlinkSync("..data/keepalived.conf", path("keepalived.conf"));
  await follower.start();
  assert.deepEqual(priorities(), [100]);
  symlinkSync("two", path("..new"));
  renameSync(path("..new"), path("..data"));
  await until("the other file", (state) => priorities(state)[0] === 200);
});

test("an include in another folder, and a file that its pattern finds later", async () => {
  mkdirSync(path("conf.d"));
  writeFileSync(path("conf.d/a.conf"), instance(100));
  writeFileSync(path("keepalived.conf"), "include conf.d/*.conf\n");
  await follower.start();
  assert.deepEqual(priorities(), [100]);
  writeFileSync(path("conf.d/b.conf"), instance(90, 52));
  await until("the second file", (state) => priorities(state).length === 2);
});

test("a broken file keeps the last good one and is told with its line, once", async () => {
  writeFileSync(path("keepalived.conf"), instance(100));
  await follower.start();
  writeFileSync(path("keepalived.conf"), `${instance(110)}global_defs {\n`);
  await until("the trouble", (state) => state.state === "broken");
  assert.deepEqual(priorities(), [100]);
  assert.match(told.at(-1)?.problem ?? "", /keepalived\.conf:6: the block of global_defs/);
  writeFileSync(path("keepalived.conf"), instance(120));
  await until("the repair", (state) => state.state === "read" && priorities(state)[0] === 120);
  assert.equal(warned.length, 1);
});

test("no file, no folder: absent, until they come", async () => {
  await follower.close();
  follower = follow("later/keepalived.conf");
  await follower.start();
  assert.equal(told[0]?.state, "absent");
  assert.deepEqual(warned, []);
  mkdirSync(path("later"));
  writeFileSync(path("later/keepalived.conf"), instance(100));
  await until("the file", (state) => state.state === "read");
  rmSync(path("later"), { recursive: true });
  await until("its end", (state) => state.state === "absent" && state.config === null);
});

const asOther = process.getuid?.() === 0 && spawnSync("setpriv", ["--version"]).status === 0;

test("a file that this user may not read is worked without, and the remedy is named", {
  skip: asOther ? false : "needs root and setpriv",
}, () => {
  writeFileSync(path("keepalived.conf"), instance(100));
  chmodSync(path("keepalived.conf"), 0o640);
  chmodSync(folder, 0o755);
  const script = `
    import { ConfigFollower } from ${JSON.stringify(new URL("../../../src/keepalived/conf/follow.js", import.meta.url).href)};
    const follower = new ConfigFollower({ path: process.argv[1], deliver: (s) => console.log(JSON.stringify(s)), warn: () => {}, wall: () => 1 });
    await follower.start();
    await follower.close();`;
  const run = ["--reuid", "65534", "--regid", "65534", "--clear-groups", process.execPath, "--input-type=module", "-e", script];
  const { stdout, stderr } = spawnSync("setpriv", [...run, path("keepalived.conf")], { encoding: "utf8" });
  assert.equal(stderr, "");
  const state = JSON.parse(stdout) as KeepalivedConfigState;
  assert.equal(state.state, "unreadable");
  assert.equal(state.config, null);
  assert.match(state.problem ?? "", /mode 0640, owner 0, group 0.*setfacl -m u:nobody:r/);
});
