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
import { daemonCommand } from "../../lab/framework/daemons.ts";
import { labSkip } from "../../lab/framework/requirements.ts";
import { environment, ip, runSync } from "../../lab/framework/shell.ts";
import { snippets } from "./snippets.ts";

/** Where we and keepalived differ on purpose, with the reason. */
const common: Readonly<Record<string, string>> = {
  rules: "policy routing is judged by iproute2's own grammar, of which keepalived follows a part; VRRP does not depend on it",
  routes: "as for rules",
  "virtual servers": "IPVS is another part of keepalived, which vrrpwatch does not watch",
  "static addresses": "they belong to no instance",
};

/** The versions that this compares with, and where we differ from one on purpose. */
const judged: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "2.2.7": common,
  "2.3.3": {
    ...common,
    "authentication of 2.4": "its owner_ignore_adverts wants priority 255: what later keywords hold is not judged",
    "an address twice": "a complaint since then; a warning here, for any version",
    "a script that is tracked": "it goes through /bin, a link: a warning here, for any version (script_through_link)",
  },
};

/** How `keepalived -t` ends where only script security is off: no complaint of the file, and a warning here. */
const SCRIPT_SECURITY = 6;

const NAMESPACE = `vw-lint-${process.pid}`;

test("errors here are complaints of the real keepalived -t, and the other way round", {
  skip: labSkip("keepalived"),
  timeout: 120_000,
}, async (t) => {
  const [, version = ""] = /Keepalived v([\d.]+)/.exec((await keepalived(["--version"])).output) ?? [];
  const exceptions = judged[version];
  if (exceptions === undefined) {
    t.skip(`this compares with keepalived ${Object.keys(judged).join(" and ")}`);
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
    const errors = lintFiles([parseConf(path, nodeReader)], { host, version }).filter(({ severity }) => severity === "error");
    const { status, output } = await keepalived(["-t", "-f", path], NAMESPACE);
    const ours = errors.map(({ line, code }) => `${line} ${code}`).join(", ") || "no error";
    const differs = errors.length > 0 !== (status !== 0 && status !== SCRIPT_SECURITY);
    if (differs !== Object.hasOwn(exceptions, title))
      failures.push(`${title}: keepalived ends with ${status}\n${output}\nhere: ${ours}\n${text}`);
  }
  assert.deepEqual(failures, []);
});

function keepalived(args: readonly string[], namespace?: string): Promise<{ status: number | string; output: string }> {
  const inside = namespace === undefined ? [] : ["ip", "netns", "exec", namespace];
  const [command = "", ...all] = [...inside, ...daemonCommand(["keepalived", ...args])];
  return new Promise((resolve) => {
    execFile(command, all, { env: environment, timeout: 20_000 }, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : (error.code ?? error.signal ?? "unknown"), output: (stdout + stderr).trim() });
    });
  });
}
