import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ConfigReload, type ReloadTrigger } from "../../src/agent/reload.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { ConfigProblem } from "../../src/config/problems.ts";
import type { ReadConfig } from "../../src/config/resolve.ts";
import { type Config, defaultConfig } from "../../src/config/schema.ts";
import type { ReloadAnswer } from "../../src/http/reload-route.ts";
import { err, ok, type Result } from "../../src/lib/result.ts";
import { seconds, toSeconds } from "../../src/lib/time.ts";
import { FakeClock } from "../helpers/fake-clock.ts";

type Read = Result<ReadConfig, ConfigProblem[]>;

const read = (text: string): Read => {
  const loaded = loadConfig(text, "/c.yaml");
  return loaded.ok ? ok({ config: loaded.value, file: "/c.yaml", isBlank: false }) : loaded;
};

/** An agent that can be asked what it has taken up. */
class World {
  readonly clock = new FakeClock();
  readonly lines: string[] = [];
  readonly takenUp: Config[] = [];
  /** What happens, in order. */
  readonly story: string[] = [];
  text = "";
  reads = 0;
  fault: Error | null = null;
  /** What taking up fails with, half-way. */
  accident: Error | null = null;
  readonly broken: string[] = [];
  refusal: readonly ConfigProblem[] | null = null;
  /** What is awaited before a configuration is ready. */
  preparing: Promise<void> = Promise.resolve();
  readonly reload: ConfigReload;

  constructor(config = defaultConfig()) {
    const note =
      (level: string) =>
      (fields: object, message?: string): void =>
        void this.lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
    this.reload = new ConfigReload({
      config,
      source: {
        path: "/c.yaml",
        read: async () => {
          this.reads += 1;
          this.story.push("read");
          return read(this.text);
        },
      },
      clock: this.clock,
      log: { info: note("info"), warn: note("warn"), error: note("error"), debug: note("debug") } as never,
      prepare: async (next) => {
        this.story.push("prepare");
        await this.preparing;
        if (this.fault !== null) throw this.fault;
        if (this.refusal !== null) return err(this.refusal);
        return ok(async () => {
          this.story.push("take up");
          this.takenUp.push(next);
          if (this.accident !== null) throw this.accident;
        });
      },
      broken: ({ code }) => void this.broken.push(code),
    });
    this.reload.open();
  }

  ask(text: string, trigger: ReloadTrigger = "request"): Promise<ReloadAnswer> {
    this.text = text;
    return this.reload.request(trigger);
  }

  loud(level: "info" | "warn" | "error"): string[] {
    return this.lines.filter((line) => line.startsWith(level));
  }
}

