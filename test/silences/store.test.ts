import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, test } from "node:test";
import { type DurableSteps, nodeSteps } from "../../src/lib/durable-file.ts";
import type { Silence } from "../../src/silences/silence.ts";
import { failing } from "../helpers/failing-steps.ts";
import { FakeClock } from "../helpers/fake-clock.ts";
import { sampleRequest, sampleSilence, sampleStore } from "../helpers/silences.ts";
import { temporaryFolder } from "../keepalived/notify/harness.ts";

const steps = Object.keys(nodeSteps) as (keyof DurableSteps)[];
const ids = (silences: readonly Silence[]): string[] => silences.map(({ id }) => id);

describe("the store of silences", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let path: string;
  beforeEach(() => {
    folder = temporaryFolder();
    path = folder.at("state/silences.json");
  });
  afterEach(() => folder.remove());

  /** What an agent finds that starts now. */
  async function restarted(): Promise<Silence[]> {
    const { store } = sampleStore(path);
    await store.load();
    return store.all();
  }

  test("touches no disk before somebody silences something", async () => {
    const { store, lines } = sampleStore(path);
    await store.load();
    await store.tick();
    await store.close();
    assert.ok(!existsSync(folder.at("state")));
    assert.deepEqual(lines, []);
  });

  test("keeps what was added through a restart, in a file of its owner's, and forgets what was removed", async () => {
    const { store, clock } = sampleStore(path);
    const added = await store.add(sampleRequest(clock.wall(), { comment: "kernel", createdBy: "ann" }));
    assert.ok(added.outcome === "added" && added.notDurable === null);
    await store.add(sampleRequest(clock.wall(), { matchers: { segment: "lab" } }));
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.deepEqual(await restarted(), store.all());
    assert.deepEqual(await store.remove("00000001"), { outcome: "removed", notDurable: null });
    assert.deepEqual(await store.remove("00000001"), { outcome: "unknown" });
    assert.deepEqual(ids(await restarted()), ["00000002"]);
  });

  test("names those that hold now", async () => {
    const configured = [sampleSilence("config-0", sampleStore(path).clock.wall(), { source: "config" })];
    const { store, clock } = sampleStore(path, { configured });
    await store.add(sampleRequest(clock.wall(), { endsBy: "length" }));
    assert.deepEqual(ids(store.active()), ["config-0", "00000001"]);
    assert.deepEqual(await store.remove("config-0"), { outcome: "configured" });
    clock.runTo(3_600_000);
    assert.deepEqual(ids(store.active()), []);
    assert.deepEqual(ids(store.all()), ["config-0", "00000001"]);
  });

  test("moves a length along with a stepped clock, and stores where to", async () => {
    const { store, clock, lines } = sampleStore(path);
    await store.add(sampleRequest(clock.wall(), { endsBy: "length" }));
    const before = store.all()[0]?.endsAt ?? 0;
    clock.stepWall(3_600_000);
    assert.deepEqual(ids(store.active()), ["00000001"]);
    await store.close();
    assert.equal(((await restarted())[0]?.endsAt ?? 0) - before, 3_600_000_000);
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? "", /^info the clock was stepped: .*"seconds":3600/);
  });

  test("writes many changes at once in few writes, and answers each when it is on the disk", async () => {
    let writes = 0;
    const counting = {
      ...nodeSteps,
      writeNew: (where: string, text: string) => {
        writes += 1;
        return nodeSteps.writeNew(where, text);
      },
    };
    const { store, clock } = sampleStore(path, { steps: counting });
    const answers = await Promise.all(Array.from({ length: 200 }, () => store.add(sampleRequest(clock.wall()))));
    assert.ok(answers.every((answer) => answer.outcome === "added" && answer.notDurable === null));
    assert.ok(writes <= 3, `${writes} writes`);
    assert.equal((await restarted()).length, 200);
  });

  for (const step of steps) {
    test(`holds a silence that could not be stored (${step}), says so, logs it once, and stores it later`, async () => {
      const { steps: ill, heal } = failing(step, "ENOSPC");
      const { store, clock, lines } = sampleStore(path, { steps: ill });
      for (let n = 1; n <= 3; n++) {
        const added = await store.add(sampleRequest(clock.wall()));
        assert.ok(added.outcome === "added");
        assert.match(added.notDurable ?? "", /cannot write .*silences\.json: no space is left on the device; free some/);
      }
      await store.tick();
      assert.equal(store.failures, 4);
      assert.equal(store.active().length, 3);
      assert.equal(lines.length, 1);
      assert.match(lines[0] ?? "", /^error silences cannot be stored/);
      heal();
      await store.tick();
      assert.equal(store.failures, 4);
      assert.match(lines[1] ?? "", /^info silences are stored again/);
      assert.equal((await restarted()).length, 3);
      await store.tick();
      assert.equal(lines.length, 2);
    });
  }

  test("tries once more at its end", async () => {
    const { steps: ill, heal } = failing("rename", "EROFS");
    const { store, clock } = sampleStore(path, { steps: ill });
    await store.add(sampleRequest(clock.wall()));
    heal();
    await store.close();
    assert.equal((await restarted()).length, 1);
  });

  test("a removal that could not be stored says that it comes back", async () => {
    const { store, clock } = sampleStore(path);
    await store.add(sampleRequest(clock.wall()));
    const { steps: ill } = failing("writeNew", "EROFS");
    const later = sampleStore(path, { steps: ill });
    await later.store.load();
    const removed = await later.store.remove("00000001");
    assert.ok(removed.outcome === "removed");
    assert.match(removed.notDurable ?? "", /read-only; set state_directory/);
    assert.equal(later.store.all().length, 0);
    assert.equal((await restarted()).length, 1);
  });

  const good = `{"id":"00000001","vrid":51,"begins_at":null,"ends_at":"2036-01-01T00:00:00Z","ends_by":"time","created_at":null,"created_by":null,"comment":null}`;
  const wrap = (entries: readonly string[]): string => `{"version":1,"silences":[${entries.join(",")}]}`;
  for (const [name, text, kept] of [
    ["is empty", "", 0],
    ["was cut off", wrap([good]).slice(0, -10), 0],
    ["is no JSON", "\0\0\0\0", 0],
    ["is not UTF-8", Buffer.from([0x7b, 0xff, 0x7d]), 0],
    ["is of a later version", `{"version":2,"silences":[${good}]}`, 0],
    ["is a list", "[]", 0],
    ["is nested without end", "[".repeat(1_000_000), 0],
    ["has one bad entry among good ones", wrap([good, '{"id":"00000002"}']), 1],
    ["has the same entry twice", wrap([good, good]), 1],
    ["has a million entries", wrap(Array.from({ length: 1_000_000 }, () => "{}")), 0],
    [
      "has more entries than are allowed",
      wrap(Array.from({ length: 1_500 }, (_, n) => good.replace("00000001", String(n).padStart(8, "0")))),
      1_000,
    ],
  ] as const) {
    test(`a file that ${name} is put aside whole, with a warning, and what is good in it is kept`, async () => {
      mkdirSync(folder.at("state"));
      writeFileSync(path, text);
      const { store, lines, clock } = sampleStore(path);
      await store.load();
      assert.equal(store.all().length, kept);
      assert.equal(lines.length, 1);
      assert.match(lines[0] ?? "", /^warn not every silence of an earlier run could be read .*put aside as .*silences\.json\.damaged-/);
      const aside = readdirSync(folder.at("state")).filter((file) => file.includes(".damaged-"));
      assert.equal(aside.length, 1);
      assert.deepEqual(readFileSync(folder.at(`state/${aside[0]}`)), Buffer.from(text));
      await store.close();
      assert.equal((await restarted()).length, kept);
      if (kept === 1_000) return;
      await store.add(sampleRequest(clock.wall(), { matchers: { vrid: 7 } }));
      assert.equal((await restarted()).length, kept === 0 ? 1 : 2);
    });
  }

  test("two damaged files at the same moment are both kept", async () => {
    mkdirSync(folder.at("state"));
    for (const text of ["one", "two", "three"]) {
      writeFileSync(path, text);
      await sampleStore(path).store.load();
    }
    const texts = readdirSync(folder.at("state")).map((file) => readFileSync(folder.at(`state/${file}`), "utf8"));
    assert.deepEqual(texts.sort(), ["one", "three", "two"]);
  });

  test("what is no regular file is put aside before anything is written, and does not hold up the start", async () => {
    mkdirSync(folder.at("state"));
    execFileSync("mkfifo", [path]);
    const { store, lines, clock } = sampleStore(path);
    await store.load();
    assert.match(lines[0] ?? "", /cannot be read \(NOT_REGULAR\), and is put aside before it is written anew/);
    const added = await store.add(sampleRequest(clock.wall()));
    assert.ok(added.outcome === "added" && added.notDurable === null);
    assert.equal((await restarted()).length, 1);
    assert.equal(readdirSync(folder.at("state")).length, 2);
  });

  test("what cannot be put aside is never written over", { skip: process.getuid?.() === 0 ? false : "needs root" }, async () => {
    mkdirSync(folder.at("state"));
    writeFileSync(path, "precious");
    chmodSync(folder.path, 0o755);
    chmodSync(folder.at("state"), 0o755);
    chmodSync(path, 0o644);
    const { store, lines, clock } = sampleStore(path);
    process.seteuid?.(65_534);
    try {
      await store.load();
      assert.match(lines[0] ?? "", /cannot be put aside \(EACCES\): move it away/);
      const added = await store.add(sampleRequest(clock.wall()));
      assert.ok(added.outcome === "added");
      assert.match(added.notDurable ?? "", /permission denied; let the agent's user write/);
    } finally {
      process.seteuid?.(0);
    }
    assert.equal(readFileSync(path, "utf8"), "precious");
    await store.tick();
    assert.deepEqual(readdirSync(folder.at("state")).length, 2);
    assert.equal((await restarted()).length, 1);
  });

  test("one that is over when the agent starts holds nothing, and is forgotten a day later", async () => {
    const clock = new FakeClock();
    const first = sampleStore(path, { clock });
    await first.store.add(sampleRequest(clock.wall()));
    clock.runTo(86_400_000);
    const second = sampleStore(path, { clock });
    await second.store.load();
    assert.equal(second.store.active().length, 0);
    assert.equal(second.store.all().length, 1);
    clock.runTo(2 * 86_400_000);
    await second.store.tick();
    assert.equal(second.store.all().length, 0);
    await second.store.close();
    assert.deepEqual(await restarted(), []);
  });
});
