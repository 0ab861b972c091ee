import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import test, { after, before, describe } from "node:test";
import { parse } from "yaml";
import { root } from "../contract/repository.ts";
import { createPair, type Pair } from "../lab/framework/pair.ts";
import type { LabProcess } from "../lab/framework/processes.ts";
import { labSkip } from "../lab/framework/requirements.ts";
import { run } from "../lab/framework/shell.ts";
import { waitFor } from "../lab/framework/wait.ts";
import { Containers, type ImageConfig } from "./container-image.ts";

const MOST_MEGABYTES = 160;
const CAP_NET_RAW = 13;
const compose = parse(readFileSync(path.join(root, "deploy/compose.yaml"), "utf8")) as {
  services: {
    vrrpwatch: { user: string; cap_add: string[]; cap_drop: string[]; read_only: boolean; network_mode: string; security_opt?: string[] };
  };
};
const service = compose.services.vrrpwatch;

describe("the container image", { skip: labSkip("keepalived", "buildah", "debootstrap", "capsh", "getcap") }, () => {
  const containers = new Containers();
  let pair: Pair;
  let rootfs = "";
  let config: ImageConfig;
  before(async () => {
    await containers.build("1.2.3");
    config = await containers.config();
    rootfs = await containers.mount();
    pair = await createPair([{ name: "V4_51", vrid: 51, version: 3, interval: 0.2, addresses: ["192.0.2.100/24"] }]);
  });
  after(() => {
    pair?.lab.close();
    containers.close();
  });

  test("is small, and holds neither a shell nor anything that gives privileges but Node", async (t) => {
    const files = readdirSync(rootfs, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const names = files.map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));
    const megabytes = names.reduce((sum, name) => sum + statSync(name).size, 0) / 1_000_000;
    t.diagnostic(
      `${names.length} files, ${megabytes.toFixed(0)} MB, of which Node has ${(statSync(path.join(rootfs, "usr/bin/node")).size / 1_000_000).toFixed(0)}`,
    );
    assert.ok(megabytes < MOST_MEGABYTES);
    assert.deepEqual(readdirSync(path.join(rootfs, "usr/bin")), ["node"]);
    assert.deepEqual(
      names.filter((name) => (statSync(name).mode & 0o6000) !== 0),
      [],
    );
    assert.equal(await run("getcap", ["-r", rootfs]), `${rootfs}/usr/bin/node cap_net_raw=ep\n`);
  });

  test("says what it is, runs as nobody's root, and has a health check and a signal to stop", () => {
    assert.equal(config.User, "10112:10112");
    assert.equal(config.User, service.user);
    assert.equal(config.Labels["org.opencontainers.image.version"], "1.2.3");
    assert.equal(config.Labels["org.opencontainers.image.revision"], "0123456789ab");
    assert.equal(config.StopSignal, "SIGTERM");
    assert.equal(config.Healthcheck.Test[0], "CMD");
    assert.deepEqual(config.Cmd, ["run"]);
  });

  test("as the compose file starts it, it is healthy and sees a failover", async () => {
    assert.deepEqual([service.cap_drop, service.cap_add, service.read_only, service.network_mode], [["ALL"], ["NET_RAW"], true, "host"]);
    assert.equal(service.security_opt, undefined);
    const agent = start("container", [...config.Entrypoint, ...config.Cmd]);
    const ask = async (where: string): Promise<string> =>
      await pair.b.exec([process.execPath, "-e", fetching, `http://${pair.listener.ipv4}:10112${where}`]);
    await waitFor("the container to be ready", async () => (await ask("/-/ready")) !== "" || ended(agent), { within: 15_000 });
    const status = readFileSync(`/proc/${agent.pid}/status`, "utf8");
    assert.match(status, /^Uid:\t10112\t10112\t10112\t10112$/m);
    assert.match(status, /^CapBnd:\t0{12}[02]000$/m);
    assert.match(status, /^CapAmb:\t0{16}$/m);
    assert.equal(Number.parseInt(/^CapPrm:\t(\w+)$/m.exec(status)?.[1] ?? "", 16) & ~(1 << CAP_NET_RAW), 0);
    const masters = async (): Promise<string> =>
      await ask("/metrics").then((text) =>
        text
          .split("\n")
          .filter((line) => line.startsWith("vrrp_master_info"))
          .join("\n"),
      );
    await pair.first.start();
    await waitFor("the first master", async () => (await masters()).includes(`"${pair.a.ipv4}"`), { within: 10_000 });
    await pair.second.start();
    await pair.first.stop();
    await waitFor("the second master", async () => (await masters()).includes(`"${pair.b.ipv4}"`), { within: 10_000 });
    const [, ...check] = config.Healthcheck.Test;
    await run("nsenter", [`--mount=/proc/${agent.pid}/ns/mnt`, `--root=/proc/${agent.pid}/root`, ...check]);
    assert.equal(await agent.stop(), 0);
  });

  test("with no_new_privs it ends with status 3 and names the capability", async () => {
    const agent = start("escalation", [...config.Entrypoint, ...config.Cmd], ["--no-new-privs"]);
    assert.equal(await agent.ended(15_000), 3);
    assert.match(agent.stderr, /CAP_NET_RAW/);
  });

  /**
   * What an engine does for a user that is not root: the bounding set is what `cap_add` leaves, nothing is inheritable or ambient, and the
   * root file system is read-only but for the volume and the tmpfs. No engine runs here, so capsh and mount do it.
   */
  function start(name: string, command: readonly string[], more: readonly string[] = []): LabProcess {
    const state = path.join(containers.folder, `state-${name}`);
    mkdirSync(state);
    const script = `set -e; root=$1; state=$2; shift 2
chown 10112:10112 "$state"
mount --bind "$root" "$root"
mount -t tmpfs -o uid=10112,gid=10112,mode=0755 tmpfs "$root/run/vrrpwatch"
mount --bind "$state" "$root/var/lib/vrrpwatch"
mkdir -p "$root/proc" && mount -t proc proc "$root/proc"
mount -o remount,bind,ro "$root"
exec "$@"`;
    const [program = "", ...args] = command;
    const capabilities = [
      "capsh",
      `--drop=${dropped()}`,
      "--inh=",
      "--noamb",
      `--chroot=${rootfs}`,
      "--gid=10112",
      "--groups=",
      "--uid=10112",
      ...more,
    ];
    const wrapper = ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh", rootfs, state];
    return pair.listener.start(name, [...wrapper, ...capabilities, `--shell=${program}`, "--", ...args]);
  }
});

const fetching =
  "fetch(process.argv[1]).then((a) => a.status === 200 ? a.text() : '', () => '').then((text) => process.stdout.write(text))";

/** All capabilities that this kernel knows, but NET_RAW. */
function dropped(): string {
  const last = Number(readFileSync("/proc/sys/kernel/cap_last_cap", "utf8"));
  return Array.from({ length: last + 1 }, (_, number) => number)
    .filter((number) => number !== CAP_NET_RAW)
    .join();
}

function ended(agent: LabProcess): never | false {
  if (!agent.running) throw new Error(`the container ended: ${agent.stdout}${agent.stderr}`);
  return false;
}
