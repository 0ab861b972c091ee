import assert from "node:assert/strict";
import { chmodSync, writeFileSync } from "node:fs";
import path from "node:path";
import test, { after, before, describe } from "node:test";
import { Agent, projectFile } from "./framework/agent.ts";
import { createPair, type Pair } from "./framework/pair.ts";
import { labSkip } from "./framework/requirements.ts";
import { waitFor } from "./framework/wait.ts";
import { R, untilMetric, untilState } from "./framework/watch.ts";

const V4 = "192.0.2.100";
const instances = [{ name: "VI 4", vrid: 51, version: 3 as const, interval: 0.3, addresses: [`${V4}/24`] }];
const rawOnly = ["--inh-caps", "-all,+net_raw", "--ambient-caps", "-all,+net_raw"];
const nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", ...rawOnly];

describe("an agent without privileges beside a keepalived that is root", { skip: labSkip("keepalived", "setpriv") }, () => {
  let pair: Pair;
  let onA: Agent;
  let onB: Agent;
  before(async () => {
    pair = await createPair(instances.map((one) => ({ ...one, name: "VI_4" })));
    for (const node of [pair.first, pair.second]) {
      // As a package would do: the agent's user owns the folder of its FIFO.
      chmodSync(node.folder, 0o777);
      node.writeConfig(undefined, { globals: `vrrp_notify_fifo ${node.notifyFifo}` });
    }
    chmodSync(pair.second.configFile, 0o640);
    onA = await Agent.start(pair.lab, pair.a, { keepalived: pair.first, wrapper: nobody });
    onB = await Agent.start(pair.lab, pair.b, {
      keepalived: pair.second,
      wrapper: nobody,
      config: "virtual_routers: [{interface: eth0, family: ipv4, vrid: 51, instance: VI_4}]",
    });
    await Promise.all([pair.first.start(), pair.second.start()]);
  });
  after(() => pair.lab.close());

  test("knows states, addresses and process of both nodes, and follows a failover", async () => {
    await untilState(onA, "ipv4", 51, "master");
    await untilMetric(onA, "vrrp_vip_present", { ...R("ipv4", 51), address: V4, dev: "eth0" }, 1);
    await untilState(onB, "ipv4", 51, "backup");
    for (const agent of [onA, onB]) {
      assert.deepEqual(await agent.metric("keepalived_up"), [1]);
      assert.deepEqual(await agent.metric("keepalived_notify_fifo_up"), [1]);
    }
    await pair.first.stop();
    await untilState(onA, "ipv4", 51, "stop");
    await untilState(onB, "ipv4", 51, "master");
    await untilMetric(onB, "vrrp_vip_present", { ...R("ipv4", 51), address: V4, dev: "eth0" }, 1);
    await pair.first.start();
    await untilState(onA, "ipv4", 51, "master");
    await untilState(onB, "ipv4", 51, "backup");
  });

  test("works without a keepalived.conf that it may not read, and says what would help", async () => {
    assert.deepEqual(await onA.metric("vrrpwatch_keepalived_config_last_read_successful"), [1]);
    assert.deepEqual(await onB.metric("vrrpwatch_keepalived_config_last_read_successful"), [0]);
    assert.match(onB.process.stdout, /mode 0640, owner root, group root.*setfacl -m u:nobody:r/);
    const { config } = (await onB.getJson("/api/v1/keepalived")) as { config: { state: string; problem: string } };
    assert.equal(config.state, "unreadable");
    assert.match(config.problem, /setfacl -m u:nobody:r/);
    chmodSync(pair.second.configFile, 0o644);
    await untilMetric(onB, "vrrpwatch_keepalived_config_last_read_successful", {}, 1);
    assert.equal((await onB.router("ipv4", 51))?.keepalived?.configured?.priority, 100);
  });
});

