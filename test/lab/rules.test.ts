import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import test, { after, before, describe } from "node:test";
import { root } from "../contract/repository.ts";
import type { Agent } from "./framework/agent.ts";
import { dropAdverts, passAdverts } from "./framework/firewall.ts";
import type { PairInstance } from "./framework/pair.ts";
import { labSkip } from "./framework/requirements.ts";
import { createTrio, type Trio, untilSettled } from "./framework/trio.ts";
import { waitFor } from "./framework/wait.ts";

const skip = labSkip("keepalived", "nft", "tcpdump", "prometheus");
const instance: PairInstance = { name: "V171", vrid: 171, version: 3, interval: 1, addresses: ["192.0.2.171/24", "192.0.2.172/24"] };

interface FiringAlert {
  readonly state: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Serves what an agent says of itself on its control socket: a network for management that no partition of the lab reaches. */
async function serve(agent: Agent): Promise<Server> {
  const server = createServer((_request, response) => {
    agent.metrics().then(
      (text) => response.setHeader("content-type", "text/plain; version=0.0.4").end(text),
      () => response.writeHead(503).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

/** A real Prometheus with our rules, which scrapes three real agents every 5 s. */
describe("the rules on a real pair with a listener", { skip }, () => {
  let trio: Trio;
  let prometheus: ChildProcess;
  let url: string;
  const servers: Server[] = [];

  before(async () => {
    trio = await createTrio([instance]);
    for (const agent of trio.agents) servers.push(await serve(agent));
    const targets = servers.map((server, i) => `{targets: ["127.0.0.1:${portOf(server)}"], labels: {instance: "${"abm"[i]}"}}`);
    const folder = trio.lab.folder("prometheus");
    const config = path.join(folder, "prometheus.yml");
    writeFileSync(
      config,
      `global: {scrape_interval: 5s}
rule_files: ["${path.join(root, "alerts/vrrpwatch.rules.yml")}"]
scrape_configs: [{job_name: vrrpwatch, static_configs: [${targets.join(", ")}]}]
`,
    );
    const free = createServer();
    await new Promise<void>((resolve) => free.listen(0, "127.0.0.1", resolve));
    url = `127.0.0.1:${portOf(free)}`;
    await new Promise((resolve) => free.close(resolve));
    const args = [`--config.file=${config}`, `--storage.tsdb.path=${path.join(folder, "data")}`, `--web.listen-address=${url}`];
    prometheus = spawn("prometheus", args, { stdio: "ignore" });
    await waitFor("Prometheus to have scraped all agents", async () => (await value("count(up == 1)")) === "3", { within: 30_000 });
  });
  after(() => {
    prometheus?.kill("SIGKILL");
    for (const server of servers) server.close();
    trio?.lab.close();
  });

  async function ask<T>(what: string): Promise<T | null> {
    const answer = await fetch(`http://${url}/api/v1/${what}`).catch(() => null);
    return answer?.ok !== true ? null : ((await answer.json()) as { data: T }).data;
  }
  async function value(expression: string): Promise<string | null> {
    const data = await ask<{ result: { value: [number, string] }[] }>(`query?query=${encodeURIComponent(expression)}`);
    return data?.result[0]?.value[1] ?? null;
  }
  /** Names of the alerts that fire. */
  async function firing(): Promise<string> {
    const data = await ask<{ alerts: FiringAlert[] }>("alerts");
    return (data?.alerts ?? [])
      .filter(({ state }) => state === "firing")
      .map(({ labels }) => labels["alertname"] ?? "")
      .sort()
      .join(" ");
  }
  const until = (names: string, within: number): Promise<unknown> =>
    waitFor(`exactly these alerts: ${names || "none"}`, async () => (await firing()) === names, { within, every: 250, state: firing });
  /** Every alert that fired since then, by what Prometheus has recorded. */
  async function firedSince(start: number): Promise<readonly string[]> {
    const range = Math.ceil((Date.now() - start) / 1_000);
    const query = `count by (alertname) (count_over_time(ALERTS{alertstate="firing"}[${range}s]))`;
    const data = await ask<{ result: { metric: Record<string, string> }[] }>(`query?query=${encodeURIComponent(query)}`);
    return (data?.result ?? []).map(({ metric }) => metric["alertname"] ?? "").sort();
  }

  test("nothing fires on a healthy pair", async () => {
    await trio.recorder.more(30, 45_000);
    assert.equal(await firing(), "");
  });

  test("a partition is found by the rule across hosts alone, within 30 s, and ends", async (t) => {
    const began = Date.now();
    await trio.lab.addSwitch("br1");
    await trio.b.plugInto("br1");
    await until("VRRPMastersOnTwoHosts", 30_000);
    t.diagnostic(`after ${((Date.now() - began) / 1_000).toFixed(1)} s`);
    // Long enough for whatever else would fire as well.
    await trio.recorder.more(30, 45_000);
    assert.equal(await firing(), "VRRPMastersOnTwoHosts");
    await trio.b.plugInto("br0");
    await untilSettled(trio, [instance]);
    await until("", 90_000);
    const fired = await firedSince(began);
    t.diagnostic(fired.join(" "));
    assert.deepEqual(
      fired.filter((name) => name !== "VRRPVipArpStale"),
      ["VRRPMastersOnTwoHosts"],
    );
  });

  test("a split brain is the agents' alert and that of the addresses, and both end", async (t) => {
    const began = Date.now();
    await dropAdverts(trio.b, "input", instance.vrid);
    await until("VRRPAddressOnTwoHosts VRRPSplitBrain", 40_000);
    await passAdverts(trio.b, "input", instance.vrid);
    await untilSettled(trio, [instance]);
    await until("", 90_000);
    t.diagnostic((await firedSince(began)).join(" "));
  });

  test("every rule can be evaluated", async () => {
    const data = await ask<{ groups: { rules: { name: string; health: string; lastError?: string }[] }[] }>("rules");
    const rules = data?.groups.flatMap((group) => group.rules) ?? [];
    assert.ok(rules.length > 50);
    assert.deepEqual(
      rules.filter(({ health }) => health !== "ok"),
      [],
    );
  });
});
