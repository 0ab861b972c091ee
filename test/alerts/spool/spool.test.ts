import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, test } from "node:test";
import type { Notification } from "../../../src/alerts/alert.ts";
import { type DurableSteps, nodeSteps } from "../../../src/lib/durable-file.ts";
import { seconds } from "../../../src/lib/time.ts";
import {
  delivered,
  filesIn,
  refusedConnection,
  ScriptedReceiver,
  sampleAlert,
  sampleDeliverer,
  sampleNotification,
} from "../../helpers/deliveries.ts";
import { failing } from "../../helpers/failing-steps.ts";
import { FakeClock } from "../../helpers/fake-clock.ts";
import { temporaryFolder, waitFor } from "../../keepalived/notify/harness.ts";

const within = { within: 10_000, every: 1 };
const steps = Object.keys(nodeSteps) as (keyof DurableSteps)[];

/** A disk that forgets at a power failure: what takes long otherwise. */
const forgetful: DurableSteps = {
  ...nodeSteps,
  syncDirectory: () => Promise.resolve(),
  writeNew: async (path, text) => writeFileSync(path, text, { flag: "wx" }),
};

describe("the spool of a receiver", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let receiver: ScriptedReceiver;
  beforeEach(() => {
    folder = temporaryFolder();
    receiver = new ScriptedReceiver();
  });
  afterEach(() => folder.remove());

  const start = (options: Parameters<typeof sampleDeliverer>[2] = {}) => sampleDeliverer(folder.path, receiver.attempt, options);
  const one = (id: string, sequence = 1, severity: "critical" | "warning" | "info" = "critical"): Notification =>
    sampleNotification(id, [sampleAlert(id, sequence, { severity })]);
  const until = (what: string, observe: () => boolean): Promise<boolean> =>
    waitFor(what, observe, { ...within, state: () => [receiver.told, filesIn(folder.path, "queue")] });

  for (const step of steps)
    for (const code of ["ENOSPC", "EROFS", "EACCES"])
      test(`sends from memory when the step ${step} of a write fails with ${code}, and says so once`, async () => {
        const ill = failing(step, code);
        const { deliverer, lines, clock } = start({ steps: ill.steps });
        await deliverer.load();
        await deliverer.enqueue(one("x"));
        await deliverer.enqueue(one("y"));
        await until("both", () => deliverer.view().outcomes.delivered === 2);
        assert.deepEqual(receiver.told, ["x1", "y1"]);
        await until("the trouble", () => deliverer.view().storeFailures > 0);
        assert.equal(deliverer.view().durable, false);
        assert.match(
          deliverer.view().diskProblem ?? "",
          /^alerts cannot be stored in \/.*: (no space|the file system is read-only|permission denied)/,
        );
        assert.equal(lines.filter((line) => line.startsWith("error")).length, 1);
        ill.heal();
        clock.runTo(10_000);
        await until("the disk", () => deliverer.view().durable);
        await deliverer.stop();
        assert.match(lines.at(-1) ?? "", /^info alerts are stored again/);
        assert.deepEqual(filesIn(folder.path, "queue"), []);
      });

  for (const step of steps)
    test(`writes what waits once the disk takes it again, after the step ${step} failed`, async () => {
      const ill = failing(step, "ENOSPC");
      receiver.answer = refusedConnection;
      const { deliverer, clock } = start({ steps: ill.steps });
      await deliverer.load();
      await deliverer.enqueue(one("x"));
      await deliverer.enqueue(one("y"));
      await until("the pause", () => deliverer.view().outcomes.retried === 1);
      ill.heal();
      clock.runTo(10_000);
      await until("the disk", () => deliverer.view().durable);
      await deliverer.stop();
      assert.deepEqual(filesIn(folder.path, "queue"), ["000000000001-critical-x.json", "000000000002-critical-y.json"]);
    });

  test("cannot make its folder where there is a file, and alerts go out nevertheless", async () => {
    writeFileSync(folder.at("queue"), "");
    const { deliverer } = start();
    await deliverer.load();
    await deliverer.enqueue(one("x"));
    await until("the delivery", () => deliverer.view().outcomes.delivered === 1);
    assert.match(deliverer.view().diskProblem ?? "", /no directory/);
    await deliverer.stop();
  });

  test("does not keep an alert waiting for a disk that hangs", async () => {
    let wakeUp = (): void => undefined;
    const awake = new Promise<void>((resolve) => {
      wakeUp = resolve;
    });
    let writes = 0;
    const clock = new FakeClock();
    const { deliverer, lines } = start({
      clock,
      steps: {
        ...nodeSteps,
        async writeNew(path, text) {
          writes += 1;
          await awake;
          await nodeSteps.writeNew(path, text);
        },
      },
    });
    await deliverer.load();
    void deliverer.enqueue(one("x"));
    await until("the write", () => writes === 1);
    assert.deepEqual(receiver.told, []);
    clock.runTo(2_000);
    await until("the delivery", () => receiver.told.length === 1);
    void deliverer.enqueue(one("y"));
    await until("the next, at once", () => receiver.told.length === 2);
    assert.match(deliverer.view().diskProblem ?? "", /does not answer/);
    wakeUp();
    await deliverer.stop();
    assert.deepEqual(filesIn(folder.path, "queue"), [], "what was delivered meanwhile is not left behind");
    assert.equal(lines.length, 2);
  });

  test("continues after a restart in the same order, with the same ids and the attempts so far", async () => {
    receiver.answer = refusedConnection;
    const first = start();
    await first.deliverer.load();
    for (const id of ["a", "b", "c"]) await first.deliverer.enqueue(one(id));
    await until("the pause", () => first.deliverer.view().outcomes.retried === 1);
    await first.deliverer.stop();
    receiver.answer = null;
    const second = start();
    await second.deliverer.load();
    await until("the attempt", () => receiver.seen.length === 2);
    assert.deepEqual(
      second.deliverer.list().waiting.map(({ id, attempts, problem }) => [id, attempts, problem]),
      [
        ["a", 2, "connection refused"],
        ["b", 0, null],
        ["c", 0, null],
      ],
    );
    await second.deliverer.stop();
  });

  test("numbers on after a restart, beyond the dead ones too", async () => {
    receiver.answer = { kind: "rejected", why: "401" };
    const first = start();
    await first.deliverer.load();
    await first.deliverer.enqueue(one("a"));
    await until("the refusal", () => first.deliverer.view().dead === 1);
    await first.deliverer.stop();
    receiver.answer = refusedConnection;
    const second = start();
    await second.deliverer.load();
    assert.deepEqual(
      second.deliverer.list().dead.map(({ id, problem }) => [id, problem]),
      [["a", "401"]],
    );
    await second.deliverer.enqueue(one("b"));
    await second.deliverer.stop();
    assert.deepEqual(filesIn(folder.path, "queue"), ["000000000002-critical-b.json"]);
  });

  test("reads no half-written file and clears it away, and puts aside what it cannot use", async () => {
    receiver.answer = refusedConnection;
    const first = start();
    await first.deliverer.load();
    for (const id of ["a", "b", "c", "d", "e", "f"]) await first.deliverer.enqueue(one(id));
    await first.deliverer.stop();
    const at = (name: string): string => folder.at(`queue/ops/${name}`);
    const sound = readFileSync(at("000000000002-critical-b.json"), "utf8");
    writeFileSync(at("000000000001-critical-a.json"), sound.slice(0, 200));
    writeFileSync(at("000000000003-critical-c.json"), sound.replace('"version": 1', '"version": 2'));
    writeFileSync(at("000000000004-critical-d.json"), sound.replace('"sequence": 1', '"sequence": "1"'));
    writeFileSync(at("000000000005-critical-e.json"), sound.replaceAll('"ops"', '"another"'));
    writeFileSync(at("notes.json"), "{}");
    writeFileSync(at("000000000009-critical-z.json.tmp"), sound);
    mkdirSync(at("000000000010-critical-dir.json"));
    receiver.seen.length = 0;
    receiver.answer = delivered;
    const second = start();
    await second.deliverer.load();
    await until("what can be read", () => second.deliverer.view().outcomes.delivered === 2);
    assert.deepEqual(receiver.told, ["b1", "f1"]);
    assert.equal(second.deliverer.view().damagedFiles, 6);
    assert.equal(second.lines.filter((line) => line.startsWith("error")).length, 1);
    assert.match(second.lines[0] ?? "", /kept.*"files":6/);
    await second.deliverer.stop();
    const left = filesIn(folder.path, "queue");
    assert.equal(left.length, 6);
    assert.ok(left.every((name) => name.endsWith(".damaged")));
    assert.equal(readFileSync(at("000000000001-critical-a.json.damaged"), "utf8"), sound.slice(0, 200));
  });

  test("does not send again what was refused, when it was killed between the two steps of that", async () => {
    receiver.answer = { kind: "rejected", why: "401" };
    const kept: DurableSteps = { ...nodeSteps, remove: async (path) => (path.endsWith(".json") ? undefined : nodeSteps.remove(path)) };
    const first = start({ steps: kept });
    await first.deliverer.load();
    await first.deliverer.enqueue(one("x"));
    await until("both files", () => filesIn(folder.path, "dead").length === 1 && filesIn(folder.path, "queue").length === 1);
    await first.deliverer.stop();
    const second = start();
    await second.deliverer.load();
    await second.deliverer.stop();
    assert.equal(receiver.seen.length, 1);
    assert.deepEqual(filesIn(folder.path, "queue"), []);
    assert.equal(second.deliverer.view().dead, 1);
  });

  test("tells the last state once when it was killed while it joined", async () => {
    receiver.answer = refusedConnection;
    // The joined file is written, those that it was joined from are not deleted.
    const kept: DurableSteps = { ...nodeSteps, remove: async (path) => (path.endsWith(".json") ? undefined : nodeSteps.remove(path)) };
    const first = start({ steps: kept });
    await first.deliverer.load();
    await first.deliverer.enqueue(sampleNotification("a", [sampleAlert("x", 1)]));
    await until("the pause", () => first.deliverer.view().outcomes.retried === 1);
    await first.deliverer.enqueue(sampleNotification("b", [sampleAlert("x", 2)]));
    await first.deliverer.enqueue(sampleNotification("c", [sampleAlert("x", 3)]));
    first.clock.runTo(1_000);
    await until("the joined attempt", () => first.deliverer.view().outcomes.retried === 2);
    await first.deliverer.stop();
    assert.ok(filesIn(folder.path, "queue").length >= 3, "as a kill leaves it");
    receiver.seen.length = 0;
    receiver.answer = delivered;
    const second = start();
    await second.deliverer.load();
    await until("the delivery", () => second.deliverer.view().outcomes.delivered === 1);
    await second.deliverer.stop();
    assert.deepEqual(receiver.told, ["x3×2"]);
    assert.deepEqual(filesIn(folder.path, "queue"), []);
  });

  test("never deletes a newer state before the older one, so that a kill cannot bring the older one back", async () => {
    const removed: string[] = [];
    let refuses = true;
    const { deliverer, clock } = start({
      steps: {
        ...nodeSteps,
        remove: async (path) => {
          if (path.endsWith("critical-a.json") && refuses) throw Object.assign(new Error("EIO"), { code: "EIO" });
          if (path.endsWith(".json")) removed.push(path.slice(-6));
          return nodeSteps.remove(path);
        },
      },
    });
    await deliverer.load();
    await deliverer.enqueue(sampleNotification("a", [sampleAlert("x", 1)]));
    await until("the first", () => deliverer.view().outcomes.delivered === 1);
    await deliverer.enqueue(sampleNotification("b", [sampleAlert("x", 2)]));
    await until("the second", () => deliverer.view().outcomes.delivered === 2);
    assert.deepEqual(removed, []);
    refuses = false;
    clock.runTo(10_000);
    await until("the disk", () => deliverer.view().durable);
    assert.deepEqual(removed, ["a.json", "b.json"]);
    await deliverer.stop();
  });

  test("splits what an earlier run left joined, for a receiver that knows no lists, and loses none of it", async () => {
    receiver.answer = refusedConnection;
    const first = start();
    await first.deliverer.load();
    await first.deliverer.enqueue(sampleNotification("ab", [sampleAlert("a", 1), sampleAlert("b", 1)]));
    await until("the pause", () => first.deliverer.view().outcomes.retried === 1);
    await first.deliverer.stop();
    receiver.seen.length = 0;
    receiver.answer = null;
    const second = start({ perAlert: true });
    await second.deliverer.load();
    await until("the first", () => receiver.seen.length === 1);
    assert.deepEqual(
      filesIn(folder.path, "queue"),
      ["000000000001-critical-ab.json", "000000000001-critical-new-1.json"],
      "it is needed until both are safe",
    );
    receiver.reply(delivered);
    await until("the second", () => receiver.seen.length === 2);
    await until("the joined file to go", () => !existsSync(folder.at("queue/ops/000000000001-critical-ab.json")));
    receiver.reply(delivered);
    await until("the end", () => second.deliverer.view().outcomes.delivered === 2);
    await second.deliverer.stop();
    assert.deepEqual(receiver.told, ["a1", "b1"]);
    assert.deepEqual(filesIn(folder.path, "queue"), []);
  });

  test("drops the least severe of too many, of those the oldest, and criticals last", async () => {
    receiver.answer = refusedConnection;
    const { deliverer, lines } = start({ maxCount: 3 });
    await deliverer.load();
    const severities = ["critical", "warning", "info", "warning", "critical", "info", "critical", "critical"] as const;
    const kept: string[] = [];
    for (const [i, severity] of severities.entries()) {
      await deliverer.enqueue(one(`n${i}`, 1, severity));
      await until("the pause", () => deliverer.view().outcomes.retried === 1);
      kept.push(
        deliverer
          .list()
          .waiting.map(({ id }) => id.slice(1))
          .join(""),
      );
    }
    assert.deepEqual(kept, ["0", "01", "012", "013", "034", "034", "046", "467"]);
    assert.equal(deliverer.view().outcomes.dropped, 5);
    assert.equal(lines.filter((line) => line.startsWith("error alerts are lost")).length, 1);
    await deliverer.stop();
    assert.deepEqual(
      filesIn(folder.path, "queue").map((name) => name.slice(22, 24)),
      ["n4", "n6", "n7"],
    );
  });

  test("sends one that is larger by itself than all may be, and of several gives up criticals last", async () => {
    receiver.answer = refusedConnection;
    const { deliverer, clock } = start({ maxBytes: 100 });
    await deliverer.load();
    await deliverer.enqueue(one("a"));
    await until("the pause", () => deliverer.view().outcomes.retried === 1);
    await deliverer.enqueue(one("b", 1, "warning"));
    assert.deepEqual(
      deliverer.list().waiting.map(({ id }) => id),
      ["a"],
    );
    receiver.answer = delivered;
    clock.runTo(1_000);
    await until("the delivery", () => deliverer.view().outcomes.delivered === 1);
    assert.deepEqual(receiver.told, ["a1", "a1"]);
    assert.equal(deliverer.view().outcomes.dropped, 1);
    await deliverer.stop();
  });

  test("is bounded by bytes", async () => {
    receiver.answer = refusedConnection;
    const size = Buffer.byteLength(JSON.stringify(one("a")));
    const { deliverer } = start({ maxBytes: 2 * size });
    await deliverer.load();
    for (const id of ["a", "b", "c"]) await deliverer.enqueue(one(id));
    await until("the pause", () => deliverer.view().outcomes.retried === 1);
    assert.deepEqual(
      deliverer.list().waiting.map(({ id }) => id),
      ["b", "c"],
    );
    await deliverer.stop();
  });

  test("gives up what waited too long, whatever the wall clock does meanwhile", async () => {
    receiver.answer = refusedConnection;
    const first = start({ maxAge: seconds(3_600) });
    await first.deliverer.load();
    await first.deliverer.enqueue(one("old"));
    await until("the pause", () => first.deliverer.view().outcomes.retried === 1);
    first.clock.stepWall(7_200_000);
    await first.deliverer.enqueue(one("a"));
    assert.equal(first.deliverer.view().outcomes.expired, 0, "a step of the clock is no age");
    first.clock.freezeTo(3_600_000);
    await first.deliverer.enqueue(sampleNotification("b", [sampleAlert("b", 1)], { created_at: "2030-01-01T00:00:00Z" }));
    assert.equal(first.deliverer.view().outcomes.expired, 2);
    await first.deliverer.stop();
    assert.deepEqual(filesIn(folder.path, "queue"), ["000000000003-critical-b.json"]);
  });

  for (const [right, title] of [
    [true, "does not give up what an earlier run left when the clock was wrong for the first ten minutes"],
    [false, "gives up what an earlier run left and is too old, ten minutes after the start"],
  ] as const)
    test(title, async () => {
      receiver.answer = refusedConnection;
      const first = start({ maxAge: seconds(3_600) });
      await first.deliverer.load();
      await first.deliverer.enqueue(one("a"));
      await first.deliverer.enqueue(sampleNotification("b", [sampleAlert("x", 1)]));
      await first.deliverer.enqueue(sampleNotification("c", [sampleAlert("x", 2)]));
      await first.deliverer.stop();
      const clock = new FakeClock();
      clock.stepWall(10 * 365 * 86_400_000);
      const { deliverer } = start({ clock, maxAge: seconds(3_600) });
      await deliverer.load();
      await until("the pause", () => deliverer.view().outcomes.retried === 1);
      clock.freezeTo(599_999);
      await deliverer.enqueue(one("d"));
      assert.equal(deliverer.view().outcomes.expired, 0);
      assert.equal(deliverer.view().queueLength, 3);
      if (right) clock.stepWall(-10 * 365 * 86_400_000);
      clock.freezeTo(600_000);
      await deliverer.enqueue(one("e"));
      assert.equal(deliverer.view().outcomes.expired, right ? 0 : 2);
      await deliverer.stop();
    });

  test("holds 5,000 notifications of an hour without the receiver, bounded and in order, and tells each alert's last state once", async () => {
    receiver.answer = refusedConnection;
    const { deliverer, clock } = start({ steps: forgetful, maxCount: 200 });
    await deliverer.load();
    const alerts = 250;
    for (let i = 0; i < 5_000; i++) {
      // Fifty groups of five, each alert ten times on and off.
      const fingerprint = `x${i % alerts}`;
      const alert = sampleAlert(fingerprint, Math.floor(i / alerts) + 1);
      await deliverer.enqueue(sampleNotification(`n${i}`, [alert], { group_key: `g${(i % alerts) % 50}` }));
      if (i % 100 === 99) clock.runTo((i + 1) * 720);
      assert.ok(deliverer.view().queueLength <= 201);
    }
    assert.equal(deliverer.view().outcomes.dropped, 0);
    receiver.answer = delivered;
    receiver.seen.length = 0;
    clock.runTo(2 * 3_600_000);
    await until("all of it", () => deliverer.view().outcomes.delivered > 0 && deliverer.view().queueLength === 0);
    await deliverer.stop();
    const states = receiver.seen.flatMap((notification) => notification.alerts);
    assert.equal(receiver.seen.length, 50);
    assert.equal(states.length, alerts);
    assert.equal(new Set(states.map(({ fingerprint }) => fingerprint)).size, alerts);
    assert.ok(states.every(({ sequence, status, times }) => sequence === 20 && status === "resolved" && times === 10));
    assert.deepEqual(filesIn(folder.path, "queue"), []);
  });

  test("is open to nobody else", async () => {
    receiver.answer = refusedConnection;
    const { deliverer } = start();
    await deliverer.load();
    await deliverer.enqueue(one("x"));
    await deliverer.stop();
    assert.equal(statSync(folder.at("queue/ops/000000000001-critical-x.json")).mode & 0o777, 0o600);
  });
});
