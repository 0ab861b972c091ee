import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, type TestContext, test } from "node:test";
import { pathToFileURL } from "node:url";
import { root } from "../contract/repository.ts";

const script = pathToFileURL(path.join(root, "scripts/lib/service-policy.mjs")).href;
/** Allows every start: another's policy that has to come back. */
const others = "#!/bin/sh\nexit 0\n";

describe("the policy that keeps services stopped while the lab's packages are installed", () => {
  for (const signal of ["SIGHUP", "SIGINT", "SIGTERM"] as const) {
    test(`gives its place back where ${signal} ends the installation`, async (t) => {
      const file = policyFile(t);
      writeFileSync(file, others, { mode: 0o755 });
      const run = await install(t, file);
      assert.match(readFileSync(file, "utf8"), /^exit 101$/m);
      run.kill(signal);
      await once(run, "exit");
      assert.equal(readFileSync(file, "utf8"), others);
    });
  }

  for (const before of [others, null]) {
    test(`gives its place back at the next run where the first was killed, ${before === null ? "with none" : "with another"} before it`, async (t) => {
      const file = policyFile(t);
      if (before !== null) writeFileSync(file, before, { mode: 0o755 });
      const killed = await install(t, file);
      killed.kill("SIGKILL");
      await once(killed, "exit");
      assert.ok(existsSync(file));
      const next = await install(t, file);
      next.stdin?.end();
      await once(next, "exit");
      assert.equal(existsSync(file) ? readFileSync(file, "utf8") : null, before);
      assert.equal(existsSync(`${file}.before-vrrpwatch`), false);
    });
  }

  test("is left to a run that goes on", async (t) => {
    const file = policyFile(t);
    const first = await install(t, file);
    await assert.rejects(install(t, file), new RegExp(`process ${first.pid} installs packages`));
    assert.match(readFileSync(file, "utf8"), new RegExp(`process ${first.pid}$`, "m"));
  });

  test("stays where it was there before and forbids everything", async (t) => {
    const file = policyFile(t);
    const forbids = "#!/bin/sh\nexit 101\n";
    writeFileSync(file, forbids, { mode: 0o755 });
    const run = await install(t, file);
    assert.equal(readFileSync(file, "utf8"), forbids);
    run.stdin?.end();
    await once(run, "exit");
    assert.equal(readFileSync(file, "utf8"), forbids);
  });
});

function policyFile(t: TestContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), "vrrpwatch-policy-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return path.join(folder, "policy-rc.d");
}

/** A run with the policy in place, until its input ends. */
async function install(t: TestContext, file: string): Promise<ChildProcess> {
  const program = `
    const { keepServicesStopped } = await import(${JSON.stringify(script)});
    const restore = keepServicesStopped(${JSON.stringify(file)});
    console.log("in place");
    process.stdin.resume().on("end", restore);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: "pipe" });
  const closed = once(child, "close");
  t.after(() => child.kill("SIGKILL"));
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  for await (const text of child.stdout.setEncoding("utf8").iterator({ destroyOnReturn: false }))
    if (String(text).includes("in place")) return child;
  await closed;
  throw new Error(said);
}
