import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ownDirectories } from "../../src/agent/own-directories.ts";
import { stateDirectoryProblem } from "../../src/agent/state-directory.ts";
import { filesOf } from "../../src/agent/unreadable-files.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { Config } from "../../src/config/schema.ts";

function load(text: string): Config {
  const result = loadConfig(text, "c.yaml");
  assert.ok(result.ok, result.ok ? "" : JSON.stringify(result.error));
  return result.value;
}

test("the agent's directories are those of its state and of its FIFO and sockets, each once", () => {
  assert.deepEqual(ownDirectories(load('web: {listen: ["unix:/run/vrrpwatch/http.sock", ":1"]}')), [
    { path: "/var/lib/vrrpwatch", mode: 0o750, names: ["alerts", "incidents", "silences.json", "agent.lock"] },
    { path: "/run/vrrpwatch", mode: 0o755, names: ["notify.fifo", "notify.sock", "notify-spool", "control.sock", "http.sock"] },
  ]);
  const shared = ownDirectories(load("state_directory: /run/vrrpwatch"));
  assert.deepEqual(
    shared.map(({ path, names }) => [path, names.length]),
    [["/run/vrrpwatch", 8]],
  );
});

test("the files that a configuration names are found wherever they are named, but for keepalived's", () => {
  const config = load(`
keepalived: {pid_file: /a/pid}
alerts:
  receivers:
    - name: one
      url_file: /s/url
      secret_file: /s/secret
      basic_auth: {username: u, password_file: /s/password}
      header_files: {X-Key: /s/header}
      tls: {ca_file: /s/ca, cert_file: /s/cert, key_file: /s/key}
  heartbeat: {url_file: /s/beat}
`);
  assert.deepEqual([...filesOf(config)].sort(), [
    "/s/beat",
    "/s/ca",
    "/s/cert",
    "/s/header",
    "/s/key",
    "/s/password",
    "/s/secret",
    "/s/url",
  ]);
});

test("a state directory is made where it may be, and what is in the way is said with what to do", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "vw-state-"));
  t.after(() => rmSync(folder, { recursive: true }));
  chmodSync(folder, 0o755);
  assert.equal(stateDirectoryProblem(join(folder, "a", "b")), null);
  writeFileSync(join(folder, "file"), "");
  assert.match(stateDirectoryProblem(join(folder, "file")) ?? "", /no directory; correct state_directory/);
  assert.match(stateDirectoryProblem(join(folder, "file", "b")) ?? "", /a part of the path is no directory/);
});
