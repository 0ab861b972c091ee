import assert from "node:assert/strict";
import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, test } from "node:test";
import { ConfigSource } from "../../src/agent/config-source.ts";
import { ConfigWatch } from "../../src/agent/config-watch.ts";
import { mkfifo, temporaryFolder, waitFor } from "../keepalived/notify/harness.ts";

const nobody = 65_534;

describe("the source of the configuration", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let path: string;
  beforeEach(() => {
    folder = temporaryFolder();
    path = folder.at("config.yaml");
    writeFileSync(path, "log: {level: debug}\n");
  });
  afterEach(() => folder.remove());

  const messages = async (source: ConfigSource): Promise<string[]> => {
    const read = await source.read();
    return read.ok ? [] : read.error.map(({ message }) => message);
  };

  test("is read again with the flags over it", async () => {
    const source = new ConfigSource(path, { logLevel: "warn" });
    const first = await source.read();
    assert.ok(first.ok && first.value.config.log.level === "warn");
    writeFileSync(path, "log: {level: error}\nstate_directory: /x\n");
    const second = await source.read();
    assert.ok(second.ok);
    assert.deepEqual([second.value.config.log.level, second.value.config.state_directory], ["warn", "/x"]);
  });

  test("is stale once the file is another one, and not after it was read", async () => {
    const source = new ConfigSource(path);
    await source.read();
    assert.equal(source.isStale, false);
    writeFileSync(folder.at("new"), "log: {level: warn}\n");
    renameSync(folder.at("new"), path);
    assert.equal(source.isStale, true);
    await source.read();
    assert.equal(source.isStale, false);
  });

  test("misses a file that is gone: the defaults are not what was meant", async () => {
    const source = new ConfigSource(path);
    await source.read();
    rmSync(path);
    assert.equal(source.isStale, true);
    assert.deepEqual(await messages(source), ["does not exist"]);
  });

  test("refuses a file that was emptied, and takes one that says it is empty", async () => {
    const source = new ConfigSource(path);
    await source.read();
    truncateSync(path);
    assert.match((await messages(source))[0] ?? "", /^is empty, and was not before/);
    writeFileSync(path, "{}\n");
    assert.deepEqual(await messages(source), []);
  });

  test("that was empty at the start may stay so", async () => {
    truncateSync(path);
    const source = new ConfigSource(path);
    assert.deepEqual(await messages(source), []);
    assert.deepEqual(await messages(source), []);
  });

  test("waits for no pipe, reads no device and no huge file, and unfolds no bomb", async () => {
    const source = new ConfigSource(path);
    await source.read();
    rmSync(path);
    mkfifo(path);
    assert.match((await messages(source))[0] ?? "", /is a pipe, socket or device/);
    rmSync(path);
    symlinkSync("/dev/zero", path);
    assert.match((await messages(source))[0] ?? "", /is a pipe, socket or device/);
    rmSync(path);
    writeFileSync(path, "");
    truncateSync(path, 1_000_000_000);
    assert.match((await messages(source))[0] ?? "", /larger than 1 MiB/);
    const lines = Array.from({ length: 20 }, (_, i) => `a${i}: &a${i} [${i === 0 ? "x" : `*a${i - 1},*a${i - 1},*a${i - 1}`}]`);
    writeFileSync(path, lines.join("\n"));
    assert.match((await messages(source))[0] ?? "", /aliases/);
    writeFileSync(path, "log: {level: info}\n");
    assert.deepEqual(await messages(source), []);
  });

  test("that this user may not see any more is not stale by that", async () => {
    mkdirSync(folder.at("closed"));
    writeFileSync(folder.at("closed/config.yaml"), "");
    const source = new ConfigSource(folder.at("closed/config.yaml"));
    await source.read();
    chmodSync(folder.at("closed"), 0);
    // Root may see everything.
    if (process.getuid?.() === 0) process.seteuid?.(nobody);
    const isStale = source.isStale;
    if (process.getuid?.() === 0) process.seteuid?.(0);
    chmodSync(folder.at("closed"), 0o755);
    assert.equal(isStale, false);
  });
});

