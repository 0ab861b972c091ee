import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, type TestContext, test } from "node:test";
import { root } from "../contract/repository.ts";
import { run } from "../lab/framework/shell.ts";

/** What the scripts call that would change this host; each call is a line of the journal. */
const tools = [
  "adduser",
  "chown",
  "deb-systemd-helper",
  "deb-systemd-invoke",
  "dpkg-statoverride",
  "install",
  "systemctl",
  "systemd-sysusers",
];
const directories = ["/run/systemd/system", "/run/vrrpwatch", "/var/lib/vrrpwatch", "/etc/vrrpwatch"];

describe("the maintainer scripts of the Debian package", () => {
  test("stop the agent before an upgrade replaces its files, and start it afterwards", async (t) => {
    const host = new Host(t, { systemd: true });
    await host.call("prerm", "upgrade", "0.2.0");
    assert.deepEqual(host.journal(), ["deb-systemd-invoke stop vrrpwatch.service"]);
    await host.call("postinst", "configure", "0.1.0");
    assert.deepEqual(
      host.journal().filter((line) => line.startsWith("deb-systemd-invoke")),
      ["deb-systemd-invoke restart vrrpwatch.service"],
    );
  });

  test("start the agent again where the upgrade was given up", async (t) => {
    const host = new Host(t, { systemd: true });
    await host.call("prerm", "upgrade", "0.2.0");
    host.journal();
    await host.call("postinst", "abort-upgrade", "0.2.0");
    assert.ok(host.journal().includes("deb-systemd-invoke restart vrrpwatch.service"));
  });

  test("make the directories where they are missing, and leave those that are there to the administrator", async (t) => {
    const host = new Host(t, { systemd: false });
    await host.call("postinst", "configure");
    const made = (): string[] => host.journal().filter((line) => line.startsWith("install"));
    assert.deepEqual(made(), [
      `install -d -o vrrpwatch -g vrrpwatch -m 0755 ${host.at("/run/vrrpwatch")}`,
      `install -d -o vrrpwatch -g vrrpwatch -m 0700 ${host.at("/var/lib/vrrpwatch")}`,
    ]);
    for (const name of ["/run/vrrpwatch", "/var/lib/vrrpwatch"]) mkdirSync(host.at(name), { recursive: true });
    await host.call("postinst", "configure", "0.1.0");
    assert.deepEqual(made(), []);
  });

  test("stop nothing where no systemd runs", async (t) => {
    const host = new Host(t, { systemd: false });
    for (const reason of ["remove", "upgrade"]) await host.call("prerm", reason);
    assert.deepEqual(host.journal(), []);
  });
});

/** A host of which the scripts see a few directories, with tools that only write down how they were called. */
class Host {
  readonly folder: string;
  readonly #journal: string;

  constructor(t: TestContext, { systemd }: { readonly systemd: boolean }) {
    this.folder = mkdtempSync(path.join(tmpdir(), "vrrpwatch-maintainer-"));
    t.after(() => rmSync(this.folder, { recursive: true, force: true }));
    this.#journal = path.join(this.folder, "journal");
    mkdirSync(path.join(this.folder, "bin"));
    for (const tool of tools) {
      const file = path.join(this.folder, "bin", tool);
      writeFileSync(file, `#!/bin/sh\necho "${tool} $*" >>"${this.#journal}"\n`);
      chmodSync(file, 0o755);
    }
    mkdirSync(this.at("/etc/vrrpwatch"), { recursive: true });
    if (systemd) mkdirSync(this.at("/run/systemd/system"), { recursive: true });
  }

  at(name: string): string {
    return path.join(this.folder, name);
  }

  async call(script: string, ...given: readonly string[]): Promise<void> {
    let text = readFileSync(path.join(root, "deploy/debian", script), "utf8");
    for (const name of directories) text = text.replaceAll(name, this.at(name));
    const copy = path.join(this.folder, script);
    writeFileSync(copy, text);
    await run("sh", [copy, ...given], { env: { ...process.env, PATH: `${this.folder}/bin:${process.env["PATH"] ?? ""}` } });
  }

  /** What was called since it was last asked for. */
  journal(): string[] {
    if (!existsSync(this.#journal)) return [];
    const lines = readFileSync(this.#journal, "utf8").trim().split("\n");
    rmSync(this.#journal);
    return lines;
  }
}
