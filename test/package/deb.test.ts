import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { after, before, describe } from "node:test";
import { root } from "../contract/repository.ts";
import { samples } from "../lab/framework/agent.ts";
import { createPair, type Pair } from "../lab/framework/pair.ts";
import type { LabProcess } from "../lab/framework/processes.ts";
import { labSkip } from "../lab/framework/requirements.ts";
import { run } from "../lab/framework/shell.ts";
import { waitFor } from "../lab/framework/wait.ts";
import { debianBase, RELEASE } from "./debian-base.ts";
import { DebianRoot } from "./debian-root.ts";
import { installSteps } from "./readme.ts";
import { debianPackage } from "./tarball.ts";
import { Unit } from "./unit.ts";

const unit = new Unit(path.join(root, "deploy/systemd/vrrpwatch.service"));
const { version } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as { version: string };
const newer = `${version}+next`;
/** What the administrator did between two versions. */
const ownConfig = "capture: {join_groups: false}\\n";

describe("the Debian package", { skip: labSkip("keepalived", "debootstrap", "dpkg-deb", "setpriv", "nsenter") }, () => {
  const folder = mkdtempSync(path.join(tmpdir(), "vrrpwatch-packages-"));
  let file = "";
  let system: DebianRoot;
  before(async (t) => {
    file = await debianPackage(folder);
    const started = performance.now();
    system = await DebianRoot.open(await debianBase());
    if ("diagnostic" in t) t.diagnostic(`a minimal ${RELEASE} after ${seconds(started)}`);
  });
  after(() => {
    system?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("is the same to the last byte when it is built again", async () => {
    const again = path.join(folder, "again");
    mkdirSync(again);
    assert.equal(digest(await debianPackage(again)), digest(file));
  });

  test("has no fault that lintian calls an error", { skip: labSkip("lintian") }, async () => {
    await run("lintian", ["--fail-on", "error", "--allow-root", file], { timeout: 60_000 });
  });

  test("the README's steps, typed as they stand in a fresh Debian, install it", async (t) => {
    const started = performance.now();
    await system.put(file);
    const steps = installSteps("Debian");
    assert.ok(steps.length > 0);
    // A person would say yes to apt.
    for (const step of steps) await system.sh(`yes | ${step}`, 240_000);
    t.diagnostic(`installed in ${seconds(started)}`);
    assert.equal((await system.sh("vrrpwatch --version")).trim(), version);
    assert.match(await system.sh("id vrrpwatch"), /^uid=\d+\(vrrpwatch\) gid=\d+\(vrrpwatch\) groups=\d+\(vrrpwatch\)$/m);
    const listed = await system.sh("stat -c '%n %a %U:%G' /etc/vrrpwatch/config.yaml /run/vrrpwatch /var/lib/vrrpwatch");
    assert.deepEqual(listed.trim().split("\n"), [
      "/etc/vrrpwatch/config.yaml 640 root:vrrpwatch",
      "/run/vrrpwatch 755 vrrpwatch:vrrpwatch",
      "/var/lib/vrrpwatch 700 vrrpwatch:vrrpwatch",
    ]);
  });

  test("started as the unit says, it is a scraped service without root that sees a failover", async () => {
    const pair = await createPair([{ name: "V4_51", vrid: 51, version: 3, interval: 0.2, addresses: ["192.0.2.100/24"] }]);
    try {
      const service = startAsUnit(system, pair);
      const scrape = scraper(pair);
      await waitFor("the first scrape", async () => (await scrape("vrrpwatch_build_info")).length === 1 || ended(service), {
        within: 15_000,
      });
      const status = readFileSync(`/proc/${service.pid}/status`, "utf8");
      assert.doesNotMatch(status, /^[UG]id:.*\b0\b/m);
      assert.match(status, /^NoNewPrivs:\t1$/m);
      assert.match(status, /^CapBnd:\t0{12}[02]000$/m);
      const isMaster = async (address: string): Promise<boolean> =>
        (await scrape("vrrp_master_info")).some(({ labels }) => labels["master"] === address);
      await pair.first.start();
      await waitFor("the first master in a scrape", () => isMaster(pair.a.ipv4), { within: 10_000 });
      await pair.second.start();
      await pair.first.stop();
      await waitFor("the second master in a scrape", () => isMaster(pair.b.ipv4), { within: 10_000 });
      assert.equal(await service.stop(), 0);
      assert.doesNotMatch(service.stdout, /"code":"ERR_|EPERM|EACCES/);
    } finally {
      pair.lab.close();
    }
  });

  test("an upgrade keeps the account, the configuration and the state", async () => {
    const account = await system.sh("id vrrpwatch");
    await system.sh(`printf '${ownConfig}' >>/etc/vrrpwatch/config.yaml`);
    await system.sh("chmod 0600 /etc/vrrpwatch/config.yaml && chown vrrpwatch /etc/vrrpwatch/config.yaml");
    await system.sh("touch /var/lib/vrrpwatch/kept && mkfifo /run/vrrpwatch/kept.fifo");
    const upgrade = await debianPackage(folder, newer);
    await system.put(upgrade);
    await system.sh(`apt-get install -y ./${path.basename(upgrade)}`, 60_000);
    assert.equal((await system.sh("vrrpwatch --version")).trim(), newer);
    assert.equal(await system.sh("id vrrpwatch"), account);
    assert.match(await system.sh("tail -n 1 /etc/vrrpwatch/config.yaml"), /join_groups: false/);
    assert.equal(await system.sh("stat -c '%a %U' /etc/vrrpwatch/config.yaml"), "600 vrrpwatch\n");
    await system.sh("test -e /var/lib/vrrpwatch/kept && test -p /run/vrrpwatch/kept.fifo && vrrpwatch check");
  });

  test("a removal keeps configuration and state, and names what keepalived.conf still needs", async () => {
    await system.sh("mkdir -p /etc/keepalived && echo 'vrrp_notify_fifo /run/vrrpwatch/notify.fifo' >/etc/keepalived/keepalived.conf");
    assert.match(await system.sh("apt-get remove -y vrrpwatch 2>&1"), /keepalived\.conf still names files of vrrpwatch/);
    await system.sh("test -e /etc/vrrpwatch/config.yaml && test -e /var/lib/vrrpwatch/kept && test ! -e /usr/bin/vrrpwatch");
  });

  test("a purge leaves nothing but the account", async () => {
    const include = "include /usr/share/doc/vrrpwatch/examples/keepalived/vrrpwatch.conf";
    await system.sh(`echo '${include}' >/etc/keepalived/keepalived.conf`);
    assert.match(await system.sh("apt-get purge -y vrrpwatch 2>&1"), /keepalived\.conf still names files of vrrpwatch/);
    const left = await system.sh("find / -xdev -name '*vrrpwatch*' -not -path '/root/*' -not -path '/proc/*'");
    assert.equal(left, "");
    assert.equal(await system.status("test -e /run/vrrpwatch"), 1);
    assert.equal(await system.status("id vrrpwatch"), 0);
  });
});

const seconds = (since: number): string => `${((performance.now() - since) / 1_000).toFixed(1)} s`;
const digest = (file: string): string => createHash("sha256").update(readFileSync(file)).digest("hex");

function ended(service: LabProcess): never | false {
  if (!service.running) throw new Error(`the service ended: ${service.stdout}${service.stderr}`);
  return false;
}

/** Does what systemd would, as far as that goes without it: account, capabilities, no_new_privs, read-only and private file systems. */
function startAsUnit(system: DebianRoot, pair: Pair): LabProcess {
  const writable = [`run/${unit.one("RuntimeDirectory")}`, `var/lib/${unit.one("StateDirectory")}`];
  const script = [
    ...writable.map((name) => `mount --bind "$root/${name}" "$root/${name}"`),
    'mount -t tmpfs tmpfs "$root/tmp"',
    ...["home", "root"].map((name) => `mount -t tmpfs -o ro,mode=0000 tmpfs "$root/${name}"`),
    'mount --bind "$root/proc/sys" "$root/proc/sys"',
    ...["", "/run", "/proc/sys"].map((name) => `mount -o remount,bind,ro "$root${name}"`),
  ].join("; ");
  const identity = ["--reuid", unit.one("User"), "--regid", unit.one("Group"), "--init-groups"];
  const command = system.prepared(script, [...unit.setpriv(identity), ...unit.one("ExecStart").split(" ")]);
  return pair.listener.start("vrrpwatch.service", command);
}

/** Asks for the metrics from another host of the lab, as Prometheus does. */
function scraper(pair: Pair): (name: string) => Promise<ReturnType<typeof samples>> {
  const fetch = "fetch(process.argv[1]).then((a) => a.text(), () => '').then((text) => process.stdout.write(text))";
  const url = `http://${pair.listener.ipv4}:10112/metrics`;
  return async (name) => samples(await pair.b.exec([process.execPath, "-e", fetch, url]), name);
}