describe("keepalived's notify scripts, and a balancer", { skip: labSkip("keepalived", "haproxy") }, () => {
  let pair: Pair;
  let onA: Agent;
  let onB: Agent;
  before(async () => {
    pair = await createPair(instances);
    const script = projectFile("deploy/notify.sh");
    const start = async (node: typeof pair.first, host: typeof pair.a): Promise<Agent> => {
      const agent = await Agent.start(pair.lab, host, { keepalived: node, listen: [`${host.ipv4}:10112`] });
      const line = `notify "${script} --socket ${path.join(agent.folder, "notify.sock")}"`;
      const priority = node === pair.first ? 150 : 100;
      node.writeConfig(instances.map((one) => ({ ...one, name: '"VI 4"', priority, extra: line })));
      return agent;
    };
    onA = await start(pair.first, pair.a);
    onB = await start(pair.second, pair.b);
    await Promise.all([pair.first.start(), pair.second.start()]);
  });
  after(() => pair.lab.close());

  test("the script tells the agent what happens to an instance with a blank in its name", async () => {
    await untilState(onA, "ipv4", 51, "master");
    await untilMetric(onA, "keepalived_effective_priority", { iname: "VI 4" }, 150);
    const counts = async (): Promise<number> =>
      [
        ...(await onA.metric("keepalived_notify_events_total", { source: "socket", event: "master" })),
        ...(await onA.metric("keepalived_notify_events_total", { source: "spool", event: "master" })),
      ].reduce((a, b) => a + b, 0);
    await waitFor("the script's call", async () => (await counts()) >= 1, { within: 10_000, state: counts });
    assert.equal((await onA.router("ipv4", 51))?.keepalived?.instance, "VI 4");
  });

  test("a call of a script while the agent is away is not lost", async () => {
    await onB.process.stop("SIGKILL");
    await pair.second.stop();
    await pair.second.start();
    onB = await Agent.start(pair.lab, pair.b, { keepalived: pair.second, listen: [`${pair.b.ipv4}:10112`] });
    await waitFor(
      "the call in the spool",
      async () => (await onB.metric("keepalived_notify_events_total", { source: "spool" })).length > 0,
      { within: 10_000, state: () => onB.metric("keepalived_notify_events_total") },
    );
    await untilState(onB, "ipv4", 51, "backup");
  });

  test("haproxy's check of /lb/ follows the master through a failover", async () => {
    const folder = pair.lab.folder("haproxy");
    const servers = [pair.a, pair.b].map(({ name, ipv4 }) => `  server ${name} ${ipv4}:10112 check inter 200ms fall 1 rise 1`);
    writeFileSync(
      path.join(folder, "haproxy.cfg"),
      `global
  stats socket ${path.join(folder, "stats")} level admin
defaults
  mode http
  timeout connect 1s
  timeout client 5s
  timeout server 5s
backend master
  option httpchk GET /lb/eth0/ipv4/51
${servers.join("\n")}
frontend front
  bind 127.0.0.1:18080
  default_backend master
`,
    );
    pair.listener.start("haproxy", ["haproxy", "-db", "-f", path.join(folder, "haproxy.cfg")]);
    /** What the node to which haproxy leads says of its keepalived. */
    const answering = async (): Promise<string> => {
      const answer = await pair.listener.exec(["curl", "-s", "http://127.0.0.1:18080/api/v1/keepalived"]).catch(() => "");
      try {
        return (JSON.parse(answer) as { instances: { state: string }[] }).instances[0]?.state ?? "";
      } catch {
        return "";
      }
    };
    await waitFor("the master to answer", async () => (await answering()) === "master", { within: 10_000, state: answering });
    await pair.first.stop();
    await untilState(onB, "ipv4", 51, "master");
    assert.equal((await onA.tryGet("/lb/eth0/ipv4/51"))?.status, 503);
    assert.equal((await onB.tryGet("/lb/eth0/ipv4/51"))?.status, 200);
    await waitFor("haproxy to turn to the new master", async () => (await answering()) === "master", { within: 10_000, state: answering });
  });
});
