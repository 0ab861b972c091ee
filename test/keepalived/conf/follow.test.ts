import assert from "node:assert/strict";
import { chmod, chown, cp, mkdir, mkdtemp, rename, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { KeepalivedConfigState } from "../../../src/core/keepalived-config.ts";
import { ConfigFollower } from "../../../src/keepalived/conf/follow.ts";
import { describeUnreadable } from "../../../src/keepalived/conf/permission.ts";
import type { WatchTiming } from "../../../src/keepalived/conf/settled-watch.ts";

const instance = (name: string, vrid: number): string => `vrrp_instance ${name} {\n interface eth0\n virtual_router_id ${vrid}\n}\n`;
/** No poll: what is seen is seen by events. */
const eventsOnly: WatchTiming = { quietMs: 100, pollMs: 3_600_000, missingMs: 3_600_000 };

class Following {
  readonly states: KeepalivedConfigState[] = [];
  readonly warnings: string[] = [];
  readonly follower: ConfigFollower;
  #wake: () => void = () => undefined;
  #isOver = false;

  constructor(path: string, timing: Partial<WatchTiming> = eventsOnly) {
    this.follower = new ConfigFollower({
      path,
      user: "vrrpwatch",
      timing,
      configId: "me",
      deliver: (state) => {
        this.states.push(state);
        this.#wake();
      },
      warn: (message) => void this.warnings.push(message),
    });
  }

  get last(): KeepalivedConfigState | undefined {
    return this.states.at(-1);
  }

  /** Nothing is waited for any more: a test that ran out of time would keep its file from ending. */
  close(): void {
    this.#isOver = true;
    this.follower.close();
  }

  /** Waits for a state of which `wanted` is true; the test's own timeout ends it. */
  async until(wanted: (state: KeepalivedConfigState) => boolean): Promise<KeepalivedConfigState> {
    for (;;) {
      const { last } = this;
      if (last !== undefined && wanted(last)) return last;
      if (this.#isOver) throw new Error(`the last state was ${last?.state}: ${names(last)}`);
      await new Promise<void>((resolve) => {
        // The timer keeps the process alive: the follower does not.
        const timer = setTimeout(resolve, 1_000);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}

const names = (state: KeepalivedConfigState | undefined): string => (state?.config?.instances ?? []).map(({ name }) => name).join(" ");

/** Runs it without root's right to read everything. */
async function unprivileged<T>(action: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return action();
  process.seteuid?.(65_534);
  try {
    return await action();
  } finally {
    process.seteuid?.(0);
  }
}

const limit = { timeout: 30_000 };

describe("ConfigFollower", () => {
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  async function directory(): Promise<string> {
    const path = await mkdtemp(join(tmpdir(), "vrrpwatch-conf-"));
    ends.push(() => rm(path, { recursive: true, force: true }));
    return path;
  }

  async function follow(path: string, timing?: Partial<WatchTiming>): Promise<Following> {
    const following = new Following(path, timing);
    ends.push(() => following.close());
    await following.follower.start();
    return following;
  }

  async function withFile(text: string): Promise<{ path: string; following: Following }> {
    const path = join(await directory(), "keepalived.conf");
    await writeFile(path, text);
    return { path, following: await follow(path) };
  }

  it("has delivered the first state when it has started", limit, async () => {
    const { path, following } = await withFile(instance("A", 1));
    assert.equal(following.states.length, 1);
    const { last } = following;
    assert.deepEqual([last?.path, last?.state, names(last), last?.problem], [path, "read", "A", null]);
    assert.ok(last?.modified !== null && last?.readAt !== null);
  });

  it("sees a file that is written in place", limit, async () => {
    const { path, following } = await withFile(instance("A", 1));
    await writeFile(path, instance("B", 1));
    await following.until((state) => names(state) === "B");
  });

  it("sees a file that is replaced, again and again", limit, async () => {
    const { path, following } = await withFile(instance("A", 1));
    for (const name of ["B", "C", "D"]) {
      await writeFile(`${path}.new`, instance(name, 1));
      await rename(`${path}.new`, path);
      await following.until((state) => names(state) === name);
    }
  });

  it("sees a linked directory that is made to lead elsewhere", limit, async () => {
    const base = await directory();
    for (const [folder, name] of [
      ["v1", "A"],
      ["v2", "B"],
    ] as const) {
      await mkdir(join(base, folder));
      await writeFile(join(base, folder, "keepalived.conf"), instance(name, 1));
    }
    const link = join(base, "current");
    await symlink("v1", link);
    const following = await follow(join(link, "keepalived.conf"));
    assert.equal(names(following.last), "A");
    await symlink("v2", `${link}.new`);
    await rename(`${link}.new`, link);
    await following.until((state) => names(state) === "B");
  });

  it("tells a new time of the same content", limit, async () => {
    const { path, following } = await withFile(instance("A", 1));
    await utimes(path, 1_700_000_000, 1_700_000_000);
    await following.until(({ modified }) => modified === 1_700_000_000_000_000);
  });

  for (const [how, change] of [
    ["is moved into its place", (old, path) => rename(old, path)],
    ["is copied with its time", (old, path) => cp(old, path, { preserveTimestamps: true })],
    ["is linked to", async (old, path) => rm(path).then(() => symlink(old, path))],
    ["makes room for one that was moved aside", async (old, path) => rename(path, `${path}.bad`).then(() => rename(old, path))],
  ] as const satisfies readonly (readonly [string, (old: string, path: string) => Promise<void>])[])
    it(`takes an older file that ${how} for a change of now`, limit, async () => {
      const path = join(await directory(), "keepalived.conf");
      const old = `${path}.bak`;
      await writeFile(old, instance("OLD", 1));
      await writeFile(path, instance("NEW", 1));
      await utimes(old, 1_600_000_000, 1_600_000_000);
      await utimes(path, 1_700_000_000, 1_700_000_000);
      const following = await follow(path);
      assert.equal(following.last?.modified, 1_700_000_000_000_000, "before the first look nobody knows when it came");
      const before = Date.now() * 1_000;
      await change(old, path);
      const after = (Date.now() + 1) * 1_000;
      const { modified } = await following.until((state) => names(state) === "OLD");
      assert.ok((modified ?? 0) > before - 20_000 && (modified ?? 0) < after, `${modified} is from ${before} to ${after}`);
    });

  it("takes the removal of an include for a change of now", limit, async () => {
    const path = join(await directory(), "keepalived.conf");
    const included = join(dirname(path), "conf.d", "b.conf");
    await mkdir(dirname(included));
    await writeFile(path, `${instance("A", 1)}include conf.d/*.conf\n`);
    await writeFile(included, instance("B", 2));
    for (const file of [path, included]) await utimes(file, 1_700_000_000, 1_700_000_000);
    // So that the making of the files is not the change that is looked for.
    await sleep(50);
    const following = await follow(path);
    const before = Date.now() * 1_000;
    await rm(included);
    const after = (Date.now() + 1) * 1_000;
    const { modified } = await following.until((state) => names(state) === "A");
    assert.ok((modified ?? 0) > before - 20_000 && (modified ?? 0) < after, `${modified} is from ${before} to ${after}`);
  });

  it("takes new rights, and the same contents again, for no change", limit, async () => {
    const base = await directory();
    const path = join(base, "etc", "keepalived.conf");
    await mkdir(dirname(path));
    await writeFile(path, instance("A", 1));
    await utimes(path, 1_700_000_000, 1_700_000_000);
    const following = await follow(path, { ...eventsOnly, missingMs: 20, pollMs: 20 });
    await chmod(path, 0o600);
    await sleep(200);
    await rename(path, `${path}.aside`);
    await following.until(({ state }) => state === "absent");
    await rename(`${path}.aside`, path);
    const { modified } = await following.until(({ state }) => state === "read");
    assert.equal(modified, 1_700_000_000_000_000);
  });

  it("takes a file that comes where none was for a change of now, however old it is", limit, async () => {
    const path = join(await directory(), "keepalived.conf");
    await writeFile(`${path}.bak`, instance("A", 1));
    await utimes(`${path}.bak`, 1_700_000_000, 1_700_000_000);
    const following = await follow(path, { ...eventsOnly, missingMs: 20 });
    const before = Date.now() * 1_000;
    await rename(`${path}.bak`, path);
    const { modified } = await following.until(({ state }) => state === "read");
    assert.ok((modified ?? 0) > before - 20_000, `${modified} is after ${before}`);
  });

  it("sees an include that is added, changed and removed", limit, async () => {
    const { path, following } = await withFile(`${instance("A", 1)}include conf.d/*.conf\n`);
    assert.match(following.warnings.join(), /keepalived\.conf:5: no file is there for include conf\.d\/\*\.conf/);
    await mkdir(join(dirname(path), "conf.d"));
    await writeFile(join(dirname(path), "conf.d", "b.conf"), instance("B", 2));
    // The new directory may be noticed before it is watched, and watched before its file is there.
    await following.until((state) => names(state) === "A B");
    await writeFile(join(dirname(path), "conf.d", "c.conf"), instance("C", 3));
    await following.until((state) => names(state) === "A B C");
    await writeFile(join(dirname(path), "conf.d", "b.conf"), instance("D", 2));
    await following.until((state) => names(state) === "A D C");
    await rm(join(dirname(path), "conf.d", "b.conf"));
    await following.until((state) => names(state) === "A C");
  });

  it("sees the target of a symbolic link change, and the link itself", limit, async () => {
    const base = await directory();
    for (const name of ["one", "two", "etc"]) await mkdir(join(base, name));
    await writeFile(join(base, "one", "k.conf"), instance("A", 1));
    await writeFile(join(base, "two", "k.conf"), instance("B", 1));
    const path = join(base, "etc", "k.conf");
    await symlink("../one/k.conf", path);
    const following = await follow(path);
    await writeFile(join(base, "one", "k.conf"), instance("C", 1));
    await following.until((state) => names(state) === "C");
    await symlink("../two/k.conf", `${path}.new`);
    await rename(`${path}.new`, path);
    await following.until((state) => names(state) === "B");
  });

  it("finds a directory that appears later, is replaced and goes", limit, async () => {
    const base = await directory();
    const path = join(base, "etc", "keepalived", "keepalived.conf");
    const following = await follow(path, { ...eventsOnly, missingMs: 20 });
    assert.deepEqual([following.last?.state, following.last?.config, following.last?.modified], ["absent", null, null]);
    assert.deepEqual(following.warnings, [], "most hosts that only listen have none");
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, instance("A", 1));
    await following.until((state) => names(state) === "A");
    await rm(join(base, "etc"), { recursive: true });
    await following.until(({ state }) => state === "absent");
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, instance("B", 1));
    await following.until((state) => names(state) === "B");
  });

  it("keeps the last good configuration while the file is broken", limit, async () => {
    const { path, following } = await withFile(instance("A", 1));
    await writeFile(path, `${instance("B", 1)}vrrp_instance C {\n`);
    const broken = await following.until(({ state }) => state === "broken");
    assert.equal(names(broken), "A");
    assert.equal(broken.readAt, following.states[0]?.readAt);
    assert.match(broken.problem ?? "", /keepalived\.conf:5: the block "vrrp_instance" that begins here is never closed/);
    assert.deepEqual(following.warnings, [broken.problem]);
    await writeFile(path, instance("B", 1));
    const good = await following.until(({ state }) => state === "read");
    assert.deepEqual([names(good), good.problem], ["B", null]);
  });

  it("knows no configuration when the file is broken from the start", limit, async () => {
    const { following } = await withFile("}\n");
    assert.deepEqual([following.last?.state, following.last?.config, following.last?.readAt], ["broken", null, null]);
  });

  it("polls where no event comes", limit, async () => {
    const path = join(await directory(), "keepalived.conf");
    await writeFile(path, instance("A", 1));
    // An event would be waited for much longer.
    const following = await follow(path, { quietMs: 3_600_000, pollMs: 20, missingMs: 20 });
    await writeFile(path, instance("B", 1));
    await following.until((state) => names(state) === "B");
  });

  it("says who may read the file and how to change that", limit, async () => {
    const path = join(await directory(), "keepalived.conf");
    await writeFile(path, instance("A", 1));
    await chmod(dirname(path), 0o755);
    await chmod(path, 0);
    const following = new Following(path);
    ends.push(() => following.close());
    await unprivileged(() => following.follower.start());
    const [first] = following.states;
    assert.deepEqual([first?.state, first?.config], ["unreadable", null]);
    assert.match(
      first?.problem ?? "",
      /keepalived\.conf may not be read by user vrrpwatch: mode 0000, owner \S+, group \S+\. To allow it: setfacl -m u:vrrpwatch:r \//,
    );
    assert.equal(following.warnings[0], first?.problem);
  });

  it("names the directory that may not be entered", limit, async () => {
    const base = await directory();
    const path = join(base, "etc", "keepalived.conf");
    await mkdir(dirname(path));
    await writeFile(path, instance("A", 1));
    await chmod(base, 0o755);
    await chmod(dirname(path), 0);
    ends.push(() => chmod(dirname(path), 0o700));
    const text = await unprivileged(async () => describeUnreadable(path, "vrrpwatch"));
    assert.ok(text.startsWith(`${dirname(path)} may not be entered by user vrrpwatch: mode 0000`), text);
    assert.ok(text.endsWith(`setfacl -m u:vrrpwatch:x ${dirname(path)}`), text);
  });

  it("advises to join a group that may read it", {
    ...limit,
    skip: process.getuid?.() === 0 ? false : "only root gives files away",
  }, async () => {
    const path = join(await directory(), "keepalived.conf");
    await writeFile(path, "");
    await chmod(path, 0o640);
    await chown(path, 0, 54_321);
    const text = describeUnreadable(path, "vrrpwatch");
    assert.match(text, /mode 0640, owner root, group 54321\. To allow it: usermod -aG 54321 vrrpwatch /);
  });

  it("takes a list as long as the bounds allow", limit, async () => {
    const entries = Array.from({ length: 190_000 }, (_, i) => `s${i}`).join("\n");
    const { following } = await withFile(`vrrp_instance A {\n interface eth0\n virtual_router_id 1\n track_script {\n${entries}\n }\n}\n`);
    assert.equal(following.last?.state, "read");
    assert.equal(names(following.last), "A");
  });

  it("ends without a word", limit, async () => {
    const { path, following } = await withFile(instance("A", 1));
    following.follower.close();
    await writeFile(path, instance("B", 1));
    assert.equal(following.states.length, 1);
    assert.deepEqual(following.warnings, []);
  });
});
