import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { StateStore } from "../../src/alerts/state-store.ts";
import { type DurableSteps, nodeSteps } from "../../src/lib/durable-file.ts";
import { FakeClock } from "../helpers/fake-clock.ts";

const folder = mkdtempSync(path.join(tmpdir(), "vrrpwatch-state-"));
after(() => rmSync(folder, { recursive: true, force: true }));

function setUp(name: string, steps: DurableSteps = nodeSteps) {
  const clock = new FakeClock();
  const lines: string[] = [];
  const note = (_: unknown, message: string): void => void lines.push(message);
  const file = path.join(folder, name, "state.json");
  const box = { value: 1 };
  const store = new StateStore({
    path: file,
    state: () => ({ value: box.value }),
    clock,
    log: { info: note, warn: note, error: note },
    steps,
  });
  const stored = (): unknown => JSON.parse(readFileSync(file, "utf8"));
  return { clock, lines, file, box, store, stored };
}

test("a change is written at once, and many of them are few writes", async () => {
  let writes = 0;
  const steps: DurableSteps = {
    ...nodeSteps,
    writeNew(file, text) {
      writes += 1;
      return nodeSteps.writeNew(file, text);
    },
  };
  const { store, box, stored } = setUp("once", steps);
  for (let i = 0; i < 100; i++) {
    box.value = i;
    store.changed();
  }
  await store.close();
  assert.deepEqual(stored(), { value: 99 });
  assert.equal(writes, 2);
});

test("nothing is written while it is held, and all of it afterwards", async () => {
  const { store, box, stored, file } = setUp("held");
  store.hold();
  store.changed();
  box.value = 2;
  assert.throws(() => readFileSync(file), { code: "ENOENT" });
  store.release();
  await store.close();
  assert.deepEqual(stored(), { value: 2 });
});

test("a disk that refuses is told once, counted, and tried again", async () => {
  let refuses = true;
  const steps: DurableSteps = {
    ...nodeSteps,
    writeNew: (file, text) =>
      refuses ? Promise.reject(Object.assign(new Error("full"), { code: "ENOSPC" })) : nodeSteps.writeNew(file, text),
  };
  const { store, clock, lines, stored } = setUp("full", steps);
  const settled = async (count: number): Promise<void> => {
    while (store.failures < count) await new Promise((resolve) => setImmediate(resolve));
    // The write has told of its failure and armed the next one.
    await new Promise((resolve) => setImmediate(resolve));
  };
  store.changed();
  await settled(1);
  clock.runTo(30_000);
  await settled(2);
  assert.match(store.problem ?? "", /^alerts cannot be stored in \/.*: no space is left on the device; free some$/);
  assert.equal(lines.length, 1);
  refuses = false;
  await store.close();
  assert.equal(store.problem, null);
  assert.deepEqual(stored(), { value: 1 });
  assert.match(lines[1] ?? "", /stored again/);
});

test("what cannot be read is put aside and kept", async () => {
  const { store, file, lines } = setUp("damaged");
  store.changed();
  await store.close();
  writeFileSync(file, '{"value":');
  assert.equal(await store.load(), null);
  assert.equal(lines.length, 1);
  const [kept = "", ...more] = readdirSync(path.dirname(file));
  assert.deepEqual(more, []);
  assert.equal(readFileSync(path.join(path.dirname(file), kept), "utf8"), '{"value":');
});

test("a first start finds nothing and says nothing", async () => {
  const { store, lines } = setUp("first");
  assert.equal(await store.load(), null);
  assert.deepEqual(lines, []);
});

test("who waits for the disk waits until it has everything, also while the store rests or is held", async () => {
  const { store, box, stored } = setUp("settled");
  store.changed();
  await store.settled();
  assert.deepEqual(stored(), { value: 1 });
  store.hold();
  box.value = 2;
  store.changed();
  const settled = store.settled();
  assert.equal(store.isBehind, true);
  store.release();
  await settled;
  assert.deepEqual(stored(), { value: 2 });
  assert.equal(store.isBehind, false);
  await store.close();
});

test("nobody waits for a disk that refuses, and not for long for one that does not answer", async () => {
  const refusing = setUp("refusing", {
    ...nodeSteps,
    writeNew: () => Promise.reject(Object.assign(new Error("full"), { code: "ENOSPC" })),
  });
  refusing.store.changed();
  await refusing.store.settled();
  assert.match(refusing.store.problem ?? "", /no space/);
  assert.equal(refusing.store.isBehind, false);
  await refusing.store.close();

  let answer = (): void => {};
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const hanging = setUp("hanging", { ...nodeSteps, writeNew: (file, text) => answered.then(() => nodeSteps.writeNew(file, text)) });
  hanging.store.changed();
  const settled = hanging.store.settled();
  hanging.clock.runTo(2_000);
  await settled;
  assert.equal(hanging.store.isBehind, false);
  answer();
  await hanging.store.close();
  assert.deepEqual(hanging.stored(), { value: 1 });
});
