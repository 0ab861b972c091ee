import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import test, { after, before, describe } from "node:test";
import { Agent } from "./framework/agent.ts";
import { createPair, type Pair, untilMaster } from "./framework/pair.ts";
import { labSkip } from "./framework/requirements.ts";
import { run } from "./framework/shell.ts";
import { waitFor } from "./framework/wait.ts";

const skip = labSkip("keepalived", "prometheus", "promtool");
const instances = [
  { name: "V4_51", vrid: 51, version: 3 as const, interval: 0.2, addresses: ["192.0.2.100/24"] },
  { name: "V6_60", vrid: 60, version: 3 as const, interval: 0.2, addresses: ["fe80::100/64", "2001:db8:1::100/64"] },
];

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

describe("Prometheus on a live agent", { skip }, () => {
  let pair: Pair;
  let agent: Agent;

  before(async () => {
    pair = await createPair(instances);
    agent = await Agent.start(pair.lab, pair.listener, { listen: ["127.0.0.1:10112"] });
    await pair.first.start();
    await untilMaster(agent, pair.a, [
      { family: "ipv4", vrid: 51 },
      { family: "ipv6", vrid: 60 },
    ]);
  });
  after(() => pair.lab.close());

  test("promtool accepts the exposition", async () => {
    const text = await agent.metrics();
    assert.match(text, /^vrrp_adverts_received_total\{/m);
    await run("promtool", ["check", "metrics"], { input: text });
  });

  test("a real Prometheus scrapes the agent and has its series", async () => {
    const folder = pair.lab.folder("prometheus");
    const config = path.join(folder, "prometheus.yml");
    writeFileSync(
      config,
      "global: {scrape_interval: 1s}\nscrape_configs: [{job_name: vrrp, static_configs: [{targets: ['127.0.0.1:10112']}]}]\n",
    );
    const command = [
      "prometheus",
      `--config.file=${config}`,
      `--storage.tsdb.path=${path.join(folder, "data")}`,
      "--web.listen-address=127.0.0.1:9090",
    ];
    const prometheus = pair.listener.start("prometheus", command);
    const query = async (expression: string): Promise<Series[]> => {
      const url = `http://127.0.0.1:9090/api/v1/query?query=${encodeURIComponent(expression)}`;
      // Prometheus listens in the listener's namespace only.
      const script = `fetch(${JSON.stringify(url)}).then(async (r) => console.log(await r.text()), () => console.log("{}"))`;
      const answer = JSON.parse(await pair.listener.exec([process.execPath, "-e", script])) as { data?: { result: Series[] } };
      return answer.data?.result ?? [];
    };
    const series = (expression: string): Promise<Series[]> =>
      waitFor(`Prometheus to have ${expression}`, async () => ((await query(expression)).length > 0 ? query(expression) : null), {
        within: 30_000,
        every: 500,
        state: () => prometheus.stderr.slice(-1_500),
      });
    const masters = await series("vrrp_master_info");
    const named = (family: string): Series["metric"] | undefined => masters.find(({ metric }) => metric["family"] === family)?.metric;
    assert.ok(Object.values(named("ipv4") ?? {}).includes(pair.a.ipv4), JSON.stringify(masters));
    assert.ok(Object.values(named("ipv6") ?? {}).includes(pair.a.linkLocal), JSON.stringify(masters));
    const counted = await series("vrrp_adverts_received_total > 0");
    assert.deepEqual([...new Set(counted.map(({ metric }) => metric["vrid"]))].sort(), ["51", "60"]);
    assert.deepEqual(
      (await series("up")).map(({ value }) => value[1]),
      ["1"],
    );
  });
});
