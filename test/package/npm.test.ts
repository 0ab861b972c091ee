import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { after, before, describe } from "node:test";
import { root } from "../contract/repository.ts";
import { Agent } from "../lab/framework/agent.ts";
import { createPair, untilMaster } from "../lab/framework/pair.ts";
import { labSkip } from "../lab/framework/requirements.ts";
import { run } from "../lab/framework/shell.ts";
import { installSteps } from "./readme.ts";
import { npmTarball } from "./tarball.ts";

/** What the package may hold at most, packed. */
const MOST_BYTES = 1_500_000;

const needsLab = labSkip("keepalived");

describe("the npm package", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "vrrpwatch-npm-"));
  const prefix = path.join(folder, "prefix");
  const installed = path.join(prefix, "lib/node_modules/vrrpwatch");
  const program = path.join(prefix, "bin/vrrpwatch");
  let tarball = "";
  before(async () => {
    tarball = await npmTarball(folder);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  test("holds the program, the addon and its sources, the documentation and nothing else", async (t) => {
    const files = (await run("tar", ["-tzf", tarball])).trim().split("\n");
    const size = statSync(tarball).size;
    t.diagnostic(`${files.length} files, ${(size / 1_000_000).toFixed(2)} MB packed`);
    assert.ok(size < MOST_BYTES, `${size} bytes`);
    const top = new Set(files.map((file) => file.split("/")[1]));
    assert.deepEqual([...top].sort(), [
      "CHANGELOG.md",
      "LICENSE",
      "README.md",
      "SECURITY.md",
      "alerts",
      "binding.gyp",
      "config.example.yaml",
      "config.schema.json",
      "dashboards",
      "deploy",
      "dist",
      "docs",
      "mixin",
      "native",
      "package.json",
      "prebuilds",
      "sbom.cdx.json",
      "scripts",
    ]);
    assert.deepEqual(
      files.filter((file) => /\.map$|\.ts$|\.test\.|\/tests?\/|node_modules/.test(file)),
      [],
    );
    assert.deepEqual(
      files.filter((file) => file.startsWith("package/scripts/")),
      ["package/scripts/native.mjs"],
    );
    assert.ok(files.includes(`package/prebuilds/linux-${process.arch}-glibc/vrrpwatch_native.node`));
  });

  test("is installed globally without a compiler, and without the packages that the bundle contains", async (t) => {
    // Node, npm and what npm runs scripts with: neither Python nor make nor a compiler.
    const bin = path.join(folder, "bin");
    mkdirSync(bin);
    for (const [name, target] of [
      ["node", process.execPath],
      ["npm", (await run("sh", ["-c", "command -v npm"])).trim()],
      ["sh", "/bin/sh"],
      ["env", "/usr/bin/env"],
    ] as const)
      symlinkSync(target, path.join(bin, name));
    const started = performance.now();
    const env = { ...process.env, PATH: bin };
    await run(path.join(bin, "npm"), ["install", "-g", "--prefix", prefix, tarball], { env, cwd: folder, timeout: 120_000 });
    t.diagnostic(`installed in ${((performance.now() - started) / 1_000).toFixed(1)} s`);
    assert.ok(!existsSync(path.join(installed, "build")), "something was compiled");
    assert.ok(existsSync(path.join(installed, "node_modules/netlink")));
    assert.ok(!existsSync(path.join(installed, "node_modules/fastify")), "the bundle contains fastify");
  });

  test("the README's steps write a unit that starts it without any PATH", async () => {
    const unit = path.join(folder, "vrrpwatch.service");
    const steps = installSteps("Any Linux").filter((step) => /^(deploy=|sed )/.test(step));
    assert.equal(steps.length, 2);
    const script = steps.join("\n").replace("/etc/systemd/system/vrrpwatch.service", unit);
    await run("sh", ["-ec", script], { env: { ...process.env, npm_config_prefix: prefix } });
    const [, node = "", main = ""] = /^ExecStart=(\/\S+) (\/\S+) run$/m.exec(readFileSync(unit, "utf8")) ?? [];
    const { version } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as { version: string };
    assert.equal((await run(node, [main, "--version"], { env: { PATH: "/nowhere" } })).trim(), version);
  });

  test("the addon needs no glibc newer than 2.17", () => {
    const addon = path.join(installed, `prebuilds/linux-${process.arch}-glibc/vrrpwatch_native.node`);
    const versions = [...readFileSync(addon, "latin1").matchAll(/GLIBC_2\.(\d+)/g)].map(([, minor]) => Number(minor));
    assert.ok(versions.length > 0);
    assert.ok(Math.max(...versions) <= 17, `GLIBC_2.${Math.max(...versions)}`);
  });

  test("the installed program tells its version, replays a capture and checks a configuration", async () => {
    const { version } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as { version: string };
    assert.equal(await run(program, ["--version"]), `${version}\n`);
    const capture = path.join(root, "test/captures/07-graceful-failback/monitor.pcap");
    assert.match(await run(program, ["replay", capture]), /planned failover to 192\.0\.2\.12/);
    await run(program, ["check", "--config", path.join(installed, "config.example.yaml")]);
  });

  test("the installed program sees a failover", { skip: needsLab }, async () => {
    const pair = await createPair([{ name: "V4_51", vrid: 51, version: 3, interval: 0.2, addresses: ["192.0.2.100/24"] }]);
    try {
      const agent = await Agent.start(pair.lab, pair.listener, { program });
      const router = { family: "ipv4", vrid: 51 } as const;
      await pair.first.start();
      await untilMaster(agent, pair.a, [router]);
      await pair.second.start();
      await pair.first.stop();
      await untilMaster(agent, pair.b, [router]);
      assert.equal(await agent.stop(), 0);
    } finally {
      pair.lab.close();
    }
  });

  test("the install script builds the addon where none came with the package that fits", async () => {
    const copy = path.join(folder, "other");
    mkdirSync(copy);
    await run("tar", ["-xzf", tarball, "-C", copy, "--strip-components=1", "--exclude=package/prebuilds"]);
    await run(process.execPath, ["scripts/native.mjs", "--unless-prebuilt"], { cwd: copy, timeout: 120_000 });
    assert.ok(existsSync(path.join(copy, "build/Release/vrrpwatch_native.node")));
  });

  test("the install script says what is missing where nothing fits and nothing can be built", async () => {
    const bare = path.join(folder, "bare");
    mkdirSync(bare);
    await run("tar", ["-xzf", tarball, "-C", bare, "--strip-components=1", "--exclude=package/prebuilds"]);
    const install = run(process.execPath, ["scripts/native.mjs", "--unless-prebuilt"], {
      cwd: bare,
      env: { PATH: path.join(folder, "bin") },
    });
    await assert.rejects(install, /needs python3, make, gcc, g\+\+ to be built: install them .*--ignore-scripts/);
  });
});
