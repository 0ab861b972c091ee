import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { nodeReader } from "../../../src/keepalived/conf/conf-reader.ts";
import { parseConf } from "../../../src/keepalived/conf/parse.ts";
import { thisHost } from "../../../src/keepalived/lint/host.ts";
import { lintFiles } from "../../../src/keepalived/lint/lint.ts";
import { labSkip } from "../../lab/framework/requirements.ts";
import { environment, ip, runSync } from "../../lab/framework/shell.ts";
import { snippets } from "./snippets.ts";

/** Where we and keepalived 2.2.7 differ on purpose, with the reason. */
const exceptions: Readonly<Record<string, string>> = {
  rules: "policy routing is judged by iproute2's own grammar, of which keepalived follows a part; VRRP does not depend on it",
  routes: "as for rules",
  "virtual servers": "IPVS is another part of keepalived, which vrrpwatch does not watch",
  "static addresses": "they belong to no instance",
};

/** How `keepalived -t` ends where only script security is off: no complaint of the file, and a warning here. */
const SCRIPT_SECURITY = 6;

const NAMESPACE = `vw-lint-${process.pid}`;

test("errors here are complaints of the real keepalived -t, and the other way round", {
  skip: labSkip("keepalived"),
  timeout: 120_000,
}, async (t) => {
  const version = await keepalived(["--version"]);
  if (!version.output.includes("v2.2.7")) {
    t.skip("this compares with keepalived 2.2.7");
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "vw-lint-"));
  t.after(() => {
    runSync("ip", ["netns", "del", NAMESPACE]);
    rmSync(folder, { recursive: true });
  });
  await ip("netns", "add", NAMESPACE);
  await ip("-n", NAMESPACE, "link", "add", "eth0", "type", "veth", "peer", "name", "other");
  await ip("-n", NAMESPACE, "address", "add", "192.0.2.1/24", "dev", "eth0");
  for (const device of ["lo", "eth0", "other"]) await ip("-n", NAMESPACE, "link", "set", device, "up");

  const path = join(folder, "keepalived.conf");
  const host = { ...thisHost(), interfaces: new Set(["lo", "eth0", "other"]) };
  const failures: string[] = [];
  for (const { title, text } of snippets) {
    writeFileSync(path, text);
    const errors = lintFiles([parseConf(path, nodeReader)], { host }).filter(({ severity }) => severity === "error");
    const { status, output } = await keepalived(["-t", "-f", path], NAMESPACE);
    const ours = errors.map(({ line, code }) => `${line} ${code}`).join(", ") || "no error";
    const differs = errors.length > 0 !== (status !== 0 && status !== SCRIPT_SECURITY);
    if (differs !== Object.hasOwn(exceptions, title))
      failures.push(`${title}: keepalived ends with ${status}\n${output}\nhere: ${ours}\n${text}`);
  }
  assert.deepEqual(failures, []);
});

function keepalived(args: readonly string[], namespace?: string): Promise<{ status: number | string; output: string }> {
  const [command, all] = namespace === undefined ? ["keepalived", args] : ["ip", ["netns", "exec", namespace, "keepalived", ...args]];
  return new Promise((resolve) => {
    execFile(command, all, { env: environment, timeout: 20_000 }, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : (error.code ?? error.signal ?? "unknown"), output: (stdout + stderr).trim() });
    });
  });
}
