import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, test } from "node:test";
import type { Notification } from "../../src/alerts/alert.ts";
import { seconds } from "../../src/lib/time.ts";
import {
  delivered,
  filesIn,
  refusedConnection,
  ScriptedReceiver,
  sampleAlert,
  sampleDeliverer,
  sampleNotification,
} from "../helpers/deliveries.ts";
import { temporaryFolder, waitFor } from "../keepalived/notify/harness.ts";

const within = { within: 5_000, every: 1 };

describe("a deliverer", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let receiver: ScriptedReceiver;
  beforeEach(() => {
    folder = temporaryFolder();
    receiver = new ScriptedReceiver();
  });
  afterEach(() => folder.remove());

  const start = (options: Parameters<typeof sampleDeliverer>[2] = {}) => sampleDeliverer(folder.path, receiver.attempt, options);
  const one = (id: string, sequence = 1): Notification => sampleNotification(id, [sampleAlert(id, sequence)]);
  const until = (what: string, observe: () => boolean): Promise<boolean> =>
    waitFor(what, observe, { ...within, state: () => receiver.told });

  test("has a notification on the disk before it sends it, and deletes it once it is delivered", async () => {
    receiver.answer = null;
    const { deliverer } = start();
    await deliverer.load();
    await deliverer.enqueue(one("x"));
    await until("the attempt", () => receiver.seen.length === 1);
    assert.deepEqual(filesIn(folder.path, "queue"), ["000000000001-critical-x.json"]);
    const stored: unknown = JSON.parse(readFileSync(folder.at("queue/ops/000000000001-critical-x.json"), "utf8"));
    assert.deepEqual(stored, {
      version: 1,
      receiver: "ops",
      attempts: 0,
      queued_at: deliverer.list().waiting[0]?.queued_at,
      notification: one("x"),
    });
    receiver.reply(delivered);
    await until("the file to go", () => filesIn(folder.path, "queue").length === 0);
    assert.equal(deliverer.view().outcomes.delivered, 1);
    assert.equal(deliverer.view().queueLength, 0);
    await deliverer.stop();
  });

  test("sends one at a time, in order", async () => {
    receiver.answer = null;
    const { deliverer } = start();
    await deliverer.load();
    await Promise.all(["a", "b", "c"].map((id) => deliverer.enqueue(one(id))));
    for (const count of [1, 2, 3]) {
      await until("the next attempt", () => receiver.seen.length === count);
      assert.equal(deliverer.view().queueLength, 4 - count);
      receiver.reply(delivered);
    }
    await until("the end", () => deliverer.view().outcomes.delivered === 3);
    assert.deepEqual(receiver.told, ["a1", "b1", "c1"]);
    await deliverer.stop();
  });

  test("joins what came meanwhile, and gives it another id as the first was attempted", async () => {
    receiver.answer = refusedConnection;
    const { deliverer, clock } = start();
    await deliverer.load();
    await deliverer.enqueue(one("x", 1));
    await until("the pause", () => deliverer.view().outcomes.retried === 1);
    await deliverer.enqueue(sampleNotification("later", [sampleAlert("x", 2)]));
    await deliverer.enqueue(sampleNotification("last", [sampleAlert("x", 3)]));
    receiver.answer = delivered;
    clock.runTo(1_000);
    await until("the delivery", () => deliverer.view().outcomes.delivered === 1);
    assert.deepEqual(receiver.told, ["x1", "x3×2"]);
    assert.notEqual(receiver.seen[1]?.id, "x");
    await deliverer.stop();
    assert.deepEqual(filesIn(folder.path, "queue"), []);
  });

  test("told of another way tries what waits at once, and keeps its place, its id and its counts", async () => {
    receiver.answer = refusedConnection;
    const { deliverer } = start();
    await deliverer.load();
    await deliverer.enqueue(one("x"));
    await until("the pause", () => deliverer.view().outcomes.retried === 1);
    await deliverer.enqueue(one("y"));
    const other = new ScriptedReceiver();
    other.answer = delivered;
    const limits = { perAlert: false, maxAlerts: 300, maxCount: 100, maxBytes: 1e6, maxAge: seconds(3_600), maxDead: 10 };
    deliverer.reconfigure(limits, other.attempt);
    await until("both", () => deliverer.view().outcomes.delivered === 2);
    assert.deepEqual([receiver.told, other.told], [["x1"], ["x1", "y1"]]);
    assert.equal(other.seen[0]?.id, "x");
    assert.equal(deliverer.view().outcomes.retried, 1);
    await deliverer.stop();
  });

  test("told of other bounds holds what waits to them", async () => {
    receiver.answer = refusedConnection;
    const { deliverer } = start();
    await deliverer.load();
    await deliverer.enqueue(one("x"));
    await until("the pause", () => deliverer.view().outcomes.retried === 1);
    for (const id of ["y", "z"]) await deliverer.enqueue(one(id));
    const limits = { perAlert: false, maxAlerts: 300, maxCount: 1, maxBytes: 1e6, maxAge: seconds(3_600), maxDead: 10 };
    deliverer.reconfigure(limits, receiver.attempt);
    assert.equal(deliverer.view().outcomes.dropped, 2);
    await deliverer.stop();
  });

  test("tries again with growing pauses and the same id, and says so once", async () => {
    receiver.answer = refusedConnection;
    const { deliverer, clock, lines } = start();
    await deliverer.load();
    await deliverer.enqueue(one("x"));
    let at = 0;
    for (const [i, pause] of [1_000, 2_000, 4_000].entries()) {
      await until("the pause", () => deliverer.view().outcomes.retried === i + 1);
      clock.runTo(at + pause - 10);
      assert.equal(receiver.seen.length, i + 1, "not before the pause is over");
      at += pause;
      if (i === 2) receiver.answer = delivered;
      clock.runTo(at);
      await until("the next attempt", () => receiver.seen.length === i + 2);
    }
    await until("the delivery", () => deliverer.view().outcomes.delivered === 1);
    assert.deepEqual(new Set(receiver.seen.map(({ id }) => id)), new Set(["x"]));
    assert.deepEqual(lines, [
      'warn alerts cannot be delivered, and are tried again {"receiver":"ops","problem":"connection refused"}',
      'info alerts are delivered again {"receiver":"ops","seconds":7,"failures":3}',
    ]);
    assert.equal(deliverer.view().problem, null);
    await deliverer.stop();
  });

  test("waits for as long as the receiver asks", async () => {
    receiver.answer = { kind: "retry", why: "too many requests", retryAfter: seconds(60) };
    const { deliverer, clock } = start();
    await deliverer.load();
    await deliverer.enqueue(one("x"));
    await until("the pause", () => deliverer.view().outcomes.retried === 1);
    receiver.answer = delivered;
    clock.runTo(59_990);
    assert.equal(receiver.seen.length, 1);
    clock.runTo(60_000);
    await until("the delivery", () => deliverer.view().outcomes.delivered === 1);
    await deliverer.stop();
  });

  test("logs a failure again when it is another one", async () => {
    const { deliverer, clock, lines } = start();
    await deliverer.load();
    receiver.answer = refusedConnection;
    await deliverer.enqueue(one("x"));
    await until("the pause", () => deliverer.view().outcomes.retried === 1);
    clock.runTo(1_000);
    await until("the pause", () => deliverer.view().outcomes.retried === 2);
    receiver.answer = { kind: "rejected", why: "404" };
    clock.runTo(3_000);
    await until("the refusal", () => deliverer.view().outcomes.rejected === 1);
    await deliverer.enqueue(one("y"));
    await until("the refusal", () => deliverer.view().outcomes.rejected === 2);
    assert.deepEqual(lines, [
      'warn alerts cannot be delivered, and are tried again {"receiver":"ops","problem":"connection refused"}',
      'error the receiver refuses alerts, which are kept as dead {"receiver":"ops","problem":"404","id":"x"}',
    ]);
    await deliverer.stop();
  });

  test("keeps what the receiver refuses, goes on with the next, and sends the refused one when it is told to", async () => {
    receiver.answer = { kind: "rejected", why: "401" };
    const { deliverer } = start();
    await deliverer.load();
    await deliverer.enqueue(one("x"));
    await until("the dead letter", () => filesIn(folder.path, "dead").length === 1 && filesIn(folder.path, "queue").length === 0);
    assert.deepEqual(
      deliverer.list().dead.map(({ id, attempts, problem, alerts }) => ({ id, attempts, problem, alerts })),
      [{ id: "x", attempts: 1, problem: "401", alerts: ["VRRPSplitBrain"] }],
    );
    receiver.answer = delivered;
    await deliverer.enqueue(one("y"));
    await until("the next", () => deliverer.view().outcomes.delivered === 1);
    assert.equal(await deliverer.retry("y"), "unknown");
    assert.equal(await deliverer.retry("x"), "done");
    await until("the refused one", () => deliverer.view().outcomes.delivered === 2);
    assert.deepEqual(receiver.told, ["x1", "y1", "x1"]);
    await deliverer.stop();
    assert.deepEqual([filesIn(folder.path, "queue"), filesIn(folder.path, "dead")], [[], []]);
  });

  test("does not send a refused one again whose alert has been told in a later state", async () => {
    receiver.answer = { kind: "rejected", why: "401" };
    const { deliverer } = start();
    await deliverer.load();
    await deliverer.enqueue(one("x", 1));
    await until("the refusal", () => deliverer.view().dead === 1);
    receiver.answer = delivered;
    await deliverer.enqueue(sampleNotification("over", [sampleAlert("x", 2)]));
    await until("the delivery", () => deliverer.view().outcomes.delivered === 1);
    assert.equal(await deliverer.retry("x"), "done");
    assert.equal(deliverer.view().queueLength, 0);
    await deliverer.stop();
    assert.deepEqual(receiver.told, ["x1", "x2"]);
    assert.deepEqual([filesIn(folder.path, "queue"), filesIn(folder.path, "dead")], [[], []]);
  });

  test("does not send a refused one again after a restart, whose alert an earlier run told in a later state", async () => {
    receiver.answer = { kind: "rejected", why: "401" };
    const first = start();
    await first.deliverer.load();
    await first.deliverer.enqueue(one("x", 1));
    await first.deliverer.enqueue(sampleNotification("both", [sampleAlert("y", 1), sampleAlert("z", 1)]));
    await until("the refusals", () => first.deliverer.view().dead === 2);
    receiver.answer = delivered;
    await first.deliverer.enqueue(sampleNotification("over", [sampleAlert("x", 2)]));
    await until("the delivery", () => first.deliverer.view().outcomes.delivered === 1);
    await first.deliverer.stop();
    receiver.seen.length = 0;
    const second = start();
    second.deliverer.seed(new Map(Object.entries({ x: 2, y: 4, z: 1 })));
    await second.deliverer.load();
    assert.equal(await second.deliverer.retry("x"), "done");
    assert.equal(await second.deliverer.retry("both"), "done");
    await until("the part that is up to date", () => second.deliverer.view().outcomes.delivered === 1);
    await second.deliverer.stop();
    assert.deepEqual(receiver.told, ["z1"]);
    assert.deepEqual([filesIn(folder.path, "queue"), filesIn(folder.path, "dead")], [[], []]);
  });

  test("sends what waits from an earlier run though that run had more to tell: it may be the last that is left of it", async () => {
    receiver.answer = refusedConnection;
    const first = start();
    await first.deliverer.load();
    await first.deliverer.enqueue(one("x", 1));
    await first.deliverer.stop();
    receiver.seen.length = 0;
    receiver.answer = delivered;
    const second = start();
    second.deliverer.seed(new Map([["x", 3]]));
    await second.deliverer.load();
    await until("the delivery", () => second.deliverer.view().outcomes.delivered === 1);
    await second.deliverer.stop();
    assert.deepEqual(receiver.told, ["x1"]);
  });

  test("gives up what it is told to, waiting, in flight or dead", async () => {
    receiver.answer = { kind: "rejected", why: "401" };
    const { deliverer } = start();
    await deliverer.load();
    await deliverer.enqueue(one("dead"));
    await until("the refusal", () => deliverer.view().dead === 1);
    receiver.answer = null;
    await deliverer.enqueue(one("flying"));
    await deliverer.enqueue(one("waiting"));
    await until("the attempt", () => receiver.seen.length === 2);
    assert.equal(await deliverer.retry("waiting"), "not_dead");
    for (const id of ["dead", "flying", "waiting"]) assert.equal(await deliverer.drop(id), "done");
    assert.equal(await deliverer.drop("waiting"), "unknown");
    assert.deepEqual(deliverer.list(), { waiting: [], dead: [] });
    assert.deepEqual([filesIn(folder.path, "queue"), filesIn(folder.path, "dead")], [[], []]);
    receiver.reply(refusedConnection);
    await until("the end of the attempt", () => deliverer.view().outcomes.retried === 1);
    await deliverer.stop();
    assert.deepEqual(filesIn(folder.path, "queue"), []);
  });

  test("keeps no more dead letters than it may, the newest", async () => {
    receiver.answer = { kind: "rejected", why: "401" };
    const { deliverer } = start({ maxDead: 2 });
    await deliverer.load();
    for (const id of ["a", "b", "c"]) await deliverer.enqueue(one(id));
    await until("the refusals", () => deliverer.view().outcomes.rejected === 3);
    await deliverer.stop();
    assert.deepEqual(filesIn(folder.path, "dead"), ["000000000002-critical-b.json", "000000000003-critical-c.json"]);
    assert.deepEqual(filesIn(folder.path, "queue"), []);
  });

  test("ends an attempt in flight when it stops, and a later run sends it again", async () => {
    receiver.answer = null;
    const first = start();
    await first.deliverer.load();
    await first.deliverer.enqueue(one("x"));
    await until("the attempt", () => receiver.seen.length === 1);
    await first.deliverer.stop();
    await first.deliverer.enqueue(one("late"));
    assert.deepEqual(filesIn(folder.path, "queue"), ["000000000001-critical-x.json", "000000000002-critical-late.json"]);
    receiver.answer = delivered;
    const second = start();
    await second.deliverer.load();
    await until("both", () => second.deliverer.view().outcomes.delivered === 2);
    assert.deepEqual(receiver.told, ["x1", "x1", "late1"]);
    await second.deliverer.stop();
  });

  test("goes on after a fault in an attempt", async () => {
    let faults = 0;
    const { deliverer, clock, lines } = sampleDeliverer(folder.path, () => {
      faults += 1;
      return faults === 1 ? Promise.reject(new TypeError("https://example.net/secret")) : Promise.resolve(delivered);
    });
    await deliverer.load();
    await deliverer.enqueue(one("x"));
    await until("the pause", () => deliverer.view().outcomes.retried === 1);
    clock.runTo(1_000);
    await until("the delivery", () => deliverer.view().outcomes.delivered === 1);
    assert.match(lines[0] ?? "", /^error an attempt ended with a fault of the agent .*TypeError/);
    assert.ok(!lines.join("").includes("secret"));
    await deliverer.stop();
  });

  test("is not delayed by another receiver that hangs", async () => {
    receiver.answer = null;
    const hanging = start({ receiver: "dead/end" });
    await hanging.deliverer.load();
    await hanging.deliverer.enqueue(sampleNotification("x", [sampleAlert("x", 1)], { receiver: "dead/end" }));
    await until("the attempt that hangs", () => receiver.seen.length === 1);
    const quick = sampleDeliverer(folder.path, () => Promise.resolve(delivered));
    await quick.deliverer.load();
    await quick.deliverer.enqueue(one("y"));
    await until("the delivery", () => quick.deliverer.view().outcomes.delivered === 1);
    assert.equal(filesIn(folder.path, "queue", "dead%2Fend").length, 1);
    await Promise.all([quick.deliverer.stop(), hanging.deliverer.stop()]);
  });
});
