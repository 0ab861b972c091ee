import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { after, describe } from "node:test";
import { root } from "../contract/repository.ts";
import { toolSkip } from "../helpers/tool-skip.ts";
import { Agent } from "../lab/framework/agent.ts";
import { createPair, untilMaster } from "../lab/framework/pair.ts";
import { labSkip } from "../lab/framework/requirements.ts";
import { run } from "../lab/framework/shell.ts";
import { Unit } from "./unit.ts";

const deploy = (name: string): string => path.join(root, "deploy/systemd", name);
const unitFile = deploy("vrrpwatch.service");
const CAP_NET_RAW = 1 << 13;

describe("the systemd unit", { skip: toolSkip("systemd-analyze", "systemd-sysusers", "systemd-tmpfiles") }, () => {
  const folder = mkdtempSync(path.join(tmpdir(), "vrrpwatch-unit-"));
  after(() => rmSync(folder, { recursive: true, force: true }));

  test("is verified by systemd", async () => {
    // systemd looks for the program that is started, and no vrrpwatch is installed here.
    const copy = path.join(folder, "vrrpwatch.service");
    writeFileSync(copy, readFileSync(unitFile, "utf8").replace("/usr/bin/vrrpwatch", process.execPath));
    assert.equal(await run("systemd-analyze", ["verify", "--man=no", copy]), "");
  });

  test("starts the agent again whatever its status was: a renewed certificate between two renames is status 2 as well", () => {
    const unit = new Unit(unitFile);
    assert.equal(unit.one("Restart"), "always");
    assert.equal(unit.one("StartLimitIntervalSec"), "0");
    assert.deepEqual([unit.all("RestartPreventExitStatus"), unit.all("SuccessExitStatus")], [[], []]);
  });

  test("is exposed no more than docs/install.md says", async (t) => {
    const { stdout, level } = await exposure();
    const stated = /exposure level of (\d+\.\d)/.exec(readFileSync(path.join(root, "docs/install.md"), "utf8"))?.[1];
    t.diagnostic(`exposure level ${level}`);
    assert.ok(Number(level) <= Number(stated), `docs/install.md says ${stated}, systemd says ${level}:\n${stdout}`);
  });

  test("the sysusers and tmpfiles fragments make the account and its directories", async () => {
    const system = path.join(folder, "system");
    mkdirSync(path.join(system, "etc"), { recursive: true });
    for (const kind of ["sysusers", "tmpfiles"]) {
      mkdirSync(path.join(system, `usr/lib/${kind}.d`), { recursive: true });
      copyFileSync(deploy(`${kind}.conf`), path.join(system, `usr/lib/${kind}.d/vrrpwatch.conf`));
    }
    await run("systemd-sysusers", ["--root", system]);
    const account = /^vrrpwatch:x:(\d+):(\d+):VRRP monitoring agent:\/:(\S+)$/m.exec(readFileSync(path.join(system, "etc/passwd"), "utf8"));
    assert.match(account?.[3] ?? "", /nologin$/);
    await run("systemd-tmpfiles", ["--root", system, "--create"]);
    const modes = ["run/vrrpwatch", "var/lib/vrrpwatch"].map((name) => {
      const { uid, gid, mode } = statSync(path.join(system, name));
      return [uid, gid, (mode & 0o777).toString(8)];
    });
    const [uid, gid] = [Number(account?.[1]), Number(account?.[2])];
    assert.deepEqual(modes, [
      [uid, gid, "755"],
      [uid, gid, "700"],
    ]);
  });

  test("its system calls let the thread that compares passwords lower its priority, and not raise it", {
    skip: toolSkip("cc", "setpriv"),
  }, async () => {
    const unit = new Unit(unitFile);
    const sandbox = path.join(folder, "sandbox-priority");
    await run("cc", ["-std=gnu11", "-Wall", "-Werror", "-o", sandbox, path.join(root, "test/package/sandbox.c")]);
    const program = 'const os = require("node:os"); os.setPriority(19); try { os.setPriority(0) } catch {} console.log(os.getPriority())';
    const confined = [sandbox, (await unit.systemCalls()).join(), (await unit.addressFamilies()).join()];
    const noCapability = process.getuid?.() === 0 ? ["--bounding-set=-all", "--inh-caps=-all"] : [];
    assert.equal((await run("setpriv", ["--no-new-privs", ...noCapability, ...confined, process.execPath, "-e", program])).trim(), "19");
  });

  test("the program sees a failover under its capabilities, read-only file systems, system calls and address families", {
    skip: labSkip("keepalived", "setpriv"),
  }, async (t) => {
    const unit = new Unit(unitFile);
    const sandbox = path.join(folder, "sandbox");
    await run("cc", ["-std=gnu11", "-Wall", "-Werror", "-o", sandbox, path.join(root, "test/package/sandbox.c")]);
    const calls = await unit.systemCalls();
    t.diagnostic(`${calls.length} system calls are allowed`);
    const pair = await createPair([{ name: "V4_51", vrid: 51, version: 3, interval: 0.2, addresses: ["192.0.2.100/24"] }]);
    try {
      const readOnly = 'mount --bind "$1" "$1" && mount -o remount,bind,ro / && shift && exec "$@"';
      const nobody = ["--reuid", "65534", "--regid", "65534", "--clear-groups"];
      const wrapper = [
        ...["unshare", "--mount", "--propagation", "private", "sh", "-c", readOnly, "sh", pair.lab.folder("unit-c")],
        ...unit.setpriv(nobody),
        ...[sandbox, calls.join(), (await unit.addressFamilies()).join()],
      ];
      const agent = await Agent.start(pair.lab, pair.listener, { name: "unit", wrapper });
      const status = readFileSync(`/proc/${agent.process.pid}/status`, "utf8");
      const field = (name: string): string => new RegExp(`^${name}:\\s*(.*)$`, "m").exec(status)?.[1] ?? "";
      assert.match(field("Uid"), /^65534\t65534\t65534\t65534$/);
      assert.equal(Number.parseInt(field("CapBnd"), 16) & ~CAP_NET_RAW, 0);
      assert.equal(Number.parseInt(field("CapPrm"), 16) & ~CAP_NET_RAW, 0);
      assert.equal(field("NoNewPrivs"), "1");
      assert.equal(field("Seccomp"), "2");
      assert.match(readFileSync(`/proc/${agent.process.pid}/mountinfo`, "utf8"), /^\S+ \S+ \S+ \S+ \/ ro\b/m);
      const router = { family: "ipv4", vrid: 51 } as const;
      await pair.first.start();
      await untilMaster(agent, pair.a, [router]);
      await pair.second.start();
      await pair.first.crash();
      await untilMaster(agent, pair.b, [router]);
      assert.equal(await agent.stop(), 0);
      assert.doesNotMatch(agent.process.stdout, /"code":"ERR_|EPERM|EACCES/);
    } finally {
      pair.lab.close();
    }
  });
});

/** What `systemd-analyze security` says of the unit: 0 is no exposure, 10 is all. */
async function exposure(): Promise<{ stdout: string; level: string }> {
  const stdout = await run("systemd-analyze", ["security", "--offline=true", "--no-pager", unitFile]);
  const level = /Overall exposure level for vrrpwatch\.service: ([\d.]+)/.exec(stdout)?.[1];
  if (level === undefined) throw new Error(`systemd-analyze states no level:\n${stdout}`);
  return { stdout, level };
}
