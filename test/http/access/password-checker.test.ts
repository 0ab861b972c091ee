import assert from "node:assert/strict";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { type TestContext, test } from "node:test";
import { hashSync } from "bcryptjs";
import { BasicAuth } from "../../../src/http/access/basic-auth.ts";
import { PasswordChecker, type PasswordCheckerOptions, passwordThread } from "../../../src/http/access/password-checker.ts";

const hash = hashSync("secret", 4);
/** Takes long enough for others to queue behind it: some 200 ms. */
const slow = hashSync("secret", 11);

function checker(t: TestContext, options: Partial<PasswordCheckerOptions> = {}): PasswordChecker {
  const made = new PasswordChecker(options);
  t.after(() => made.close());
  return made;
}

test("a password is compared with its hash, before and after the thread has ended for want of work", async (t) => {
  const one = checker(t, { idleMs: 1 });
  for (let round = 0; round < 3; round++) {
    assert.equal(await one.check({ password: "secret", hash }, "a"), true);
    assert.equal(await one.check({ password: "Secret", hash }, "a"), false);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
});

test("a thread that the host does not give fails the question, and the next one gets its thread", async (t) => {
  const one = checker(t);
  const start = t.mock.method(passwordThread, "start", () => {
    throw new Error("EAGAIN");
  });
  const questions = ["a", "b"].map((client) => one.check({ password: "secret", hash }, client));
  for (const question of questions) await assert.rejects(question, /EAGAIN/);
  start.mock.restore();
  assert.equal(await one.check({ password: "secret", hash }, "a"), true);
});

test("one client has few places in the queue, all together have some, and whoever is gone gives up his", async (t) => {
  const one = checker(t, { most: 3, mostOfClient: 2 });
  const ask = (client: string, unwanted?: () => boolean): Promise<unknown> =>
    one.check({ password: "secret", hash: slow }, client, unwanted);
  const first = ask("a");
  const queued = [ask("a"), ask("a", () => true)];
  assert.equal(await ask("a"), "full");
  const other = ask("b");
  assert.equal(await ask("c"), "full");
  assert.deepEqual(await Promise.all([first, ...queued, other]), [true, true, "unwanted", true]);
});

test("closing leaves nobody waiting", async () => {
  const one = new PasswordChecker();
  const answers = [1, 2, 3].map(() => one.check({ password: "secret", hash: slow }, "a"));
  await one.close();
  assert.deepEqual(await Promise.all(answers), ["full", "full", "full"]);
  assert.equal(await one.check({ password: "secret", hash }, "a"), "full");
});

test("a comparison that takes long does not hold the event loop", async (t) => {
  const one = checker(t);
  await one.check({ password: "warm", hash }, "a");
  const begun = performance.now();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await one.check({ password: "secret", hash: slow }, "a");
  delay.disable();
  const took = performance.now() - begun;
  // A busy machine makes both longer; in this thread it would be the whole time.
  assert.ok(delay.max / 1e6 < took * 0.7, `the loop stood still for ${delay.max / 1e6} of ${took} ms`);
});

/** Counts what it is asked, and says yes to the password `secret`. */
class Counting extends PasswordChecker {
  asked: string[] = [];
  override async check({ password, hash: given }: { password: string; hash: string }): Promise<boolean> {
    this.asked.push(given);
    return password === "secret";
  }
}

const header = (user: string, password: string): string => `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;

test("a pair is compared once, right or wrong, and again after the hash has changed", async () => {
  const counting = new Counting();
  const auth = new BasicAuth(counting);
  auth.users = new Map([["joe", hash]]);
  for (let i = 0; i < 3; i++) {
    assert.equal(await auth.verify(header("joe", "secret"), "a"), "ok");
    assert.equal(await auth.verify(header("joe", "wrong"), "a"), "wrong");
  }
  assert.equal(counting.asked.length, 2);
  auth.users = new Map([["joe", slow]]);
  assert.equal(await auth.verify(header("joe", "secret"), "a"), "ok");
  assert.equal(counting.asked.length, 3);
});

test("wrong passwords, however many, do not push a right one out of memory", async () => {
  const counting = new Counting();
  const auth = new BasicAuth(counting);
  auth.users = new Map([["joe", hash]]);
  await auth.verify(header("joe", "secret"), "a");
  for (let i = 0; i < 1_000; i++) await auth.verify(header("joe", `wrong ${i}`), "a");
  const before = counting.asked.length;
  assert.equal(await auth.verify(header("joe", "secret"), "a"), "ok");
  assert.equal(counting.asked.length, before);
});

test("an unknown user costs a comparison with the cost of some user's hash, always the same one, and never gets in", async () => {
  const counting = new Counting();
  const auth = new BasicAuth(counting);
  auth.users = new Map([
    ["joe", hash],
    ["ann", slow],
  ]);
  const costs = new Set<string>();
  for (let i = 0; i < 40; i++) {
    assert.equal(await auth.verify(header(`eve${i}`, "secret"), "a"), "wrong");
    await auth.verify(header(`eve${i}`, "other"), "a");
    const [one, two] = counting.asked.slice(-2);
    assert.equal(one, two);
    costs.add(one?.slice(4, 6) ?? "");
  }
  assert.deepEqual([...costs].sort(), ["04", "11"]);
});
