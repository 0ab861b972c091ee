import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { Random } from "../../helpers/keepalived-model/random.ts";
import { temporaryFolder, waitFor } from "../../keepalived/notify/harness.ts";
import { type Agent, Agents } from "./agents.ts";
import { bundleChild } from "./bundle.ts";
import { Ledger, toldIn } from "./ledger.ts";
import { type Mood, MoodyReceiver } from "./moody-receiver.ts";
import { CONDITIONS, type ReceiverName, receiverNames, type Truth } from "./protocol.ts";

const KILLS = 200;
const SEED = 20_261_126;
/** No condition begins again sooner: its numbers grow by the second, see `firstSequence`. */
const SHORTEST_CYCLE_MS = 1_100;

describe("an agent that is killed again and again", () => {
  const folder = temporaryFolder();
  const random = new Random(SEED);
  const ledger = new Ledger();
  const truths = Array.from({ length: CONDITIONS }, (_, i): Truth => ({ vrid: i + 1, holds: false, episode: 0 }));
  const beganAt = new Map<number, number>();
  let calm = false;
  const moods: readonly Mood[] = [...Array<Mood>(7).fill("takes"), "is slow", "refuses", "hangs"];
  const receiver = new MoodyReceiver(
    () => (calm ? "takes" : (moods[random.between(0, moods.length - 1)] ?? "takes")),
    (name, body, mood) => {
      const isTaken = mood === "takes" || mood === "is slow";
      for (const told of toldIn(name as ReceiverName, body)) ledger.note(name as ReceiverName, told, isTaken);
    },
  );
  let agents: Agents;

  before(async () => {
    await receiver.listen();
    const program = folder.at("child.cjs");
    await bundleChild(program);
    const urls = receiverNames.map((name) => receiver.url(name));
    agents = new Agents([process.execPath, program, folder.at("alerts"), ...urls], folder.at("log"), 2);
  });
  after(async () => {
    await agents?.killAll();
    receiver.close();
    folder.remove();
  });

  const isKnown = ({ vrid, episode, holds }: Truth): boolean =>
    episode === 0 || receiverNames.every((name) => ledger.knows(name, vrid, episode, holds));

  /** Turns some of what everybody knows. */
  function turn(chance: number, agent: Agent): void {
    truths.forEach((truth, i) => {
      if (!isKnown(truth) || !random.chance(chance)) return;
      if (!truth.holds && performance.now() - (beganAt.get(truth.vrid) ?? -SHORTEST_CYCLE_MS) < SHORTEST_CYCLE_MS) return;
      const { vrid, holds, episode } = truth;
      if (!holds) beganAt.set(vrid, performance.now());
      const turned = { vrid, holds: !holds, episode: holds ? episode : episode + 1 };
      truths[i] = turned;
      agent.tell({ kind: "change", truth: turned });
    });
  }

  const everybodyKnows = (): Promise<boolean> =>
    waitFor("everybody to know", () => truths.every(isKnown), {
      within: 30_000,
      every: 10,
      state: () => truths.filter((t) => !isKnown(t)),
    });

  test("loses no alert, tells none out of order, and reads no half-written file", { timeout: 200_000 }, async (t) => {
    let midWrite = 0;
    let midQueue = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const agent = await agents.next();
      const end = performance.now() + random.next() * (random.chance(0.5) ? 400 : 200);
      agent.tell({ kind: "start", truth: truths, settleMs: random.chance(0.8) ? 0 : 30 });
      while (performance.now() < end) {
        await delay(Math.min(10, Math.max(0, end - performance.now())));
        turn(0.2, agent);
      }
      assert.ok(agent.isAlive, `the child ended by itself: ${readFileSync(folder.at("log"), "utf8").slice(-2_000)}`);
      await agent.kill();
      const left = filesLeft();
      if (left.some((name) => name.endsWith(".tmp"))) midWrite += 1;
      if (left.some((name) => name.startsWith("queue/") && name.endsWith(".json"))) midQueue += 1;
    }
    calm = true;
    const last = await agents.next();
    last.tell({ kind: "start", truth: truths, settleMs: 0 });
    await everybodyKnows();
    truths.forEach((truth, i) => {
      if (!truth.holds) return;
      truths[i] = { ...truth, holds: false };
      last.tell({ kind: "change", truth: { ...truth, holds: false } });
    });
    await everybodyKnows();
    await waitFor("an empty queue", async () => (await last.report()).queueLengths.every((length) => length === 0), { within: 30_000 });
    const report = await last.report();
    await last.stop();

    const episodes = truths.reduce((sum, { episode }) => sum + episode, 0);
    t.diagnostic(
      `${KILLS} kills, ${midWrite} in the middle of a write, ${midQueue} with deliveries on the disk; ` +
        `${episodes} episodes; ${ledger.deliveries} alerts received`,
    );
    assert.deepEqual(ledger.complaints, []);
    for (const { vrid, episode } of truths) {
      assert.ok(episode > 0, `VRID ${vrid} never began`);
      for (const name of receiverNames)
        assert.deepEqual(ledger.counts(name, vrid), { firing: episode, resolved: episode }, `${name}, VRID ${vrid}`);
    }
    assert.deepEqual(report, { queueLengths: [0, 0], dead: 0, lost: 0, storeFailures: 0, firing: 0, durable: true, problem: null });
    assert.deepEqual(
      filesLeft().filter((name) => name !== "state.json"),
      [],
    );
    assert.deepEqual(unexpectedLines(), []);
    assert.ok(midWrite > 0 && midQueue > 0, "kills have to hit something");
  });

  /** Below the directory of the alerts. */
  function filesLeft(): string[] {
    // The first ones may be killed before they made it.
    if (!existsSync(folder.at("alerts"))) return [];
    return readdirSync(folder.at("alerts"), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => `${entry.parentPath}/${entry.name}`.slice(folder.at("alerts").length + 1));
  }

  /** What a child may log is that a receiver does not answer as it should; a stack trace is no JSON. */
  function unexpectedLines(): string[] {
    return readFileSync(folder.at("log"), "utf8")
      .split("\n")
      .filter(
        (line) =>
          line !== "" &&
          !/^\{"level":"(info|warn)","message":"alerts (cannot be delivered, and are tried again|are delivered again)"/.test(line),
      );
  }
});
