import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { temporaryFolder, waitFor } from "../../keepalived/notify/harness.ts";
import { environment } from "../../lab/framework/shell.ts";
import { Agent } from "./agents.ts";
import { bundleChild } from "./bundle.ts";
import { diskOf, FILL, inSmallDisk, mountSkip, remount } from "./disks.ts";
import { Ledger, toldIn } from "./ledger.ts";
import { type Mood, MoodyReceiver } from "./moody-receiver.ts";
import { type ReceiverName, receiverNames } from "./protocol.ts";

interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly receiver?: string;
}

const within = { within: 15_000, every: 10 };

describe("alerts on a disk that refuses", () => {
  const shared = temporaryFolder();
  const program = shared.at("child.cjs");
  before(() => bundleChild(program));
  after(() => shared.remove());

  let folder: ReturnType<typeof temporaryFolder>;
  let ledger: Ledger;
  let mood: Mood;
  let receiver: MoodyReceiver;
  let agent: Agent | null;
  beforeEach(async () => {
    folder = temporaryFolder();
    ledger = new Ledger();
    mood = "takes";
    agent = null;
    receiver = new MoodyReceiver(
      () => mood,
      (name, body, how) => {
        for (const told of toldIn(name as ReceiverName, body)) ledger.note(name as ReceiverName, told, how === "takes");
      },
    );
    await receiver.listen();
  });
  afterEach(async () => {
    if (agent?.isAlive) await agent.kill();
    receiver.close();
    folder.remove();
  });

  /** Its state directory is `disk`, and its alerts are in `disk/alerts`. */
  const command = (): readonly string[] => [
    process.execPath,
    program,
    folder.at("disk/alerts"),
    ...receiverNames.map((name) => receiver.url(name)),
  ];

  async function start(how: readonly string[]): Promise<Agent> {
    agent = new Agent(how, folder.at("log"), { ...environment, IMPATIENT: "1" });
    await agent.warm;
    agent.tell({ kind: "start", truth: [], settleMs: 0 });
    return agent;
  }

  async function turn(running: Agent, vrid: number, episode: number, holds: boolean): Promise<void> {
    running.tell({ kind: "change", truth: { vrid, episode, holds } });
    await waitFor(`news of VRID ${vrid}`, () => receiverNames.every((name) => ledger.knows(name, vrid, episode, holds)), {
      ...within,
      state: () => readFileSync(folder.at("log"), "utf8"),
    });
  }

  const isEmpty = (running: Agent): Promise<boolean> =>
    waitFor("an empty queue", async () => (await running.report()).queueLengths.every((length) => length === 0), within);

  const logged = (): LogLine[] =>
    readFileSync(folder.at("log"), "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as LogLine);

  /** Alerts begin and end, from memory; the trouble is told. */
  async function goesOutFromMemory(running: Agent, problem: RegExp): Promise<void> {
    for (const vrid of [1, 2, 3, 4]) await turn(running, vrid, 1, true);
    await turn(running, 1, 1, false);
    await isEmpty(running);
    // It is tried again and again, and refuses each time.
    const { storeFailures: before } = await running.report();
    await waitFor("more failures", async () => (await running.report()).storeFailures >= before + 3, within);
    const { durable, problem: said, firing } = await running.report();
    assert.equal(durable, false);
    assert.match(said ?? "", problem);
    assert.equal(firing, 3);
    // A warning is an answer that came too late on a busy machine.
    const errors = logged().filter(({ level }) => level === "error");
    assert.deepEqual(
      errors.map(({ level, message, receiver: name = "" }) => `${level} ${name} ${message}`).sort(),
      [
        "error  the state of alerts cannot be stored: after a restart what fires is told anew",
        "error lists alerts cannot be stored: what waits would be lost with the agent",
        "error singles alerts cannot be stored: what waits would be lost with the agent",
      ],
      "each once",
    );
  }

  /** @param disk the state directory */
  async function isDurableAgain(running: Agent, disk: string): Promise<void> {
    await waitFor("the disk", async () => (await running.report()).durable, { ...within, state: () => running.report() });
    mood = "refuses";
    running.tell({ kind: "change", truth: { vrid: 1, episode: 2, holds: true } });
    const filesOf = (name: string): string[] => {
      const queue = `${disk}/alerts/queue/${name}`;
      return existsSync(queue) ? readdirSync(queue).filter((file) => file.endsWith(".json")) : [];
    };
    await waitFor("the files of what waits", () => receiverNames.every((name) => filesOf(name).length === 1), within);
    const state = JSON.parse(readFileSync(`${disk}/alerts/state.json`, "utf8")) as { alerts: { labels: { vrid: string } }[] };
    assert.deepEqual(state.alerts.map(({ labels }) => labels.vrid).sort(), ["1", "2", "3", "4"]);
    mood = "takes";
    await turn(running, 1, 2, true);
    await waitFor("the files to go", () => receiverNames.every((name) => filesOf(name).length === 0), within);
    assert.deepEqual(ledger.complaints, []);
    const good = logged().filter(({ message }) => message.endsWith("stored again"));
    assert.equal(good.length, 3, "the state and two spools say so");
    assert.ok(running.isAlive);
  }

  test("go out from memory while it is full, and are stored once there is space", { skip: mountSkip() }, async () => {
    mkdirSync(folder.at("disk"));
    const running = await start(inSmallDisk(folder.at("disk"), FILL, command()));
    const disk = diskOf(running.pid, folder.at("disk"));
    await goesOutFromMemory(running, /no space is left on the device; free some/);
    rmSync(`${disk}/full`);
    await isDurableAgain(running, disk);
  });

  test("go out from memory while it is read-only, and are stored once it is not", { skip: mountSkip() }, async () => {
    mkdirSync(folder.at("disk"));
    const running = await start(inSmallDisk(folder.at("disk"), "mount -o remount,ro .", command()));
    const disk = diskOf(running.pid, folder.at("disk"));
    await goesOutFromMemory(running, /the file system is read-only/);
    remount(running.pid, folder.at("disk"), "rw");
    await isDurableAgain(running, disk);
  });

  test("go out from memory while a file is in the place of the directory, and are stored once it is gone", async () => {
    writeFileSync(folder.at("disk"), "");
    const running = await start(command());
    await goesOutFromMemory(running, /a part of the path is no directory/);
    rmSync(folder.at("disk"));
    await isDurableAgain(running, folder.at("disk"));
  });

  test("are stored again at once where the directory was deleted under them", async () => {
    const running = await start(command());
    for (const vrid of [1, 2, 3, 4]) await turn(running, vrid, 1, true);
    rmSync(folder.at("disk"), { recursive: true });
    await turn(running, 1, 1, false);
    await waitFor("the state", () => existsSync(folder.at("disk/alerts/state.json")), within);
    await isEmpty(running);
    await waitFor("the disk", async () => (await running.report()).durable, { ...within, state: () => running.report() });
    assert.equal((await running.report()).problem, null);
    assert.ok(running.isAlive);
  });
});
