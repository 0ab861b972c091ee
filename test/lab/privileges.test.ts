import assert from "node:assert/strict";
import { chmodSync, chownSync, cpSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import test, { after, before, describe } from "node:test";
import { hashSync } from "bcryptjs";
import { Agent, projectFile } from "./framework/agent.ts";
import { microseconds } from "./framework/changes.ts";
import { createPair, type Pair, untilMaster, type Watched } from "./framework/pair.ts";
import { labSkip, pcapSkip } from "./framework/requirements.ts";
import { run } from "./framework/shell.ts";
import { noRights, rightsOf, threadCount, threadsOf } from "./framework/threads.ts";
import { waitFor } from "./framework/wait.ts";
import { untilMetric, untilState } from "./framework/watch.ts";
import { isAbout, WebhookReceiver } from "./framework/webhooks.ts";

const skip = labSkip("keepalived", "setpriv", "setcap", "unshare", "mount", "curl");
const noPcap = await pcapSkip();
const router: Watched = { family: "ipv4", vrid: 51 };
const instances = [{ name: "V4_51", vrid: 51, version: 3 as const, interval: 0.1, addresses: ["192.0.2.100/24"] }];
const nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"];
const NET_RAW = "2000";
/** No account of this machine. */
const ids = { uid: 54_321, gid: 54_322 };
const user = `user: "${ids.uid}:${ids.gid}"\n`;

/** How often a log line with this text was written. */
const said = (agent: Agent, text: string): number => agent.process.stdout.split(text).length - 1;

/** Takes the card out of the listener and puts it back: another interface of the same name. */
async function replaceInterface({ listener }: Pair): Promise<void> {
  await listener.removeInterface();
  await listener.addInterface();
}

/** Waits until adverts arrive that were sent after this call. */
async function untilHears(agent: Agent): Promise<void> {
  const counted = async (): Promise<number> =>
    (await agent.router(router.family, router.vrid))?.senders.reduce((sum, sender) => sum + sender.adverts_received, 0) ?? 0;
  const before = await counted();
  await waitFor("adverts to arrive", async () => (await counted()) > before + 3, { within: 12_000, state: () => agent.events() });
}

describe("an agent that root starts", { skip }, () => {
  let pair: Pair;
  let agent: Agent;
  before(async () => {
    pair = await createPair(instances);
    for (const node of [pair.first, pair.second]) {
      chmodSync(node.folder, 0o777);
      node.writeConfig(undefined, { globals: `vrrp_notify_fifo ${node.notifyFifo}` });
    }
    // An agent that was root left it.
    const state = path.join(pair.lab.folder("agent-a"), "state");
    mkdirSync(state);
    writeFileSync(path.join(state, "silences.json"), '{"version":1,"silences":[\n\n]}\n', { mode: 0o600 });
    agent = await Agent.start(pair.lab, pair.a, { keepalived: pair.first, config: user, listen: [`${pair.a.ipv4}:80`] });
    await Promise.all([pair.first.start(), pair.second.start()]);
  });
  after(() => pair.lab.close());

  test("becomes the configured user without any capability, on every thread, V8's and libuv's included", () => {
    assert.deepEqual(rightsOf(agent), noRights(ids.uid, ids.gid, [ids.gid]));
    assert.ok(threadCount(agent) > 5, "there are threads of V8 and of libuv");
    assert.equal(said(agent, '"privileges are given up"'), 1);
  });

  test("serves on a port below 1024, which it opened before", async () => {
    assert.match(await pair.b.exec(["curl", "-s", "-m", "5", `http://${pair.a.ipv4}/-/healthy`]), /./);
  });

  test("owns its state, FIFO and sockets, also what an agent that was root left; the control socket is its own and root's", async () => {
    const owner = (file: string): string => `${lstatSync(file).uid}:${lstatSync(file).gid}`;
    const own = [path.join(agent.folder, "state"), path.join(agent.folder, "state", "silences.json"), pair.first.notifyFifo];
    const control = path.join(agent.folder, "control.sock");
    for (const file of [...own, control]) assert.equal(owner(file), `${ids.uid}:${ids.gid}`, file);
    assert.equal(lstatSync(control).mode & 0o777, 0o600);
    const added = await run(process.execPath, [
      projectFile("dist/main.js"),
      ...["silence", "add", "--vrid", "9", "--for", "1h", "--control-socket", control],
    ]);
    assert.match(added, /./);
    assert.equal(owner(path.join(agent.folder, "state", "silences.json")), `${ids.uid}:${ids.gid}`);
    assert.ok(((await agent.metric("process_open_fds"))[0] ?? 0) > 10, "its own descriptors can be counted");
  });

  test("follows keepalived through a failover, a restart and a reload, and the FIFO through its removal", async () => {
    await untilState(agent, "ipv4", 51, "master");
    await pair.first.stop();
    await untilMaster(agent, pair.b, [router]);
    await untilMetric(agent, "keepalived_up", {}, 0);
    await pair.first.start();
    await untilMaster(agent, pair.a, [router]);
    await untilState(agent, "ipv4", 51, "master");
    await untilMetric(agent, "keepalived_up", {}, 1);
    await pair.a.exec(["rm", pair.first.notifyFifo]);
    await waitFor("a new FIFO", () => lstatSync(pair.first.notifyFifo, { throwIfNoEntry: false })?.uid === ids.uid, { within: 10_000 });
    pair.first.reload();
    await untilMetric(agent, "keepalived_notify_fifo_up", {}, 1);
  });

  test("hears on after its interface went down and up, and on one that comes later", async () => {
    const listener = await Agent.start(pair.lab, pair.listener, { config: user });
    await untilMaster(listener, pair.a, [router]);
    await pair.listener.linkDown();
    await pair.listener.linkUp();
    await untilHears(listener);
    await replaceInterface(pair);
    await untilHears(listener);
    assert.deepEqual(rightsOf(listener), noRights(ids.uid, ids.gid, [ids.gid]));
    assert.equal(await listener.stop(), 0);
  });

  test("stays root where it is told to, without any capability", async () => {
    const root = await Agent.start(pair.lab, pair.listener, { name: "root", config: "user: root" });
    const [groups] = [...threadsOf(root).values()].map((thread) => thread.groups);
    assert.deepEqual(rightsOf(root), noRights(0, 0, groups ?? []));
    await untilMaster(root, pair.a, [router]);
    await replaceInterface(pair);
    await untilHears(root);
    assert.equal(await root.stop(), 0);
  });

  /** Starts it where these are all accounts and groups that there are. */
  function amongAccounts(name: string, passwd: readonly string[], group: readonly string[]): Promise<Agent> {
    const folder = pair.lab.folder("accounts");
    const files = { passwd: path.join(folder, `${name}.passwd`), group: path.join(folder, `${name}.group`) };
    writeFileSync(files.passwd, `${["root:x:0:0:root:/root:/bin/sh", ...passwd].join("\n")}\n`);
    writeFileSync(files.group, `${["root:x:0:", ...group].join("\n")}\n`);
    const mounts = `mount --make-rprivate / && mount --bind ${files.passwd} /etc/passwd && mount --bind ${files.group} /etc/group && exec "$@"`;
    const secret = path.join(folder, "secret");
    writeFileSync(secret, "secret", { mode: 0o640 });
    chownSync(secret, 0, 4);
    const config = `user: null\nalerts: {receivers: [{name: x, url: "http://192.0.2.1:9/", bearer_token_file: ${secret}}]}\n`;
    return Agent.start(pair.lab, pair.listener, { name, config, wrapper: ["unshare", "-m", "sh", "-c", mounts, "sh"] });
  }

  test("becomes vrrpwatch by itself where there is that account, with the account's groups and that of the notify scripts", async () => {
    const accounts = ["vrrpwatch:x:54330:54331::/nonexistent:/usr/sbin/nologin", "keepalived_script:x:54340:54341::/:/bin/sh"];
    const groups = ["vrrpwatch:x:54331:", "keepalived_script:x:54341:", "adm:x:4:vrrpwatch", "other:x:54350:other"];
    const named = await amongAccounts("named", accounts, groups);
    assert.deepEqual(rightsOf(named), noRights(54_330, 54_331, [4, 54_331, 54_341]));
    assert.match(named.process.stdout, /became user vrrpwatch/);
    assert.equal(said(named, "may not be read by the agent's user"), 0, "the group adm may read the secret");
    const { uid, gid, mode } = lstatSync(path.join(named.folder, "notify.sock"));
    assert.deepEqual([uid, gid, mode & 0o777], [54_330, 54_341, 0o660]);
    assert.equal(await named.stop(), 0);
  });

  test("stays root where there is no such account, without any capability, and says once which command makes one", async () => {
    const nameless = await amongAccounts("nameless", [], ["adm:x:4:"]);
    const [groups] = [...threadsOf(nameless).values()].map((thread) => thread.groups);
    assert.deepEqual(rightsOf(nameless), noRights(0, 0, groups ?? []));
    assert.equal(said(nameless, "useradd --system"), 1);
    assert.equal(await nameless.stop(), 0);
  });

  test("keeps CAP_NET_RAW alone with libpcap, and hears on an interface that comes later", { skip: noPcap }, async () => {
    const libpcap = await Agent.start(pair.lab, pair.listener, { name: "pcap", config: `${user}capture: {backend: libpcap}\n` });
    for (const [id, one] of threadsOf(libpcap)) {
      const sets = [one.permitted, one.effective, one.inheritable, one.ambient, one.bounding].map((set) => set.toString(16));
      assert.deepEqual([one.uids[1], ...sets], [ids.uid, NET_RAW, NET_RAW, "0", "0", "0"], id);
    }
    await untilMaster(libpcap, pair.a, [router]);
    await replaceInterface(pair);
    await untilHears(libpcap);
    await libpcap.stop();
  });

  test("says before it does anything that the configured user does not exist, and what to do", async () => {
    const unknown = Agent.launch(pair.lab, pair.listener, { name: "unknown", config: "user: no-such-user\n" });
    assert.equal(await unknown.process.ended(15_000), 2);
    assert.match(unknown.process.stderr, /there is no account "no-such-user" on this host; create the account/);
  });

  test("does not run on as root where it may not become the user", async () => {
    const bound = ["setpriv", "--bounding-set", "-all,+net_raw"];
    const denied = Agent.launch(pair.lab, pair.listener, { name: "stuck", config: user, wrapper: bound });
    assert.equal(await denied.process.ended(15_000), 3);
    assert.match(denied.process.stderr, /may not become the user with the id 54321:54322 .*CAP_SETUID.*start the agent as that user/);
  });

  test("says at the start which files its user will not be able to read, and what allows it", async () => {
    const secret = path.join(pair.lab.folder("secrets"), "secret");
    writeFileSync(secret, "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=", { mode: 0o600 });
    const config = `${user}alerts: {receivers: [{name: x, url: "http://192.0.2.1:9/", secret_file: ${secret}}]}\n`;
    const agentX = await Agent.start(pair.lab, pair.listener, { name: "secret", config });
    assert.equal(said(agentX, "may not be read by the agent's user"), 1);
    assert.match(agentX.process.stdout, /setfacl -m u:54321:r/);
    await agentX.stop();
  });
});

describe("an agent whose program lies in a folder of root's alone", { skip }, () => {
  let pair: Pair;
  let receiver: WebhookReceiver;
  let program: string;
  before(async () => {
    pair = await createPair(instances);
    receiver = await WebhookReceiver.start(pair.lab, pair.b, 9_000);
    const home = pair.lab.folder("home");
    for (const name of ["dist", "package.json", "build/Release", "node_modules/netlink", "node_modules/node-gyp-build"])
      cpSync(projectFile(name), path.join(home, name), { recursive: true });
    chmodSync(home, 0o700);
    program = path.join(home, "dist", "main.js");
    chmodSync(pair.first.folder, 0o777);
    await pair.first.start();
  });
  after(() => pair.lab.close());

  test("captures, serves, asks for passwords, watches files and delivers alerts after it became another user", async () => {
    const config = `${user}alerts:
  heartbeat: {url: "${receiver.url}/beat", interval: 10s}
  receivers: [{name: hook, url: "${receiver.url}/hook"}, {name: api, format: alertmanager-api, url: "${receiver.url}/api"}]
`;
    const webConfig = path.join(pair.lab.folder("web"), "web.yaml");
    const users = (name: string): string => `basic_auth_users: {${name}: "${hashSync("correct horse", 6)}"}\n`;
    writeFileSync(webConfig, users("first"));
    const listen = [`${pair.a.ipv4}:10112`];
    const agent = await Agent.start(pair.lab, pair.a, { program, config, webConfig, listen, keepalived: pair.first });
    const asks = (name: string): Promise<string> =>
      pair.b.exec([
        ...["curl", "-s", "-m", "10", "-o", "/dev/null", "-w", "%{http_code}"],
        ...["-u", `${name}:correct horse`, `http://${pair.a.ipv4}:10112/metrics`],
      ]);
    assert.equal(await asks("first"), "200", "a thread compares the password");
    writeFileSync(webConfig, users("second"));
    await waitFor("the users to be read anew", async () => (await asks("second")) === "200", { within: 15_000, every: 500 });
    assert.deepEqual(rightsOf(agent), noRights(ids.uid, ids.gid, [ids.gid]));
    await untilMaster(agent, pair.a, [router]);
    await pair.first.stop();
    await receiver.until("/hook", "the page", isAbout("VRRPNoMaster", 51, "firing"), 15_000);
    await waitFor("a heartbeat", () => receiver.received.some((one) => one.path === "/beat"), { within: 15_000 });
    await waitFor("a call of the API", () => receiver.received.some((one) => one.path.startsWith("/api/")), { within: 15_000 });
    pair.first.writeConfig(instances.map((one) => ({ ...one, priority: 77 })));
    await waitFor("the file to be read anew", async () => JSON.stringify(await agent.getJson("/api/v1/keepalived")).includes("77"), {
      within: 15_000,
    });
    // Long enough for a thread of its own.
    const reloaded = "vrrpwatch_config_last_reload_success_timestamp_seconds";
    const [before] = await agent.metric(reloaded);
    const file = path.join(agent.folder, "config.yaml");
    writeFileSync(file, `${readFileSync(file, "utf8")}log: {level: debug}\n# ${"x".repeat(20_000)}\n`);
    await waitFor("a reload", async () => (await agent.metric(reloaded))[0] !== before, {
      within: 15_000,
      state: () => agent.process.stdout.slice(-2_000),
    });
    await untilMetric(agent, "vrrpwatch_config_last_reload_successful", {}, 1);
    await agent.getJson("/api/v1/virtual-routers");
    assert.match((await agent.tryGet("/docs/conditions/split_brain.md"))?.body ?? "", /^# /m);
    assert.match(await agent.metrics(), /process_resident_memory_bytes/);
    assert.equal(await agent.stop(), 0);
    assert.doesNotMatch(agent.process.stdout + agent.process.stderr, /ERR_MODULE_NOT_FOUND|Cannot find|EACCES/);
  });

  test("works for root without capabilities as well where the folder is another user's, as a clone in a home directory is", async () => {
    const home = path.dirname(path.dirname(program));
    chownSync(home, 65_534, 65_534);
    try {
      const agent = await Agent.start(pair.lab, pair.listener, { name: "home", program, config: "user: root\n" });
      const [groups] = [...threadsOf(agent).values()].map((thread) => thread.groups);
      assert.deepEqual(rightsOf(agent), noRights(0, 0, groups ?? []));
      assert.match(await agent.metrics(), /vrrpwatch_build_info/);
      assert.equal(await agent.stop(), 0);
    } finally {
      chownSync(home, 0, 0);
    }
  });
});

describe("an agent that an ordinary user starts", { skip }, () => {
  let pair: Pair;
  before(async () => {
    pair = await createPair(instances);
    await pair.first.start();
  });
  after(() => pair.lab.close());

  test("without CAP_NET_RAW ends with status 3 and says which command grants it", async () => {
    const agent = Agent.launch(pair.lab, pair.listener, {
      name: "denied",
      wrapper: [...nobody, "--inh-caps", "-all", "--bounding-set", "-all"],
    });
    assert.equal(await agent.process.ended(15_000), 3);
    assert.match(agent.process.stderr, /CAP_NET_RAW/);
    assert.match(agent.process.stderr, /setcap|AmbientCapabilities|sudo/);
  });

  test("with CAP_NET_RAW alone, as systemd grants it, captures, drops it, and hears on an interface that comes later", async () => {
    const agent = await Agent.start(pair.lab, pair.listener, {
      name: "raw",
      config: "user: nobody\n",
      wrapper: [...nobody, "--inh-caps", "-all,+net_raw", "--ambient-caps", "-all,+net_raw", "--bounding-set", "-all,+net_raw"],
    });
    // To empty the bounding set needs CAP_SETPCAP; with no_new_privs nothing can come of it any more.
    assert.deepEqual(rightsOf(agent), noRights(65_534, 65_534, [], NET_RAW));
    await untilMaster(agent, pair.a, [router]);
    await replaceInterface(pair);
    await untilHears(agent);
    assert.equal(await agent.stop(), 0);
  });

  test("with a file capability on Node captures, drops it, and may look at its own descriptors", async () => {
    const node = path.join(pair.lab.folder("node"), "node");
    cpSync(process.execPath, node);
    await run("setcap", ["cap_net_raw+ep", node]);
    const agent = await Agent.start(pair.lab, pair.listener, { name: "file", config: "user: nobody\n", node, wrapper: nobody });
    for (const [id, one] of threadsOf(agent))
      assert.deepEqual([one.permitted, one.effective, one.noNewPrivileges, one.uids[1]], [0n, 0n, true, 65_534], id);
    await untilMaster(agent, pair.a, [router]);
    assert.ok(((await agent.metric("process_open_fds"))[0] ?? 0) > 10);
    assert.equal(await agent.stop(), 0);
  });

  test("says that it cannot become the configured user, and goes on", async () => {
    const agent = await Agent.start(pair.lab, pair.listener, {
      name: "other",
      config: user,
      wrapper: [...nobody, "--inh-caps", "-all,+net_raw", "--ambient-caps", "-all,+net_raw"],
    });
    assert.equal(said(agent, "who may not become another"), 1);
    assert.equal(await agent.stop(), 0);
  });

  test("on a host on which nothing can be written works from memory, and says once of each thing what is lost", async () => {
    const receiver = await WebhookReceiver.start(pair.lab, pair.b, 9_001);
    const folder = pair.lab.folder("readonly-c");
    // Everything but the folder of the socket that the test asks: a folder of the agent's own mount namespace stays as it is.
    const mounts = `set -e
mount --make-rprivate /
mount --bind ${folder} ${folder}
mount -t tmpfs -o ro none /run
mount -t tmpfs -o ro none /var/lib
mount -o remount,bind,ro /
exec "$@"`;
    const agent = await Agent.start(pair.lab, pair.listener, {
      name: "readonly",
      config: `incidents: {after: 1s}\nalerts: {receivers: [{name: hook, url: "${receiver.url}/"}]}\n`,
      runFolder: "/run/vrrpwatch",
      args: ["--state-directory", "/var/lib/vrrpwatch"],
      wrapper: [
        ...["unshare", "-m", "sh", "-c", mounts, "sh"],
        ...[...nobody, "--inh-caps", "-all,+net_raw", "--ambient-caps", "-all,+net_raw"],
      ],
    });
    await untilMaster(agent, pair.a, [router]);
    await pair.first.stop();
    await receiver.until("/", "the page", isAbout("VRRPNoMaster", 51, "firing"), 15_000);
    await pair.first.start();
    await receiver.until("/", "its end", isAbout("VRRPNoMaster", 51, "resolved"), 30_000);
    await agent.process.says(/incidents cannot be written/, 15_000);
    for (const text of [
      "silences, incidents and waiting alerts are kept in memory only",
      "the control socket cannot be opened",
      "the notify socket cannot be opened",
      "the notify FIFO cannot be read",
      "notify calls of scripts may be lost while the agent is away",
      "alerts cannot be stored: what waits would be lost with the agent",
      "incidents cannot be written",
    ])
      assert.equal(said(agent, `"${text}`), 1, text);
    assert.match(agent.process.stdout, /the file system is read-only; set state_directory/);
    assert.equal((await agent.tryGet("/-/ready"))?.status, 200);
    assert.equal(await agent.stop(), 0);
  });

  test("counts the first advert soon after the start", async (t) => {
    const launched = Date.now();
    const agent = Agent.launch(pair.lab, pair.listener, { name: "timed" });
    await agent.ready();
    await untilMaster(agent, pair.a, [router]);
    const seen = (await agent.router(router.family, router.vrid))?.first_seen ?? "";
    t.diagnostic(
      `first advert counted ${(microseconds(seen) / 1_000 - launched).toFixed(0)} ms after the process was started (adverts every 100 ms)`,
    );
    assert.equal(await agent.stop(), 0);
  });
});