describe("a reload", () => {
  test("takes up what has changed, names it, and notes when", async () => {
    const w = new World();
    w.clock.runTo(5_000);
    assert.deepEqual(await w.ask("log: {level: debug}"), { kind: "done", changed: ["log.level"], atNextStart: [] });
    assert.deepEqual(w.story, ["read", "prepare", "take up"]);
    assert.equal(w.takenUp[0]?.log.level, "debug");
    assert.equal(w.reload.config, w.takenUp[0]);
    assert.deepEqual(w.reload.view(), { successful: true, lastSuccess: w.clock.wall(), problems: 0, atNextStart: [] });
    assert.match(w.loud("info")[0] ?? "", /the configuration was read anew .*"trigger":"request","changed":\["log.level"\]/);
  });

  test("of a file with problems changes nothing, tells every one, and keeps the time of the last good one", async () => {
    const w = new World();
    const before = w.clock.wall();
    w.clock.runTo(5_000);
    const answer = await w.ask("log: {level: debug}\nweb: {lisen: 3}\nconditions: {flapping: {changes: 1}}");
    assert.ok(answer.kind === "refused");
    assert.deepEqual(
      answer.problems.map(({ line, path }) => `${line} ${path}`),
      ["2 web.lisen", "3 conditions.flapping.changes"],
    );
    assert.deepEqual(w.story, ["read"]);
    assert.equal(w.reload.config.log.level, "info");
    assert.deepEqual(w.reload.view(), { successful: false, lastSuccess: before, problems: 2, atNextStart: [] });
    assert.equal(w.loud("error").length, 2);
    assert.equal((await w.ask("")).kind, "done");
    assert.equal(w.reload.view().successful, true);
  });

  test("that nobody asked for tells the same problems once, and new ones again", async () => {
    const w = new World();
    for (let i = 0; i < 5; i++) await w.ask("nonsense: 1", "file");
    assert.equal(w.loud("error").length, 1);
    await w.ask("other: 1", "file");
    assert.equal(w.loud("error").length, 2);
    await w.ask("other: 1", "signal");
    assert.equal(w.loud("error").length, 3, "a person who asks is answered");
  });

  test("of a file with no end of problems does not flood the log", async () => {
    const w = new World();
    const answer = await w.ask(`conditions: {${Array.from({ length: 200 }, (_, i) => `x${i}: 1`).join(", ")}}`);
    assert.ok(answer.kind === "refused" && answer.problems.length === 200);
    assert.equal(w.loud("error").length, 21);
    assert.match(w.loud("error").at(-1) ?? "", /"more":180/);
  });

  test("that a part refuses when it makes ready changes nothing", async () => {
    const w = new World();
    w.refusal = [{ file: "/web.yaml", line: 3, column: null, path: "tls", message: "cannot be read" }];
    assert.equal((await w.ask("log: {level: debug}")).kind, "refused");
    assert.deepEqual([w.takenUp.length, w.reload.config.log.level, w.reload.view().problems], [0, "info", 1]);
  });

  test("that fails in the agent itself changes nothing, and the next one is tried", async () => {
    const w = new World();
    w.fault = new Error("EMFILE");
    const answer = await w.ask("log: {level: debug}");
    assert.ok(answer.kind === "refused");
    assert.match(answer.problems[0]?.message ?? "", /fault of vrrpwatch/);
    w.fault = null;
    assert.equal((await w.ask("log: {level: debug}")).kind, "done");
  });

  test("that fails while it is taken up ends the agent, shows as failed, and nothing is taken up after it", async () => {
    const w = new World();
    w.accident = new Error("EPERM: setsockopt");
    const answer = await w.ask("log: {level: debug}", "file");
    assert.ok(answer.kind === "unavailable");
    assert.match(answer.message, /^\/c\.yaml: .*in part only, so the agent ends \(EPERM: setsockopt\)/);
    assert.deepEqual(w.broken, ["ERR_RELOAD_INCOMPLETE"]);
    assert.deepEqual([w.reload.view().successful, w.reload.view().problems], [false, 1]);
    assert.match(w.loud("error")[0] ?? "", /taken up in part only/);
    w.accident = null;
    assert.equal((await w.ask("log: {level: warn}")).kind, "unavailable");
    assert.deepEqual([w.takenUp.length, w.broken.length], [1, 1]);
    await w.reload.close();
  });

  test("keeps what only a start can change, says so once, and until the file or the agent is another", async () => {
    const w = new World();
    const text = "state_directory: /other\nlog: {level: debug}";
    assert.deepEqual(await w.ask(text), { kind: "done", changed: ["log.level"], atNextStart: ["state_directory"] });
    assert.equal(w.takenUp[0]?.state_directory, "/var/lib/vrrpwatch");
    assert.deepEqual(w.reload.view().atNextStart, ["state_directory"]);
    await w.ask(text, "file");
    assert.equal(w.loud("warn").length, 1);
    assert.deepEqual(w.reload.view().atNextStart, ["state_directory"]);
    await w.ask("nonsense: 1", "file");
    assert.deepEqual(w.reload.view().atNextStart, ["state_directory"], "a bad file says nothing of it");
    await w.ask("log: {level: debug}", "file");
    assert.deepEqual(w.reload.view().atNextStart, []);
  });

  test("of the same file takes nothing up, and says little", async () => {
    const w = new World();
    w.clock.runTo(9_000);
    assert.deepEqual(await w.ask("", "file"), { kind: "done", changed: [], atNextStart: [] });
    assert.deepEqual(w.story, ["read"]);
    assert.equal(w.loud("info").length, 0);
    assert.equal(toSeconds(seconds(9)), toSeconds(((w.reload.view().lastSuccess ?? 0) - new FakeClock().wall()) as never));
  });

  test("asked for a hundred times at once happens once more than what is under way", async () => {
    const w = new World();
    const first = w.ask("log: {level: debug}");
    await Promise.resolve();
    const rest = Array.from({ length: 100 }, () => w.ask("log: {level: warn}", "signal"));
    const answers = await Promise.all([first, ...rest]);
    assert.ok(w.reads <= 2, `${w.reads} reads`);
    assert.ok(answers.every(({ kind }) => kind === "done"));
    assert.equal(w.reload.config.log.level, "warn");
  });

  test("reads the file after it was asked for, also while another one is under way", async () => {
    const w = new World();
    let release = (): void => {};
    w.preparing = new Promise((resolve) => {
      release = resolve;
    });
    const first = w.ask("log: {level: debug}");
    while (!w.story.includes("prepare")) await new Promise(setImmediate);
    const second = w.ask("log: {level: warn}");
    await new Promise(setImmediate);
    assert.equal(w.reads, 1, "one after the other");
    release();
    assert.deepEqual([(await first).kind, (await second).kind], ["done", "done"]);
    assert.deepEqual(
      w.takenUp.map(({ log }) => log.level),
      ["debug", "warn"],
    );
  });

  test("asked for while the agent starts waits for it, and while it stops is not begun", async () => {
    const w = new World();
    const closed = w.reload.close();
    assert.equal((await w.ask("log: {level: debug}")).kind, "unavailable");
    await closed;
    assert.deepEqual([w.reads, w.takenUp.length], [0, 0]);
  });

  test("under way when the agent stops takes nothing up", async () => {
    const w = new World();
    let release = (): void => {};
    w.preparing = new Promise((resolve) => {
      release = resolve;
    });
    const asked = w.ask("log: {level: debug}");
    while (!w.story.includes("prepare")) await new Promise(setImmediate);
    const closed = w.reload.close();
    release();
    assert.equal((await asked).kind, "unavailable");
    await closed;
    assert.equal(w.takenUp.length, 0);
  });
});

test("a reload asked for before the agent has started happens when it has", async () => {
  const clock = new FakeClock();
  const story: string[] = [];
  const silent = (): void => {};
  const reload = new ConfigReload({
    config: defaultConfig(),
    source: {
      path: "/c.yaml",
      read: async () => {
        story.push("read");
        return read("");
      },
    },
    clock,
    log: { info: silent, warn: silent, error: silent, debug: silent } as never,
    prepare: async () => ok(async () => {}),
    broken: () => {},
  });
  const asked = reload.request("signal");
  await new Promise(setImmediate);
  assert.deepEqual(story, []);
  reload.open();
  assert.equal((await asked).kind, "done");
  assert.deepEqual([story, err("x").ok], [["read"], false]);
});