describe("a long configuration", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());

  const long = (more = ""): string => {
    const entries = Array.from(
      { length: 255 },
      (_, i) => `  - {interface: eth0, family: ipv4, vrid: ${i + 1}, name: "router ${i}", segment: a}`,
    );
    const alerts = `alerts: {external_labels: {site: ams1}, receivers: [{name: a, url: "http://h/", matchers: [vrid="1"]}]}`;
    return `# ${"x".repeat(20_000)}\nconditions: {flapping: {window: 7m}}\n${alerts}\nvirtual_routers:\n${entries.join("\n")}\n${more}`;
  };

  test("is the same whether it is read aside or not, and so are its problems", async () => {
    for (const more of ["", "web: {listen: [':1']}\n", "nonsense: 1\nlog: {level: loud}\n", "a: [\n"]) {
      const path = folder.at("config.yaml");
      writeFileSync(path, long(more));
      const aside = new ConfigSource(path);
      aside.aside();
      const [here, there] = [await new ConfigSource(path).read(), await aside.read()];
      const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
      assert.deepEqual(plain(there), plain(here));
      if (there.ok) assert.equal(there.value.config.alerts.receivers[0]?.matchers[0]?.fits("1"), true);
    }
  });

  test("keeps nothing else waiting while it is read", async () => {
    const path = folder.at("config.yaml");
    writeFileSync(path, long());
    const source = new ConfigSource(path);
    source.aside();
    let turns = 0;
    let isRead = false;
    const count = (): void => {
      turns += 1;
      if (!isRead) setImmediate(count);
    };
    setImmediate(count);
    assert.ok((await source.read()).ok);
    isRead = true;
    assert.ok(turns > 100, `${turns} turns of the loop`);
  });
});

describe("the watch of the configuration", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let watch: ConfigWatch | undefined;
  /** What was read last. */
  let level: string;
  beforeEach(() => {
    folder = temporaryFolder();
    level = "";
  });
  afterEach(async () => {
    await watch?.close();
    folder.remove();
  });

  /** Each change is read, as the agent does; a poll that is too slow to help unless a test asks for one. */
  async function follow(path: string, pollMs = 600_000): Promise<void> {
    const source = new ConfigSource(path);
    await source.read();
    watch = new ConfigWatch({
      source,
      changed: () => {
        void source.read().then((read) => {
          level = read.ok ? read.value.config.log.level : "";
        });
      },
      warn: () => {},
      timing: { quietMs: 100, pollMs, missingMs: 50 },
    });
    watch.start();
  }

  const until = (wanted: string): Promise<boolean> => waitFor(`level ${wanted}`, () => level === wanted, { within: 10_000, every: 10 });

  test("sees a file that is written in place, and one that takes its place", async () => {
    const path = folder.at("config.yaml");
    writeFileSync(path, "log: {level: info}\n");
    await follow(path);
    writeFileSync(path, "log: {level: debug}\n");
    await until("debug");
    writeFileSync(folder.at(".config.yaml.swp"), "log: {level: warn}\n");
    renameSync(folder.at(".config.yaml.swp"), path);
    await until("warn");
  });

  test("sees the links of a Kubernetes volume turn to another folder", async () => {
    for (const [name, level] of [
      ["..1", "info"],
      ["..2", "debug"],
    ] as const) {
      mkdirSync(folder.at(name));
      writeFileSync(folder.at(`${name}/config.yaml`), `log: {level: ${level}}\n`);
    }
    symlinkSync("..1", folder.at("..data"));
    symlinkSync("..data/config.yaml", folder.at("config.yaml"));
    await follow(folder.at("config.yaml"));
    symlinkSync("..2", folder.at("..data_tmp"));
    renameSync(folder.at("..data_tmp"), folder.at("..data"));
    await until("debug");
  });

  test("sees a file that comes late to a folder that comes late", async () => {
    const path = folder.at("late/config.yaml");
    await follow(path);
    mkdirSync(folder.at("late"));
    writeFileSync(path, "log: {level: info}\n");
    await until("info");
  });

  test("sees by its poll what no event tells", async () => {
    const path = folder.at("config.yaml");
    mkdirSync(folder.at("far"));
    mkdirSync(folder.at("near"));
    writeFileSync(folder.at("far/a.yaml"), "log: {level: info}\n");
    writeFileSync(folder.at("far/b.yaml"), "log: {level: debug}\n");
    // A link in the middle of the chain lies in a folder that is not watched.
    symlinkSync("../far/a.yaml", folder.at("near/link.yaml"));
    symlinkSync("near/link.yaml", path);
    await follow(path, 50);
    symlinkSync("../far/b.yaml", folder.at("near/next.yaml"));
    renameSync(folder.at("near/next.yaml"), folder.at("near/link.yaml"));
    await until("debug");
  });
});
