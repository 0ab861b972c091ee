import assert from "node:assert/strict";
import { existsSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { tendAbandoned } from "../../../src/alerts/spool/abandoned.ts";
import { seconds } from "../../../src/lib/time.ts";
import { FakeClock } from "../../helpers/fake-clock.ts";
import { EPOCH_US } from "../../helpers/scenario.ts";
import { temporaryFolder, waitFor } from "../../keepalived/notify/harness.ts";

const hour = 3_600;

describe("what receivers left that are not configured any more", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let clock: FakeClock;
  let lines: string[];
  beforeEach(() => {
    folder = temporaryFolder();
    clock = new FakeClock();
    lines = [];
  });
  afterEach(() => folder.remove());

  /** @param age in seconds, at the start of the clock */
  const put = (path: string, age: number): string => {
    const at = folder.at(path);
    mkdirSync(dirname(at), { recursive: true });
    writeFileSync(at, "{}");
    const written = EPOCH_US / 1e6 - age;
    utimesSync(at, written, written);
    return at;
  };
  const log = (fields: Readonly<Record<string, unknown>>, message: string): void => void lines.push(`${message} ${JSON.stringify(fields)}`);
  const tend = (): Promise<void> =>
    tendAbandoned({
      directory: folder.path,
      receivers: ["ops", "a/b"],
      maxAge: seconds(2 * hour),
      clock,
      log: { info: log, warn: log, error: log },
    });
  const until = (what: string, observe: () => boolean): Promise<boolean> => waitFor(what, observe, { within: 10_000, every: 1 });
  /** Hour by hour, as the next look is arranged once the one before is over. */
  const untilLater = (what: string, observe: () => boolean): Promise<boolean> =>
    until(what, () => {
      if (observe()) return true;
      clock.runTo(clock.now() / 1_000 + 3_600_000);
      return false;
    });

  test("is said once, with names that can be printed, and deleted when it is too old, not before", async () => {
    const young = put("queue/gone/000000000002-critical-b.json", hour);
    const old = put("queue/gone/000000000001-critical-a.json", 24 * hour);
    const dead = put("dead/%1B[31mred/000000000003-info-c.json.damaged-2", 24 * hour);
    const probe = put("dead/gone/.probe.tmp", 24 * hour);
    const configured = put("queue/ops/000000000001-critical-a.json", 24 * hour);
    const alsoConfigured = put("dead/a%2Fb/000000000001-critical-a.json", 24 * hour);
    // `[` is written as %5B: no receiver has made that one.
    const foreign = put("queue/lost+found/000000000001-critical-a.json", 24 * hour);
    put("dead/%1B%5B31mred/000000000003-info-c.json", 24 * hour);
    await tend();
    assert.deepEqual(lines, [
      'deliveries of receivers that are not configured any more are kept until they are older than spool.max_age {"receivers":["gone","[31mred"],"count":2}',
    ]);
    clock.runTo(599_999);
    assert.ok(existsSync(old), "nothing goes at once");
    clock.runTo(600_000);
    // The last ones of the first look: those that wait have been looked at by then.
    await until("the dead ones to go", () => ["dead/gone", "dead/%1B%5B31mred"].every((path) => !existsSync(folder.at(path))));
    assert.deepEqual([old, young, probe].map(existsSync), [false, true, false]);
    await untilLater("the rest to go", () => !existsSync(folder.at("queue/gone")));
    assert.deepEqual([configured, alsoConfigured, foreign, dead].map(existsSync), [true, true, true, true]);
    assert.equal(lines.length, 1);
  });

  test("is nothing where all folders have a receiver, or where there are none yet", async () => {
    await tend();
    put("queue/ops/000000000001-critical-a.json", 24 * hour);
    await tend();
    assert.deepEqual(lines, []);
  });

  test("is deleted without what the spool did not make, and without what a link leads to", async () => {
    const kept = put("queue/gone/notes.txt", 24 * hour);
    const old = put("queue/gone/000000000001-critical-a.json", 24 * hour);
    const elsewhere = put("elsewhere/000000000001-critical-a.json", 24 * hour);
    symlinkSync(folder.at("elsewhere"), folder.at("queue/linked"));
    await tend();
    clock.runTo(600_000);
    await until("the old one to go", () => !existsSync(old));
    assert.ok(existsSync(kept));
    assert.ok(existsSync(elsewhere));
    assert.ok(!lines.join().includes("linked"));
  });
});
