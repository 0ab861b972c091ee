import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import test, { after, before, describe } from "node:test";
import { Agent, projectFile } from "./framework/agent.ts";
import { addressOf, createPair, type Pair, playFailover, untilMaster, type Watched } from "./framework/pair.ts";
import { labSkip } from "./framework/requirements.ts";
import { waitFor } from "./framework/wait.ts";

type Json = Record<string, unknown>;

const skip = labSkip("keepalived", "tcpdump");
const PASSWORD = "hUnt3r42";
const config = "incidents: {quiet: 3s, after: 3s}";

const instances = [
  {
    name: "V2_20",
    vrid: 20,
    version: 2 as const,
    interval: 1,
    addresses: ["192.0.2.120/24"],
    extra: `authentication {\n auth_type PASS\n auth_pass ${PASSWORD}\n}`,
  },
  { name: "V6_60", vrid: 60, version: 3 as const, interval: 0.5, addresses: ["fe80::100/64", "2001:db8:1::100/64"] },
];
const routers: readonly Watched[] = [
  { family: "ipv4", vrid: 20 },
  { family: "ipv6", vrid: 60 },
];

describe("incidents of two keepalived nodes, recorded on a third host", { skip }, () => {
  let pair: Pair;
  let agent: Agent;
  let barred: Agent;
  let folder: string;
  let incident: Json;

  const stateOf = (of: Agent): string => path.join(of.folder, "state");

  before(async () => {
    pair = await createPair(instances);
    agent = await Agent.start(pair.lab, pair.listener, { config });
    barred = Agent.launch(pair.lab, pair.listener, { name: "barred", config });
    // Its state directory cannot be: a file has its name.
    writeFileSync(stateOf(barred), "");
    await barred.ready();
    await playFailover(pair, [agent, barred], routers, { returns: true });
    await waitFor("the incident to be closed", async () => (await agent.metric("vrrpwatch_incidents_open"))[0] === 0, { within: 15_000 });
    const [id, ...more] = readdirSync(path.join(stateOf(agent), "incidents"));
    assert.deepEqual(more, [], "one link, one story, whatever the number of virtual routers and families");
    folder = path.join(stateOf(agent), "incidents", id ?? "");
    const read = (): Json => JSON.parse(readFileSync(path.join(folder, "incident.json"), "utf8")) as Json;
    await waitFor("the incident to be written", async () => read()["state"] === "closed", { within: 5_000 });
    incident = read();
  });
  after(() => pair.lab.close());

  test("the crash is an incident with both virtual routers, their masters and failovers", () => {
    const [a, b] = [pair.a, pair.b];
    const masters = (incident["virtual_routers"] as Json[]).map((r) => [r["vrid"], r["master_before"], r["master_after"], r["failovers"]]);
    assert.deepEqual(masters.sort(), routers.map((r) => [r.vrid, addressOf(a, r), addressOf(a, r), 2]).sort());
    const reasons = (incident["failovers"] as Json[]).map(({ reason, to }) => `${String(reason)} ${String(to)}`);
    for (const router of routers) assert.ok(reasons.includes(`no_response ${addressOf(b, router)}`), reasons.join());
    assert.equal(incident["ended_by"], "quiet");
  });

  test("tcpdump reads the capture, and no password is in it", () => {
    const file = path.join(folder, "capture.pcap");
    const { status, stdout } = spawnSync("tcpdump", ["-nvr", file], { encoding: "utf8" });
    assert.equal(status, 0);
    assert.match(stdout, /vrid 20.*prio 100/);
    assert.doesNotMatch(stdout, /bad vrrp cksum/);
    for (const name of readdirSync(folder)) assert.ok(!readFileSync(path.join(folder, name)).includes(PASSWORD.slice(0, 4)), name);
  });

  test("a replay of the capture tells the changes of master as the agent did, to the microsecond", async () => {
    const { stdout } = spawnSync(process.execPath, [projectFile("dist/main.js"), "replay", "--json", path.join(folder, "capture.pcap")], {
      encoding: "utf8",
    });
    const within = ({ event, at }: Json): boolean =>
      event === "master_changed" && String(at) >= String(incident["began_at"]) && String(at) <= String(incident["ended_at"]);
    const replayed = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Json)
      .filter(within);
    const reported = (await agent.events()).map((event) => event as unknown as Json).filter(within);
    const plain = (events: Json[]): unknown[] => events.map(({ id: _, ...event }) => ({ ...event, interface: null }));
    assert.ok(reported.length >= 4);
    assert.deepEqual(plain(replayed), plain(reported));
  });

  test("an agent that cannot write anything counts that, says so once, and goes on", async () => {
    assert.ok(((await barred.metric("vrrpwatch_incident_write_failures_total"))[0] ?? 0) > 0);
    assert.equal((barred.process.stdout.match(/incidents cannot be written/g) ?? []).length, 1);
    await untilMaster(barred, pair.a, routers);
    assert.equal(await barred.stop(), 0);
  });

  test("the incident stays when the agent is stopped", async () => {
    assert.equal(await agent.stop(), 0);
    assert.equal((JSON.parse(readFileSync(path.join(folder, "incident.json"), "utf8")) as Json)["state"], "closed");
  });
});
