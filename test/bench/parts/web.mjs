/** Whether detection suffers from clients that mean ill: the same script of adverts without them and beside all of them at once. */
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { hashSync } from "bcryptjs";
import { RunningAgent } from "../lib/agent.mjs";
import { sum } from "../lib/exposition.mjs";
import { megabytes, round } from "../lib/numbers.mjs";
import { cpuNanoseconds, peakRssBytes } from "../lib/processes.mjs";
import { agentConfig, routers } from "../lib/script.mjs";
import { Segment } from "../lib/segment.mjs";
import { inNamespace, sleep, stop, until } from "../lib/session.mjs";
import { measure, play } from "./detection.mjs";

export const name = "web";
export const needs = { root: true, programs: ["ip", "taskset", "cc"], agent: true };

const attackerScript = join(dirname(dirname(fileURLToPath(import.meta.url))), "web-attacker.mjs");
const PASSWORD = "benchmark";
const COST = 10;
const authorization = `Basic ${Buffer.from(`prometheus:${PASSWORD}`).toString("base64")}`;

const lastLine = (child) => JSON.parse(child.output.trim().split("\n").at(-1) || "{}");

export async function run(context) {
  const { session } = context;
  const webFile = join(session.directory, "web.yml");
  writeFileSync(webFile, JSON.stringify({ basic_auth_users: { prometheus: hashSync(PASSWORD, COST) } }), { mode: 0o600 });
  const player = await session.compile("player");
  const segment = await Segment.create(session, context.sender);
  const { namespace } = segment.listener;
  const agent = await RunningAgent.start(session, namespace, { ...context, config: agentConfig, webFile, authorization });
  await agent.client.call("listen");
  await play(context, segment, player, 1); // warms up
  const cycles = Math.ceil(context.sizes.detections / routers);
  const rows = [];
  for (const attack of [false, true]) {
    context.note(`${cycles * routers} detections of each kind, ${attack ? "beside clients that mean ill" : "with one scraper"}`);
    let attacker = null;
    if (attack) {
      const [command, args] = inNamespace(namespace, 0, [process.execPath, attackerScript, "10112", authorization]);
      attacker = session.spawn(command, args);
      await until("the attack to be on", 30_000, async () => attacker.output.includes("\n") && lastLine(attacker).scrapes >= 50, 200);
    }
    const before = cpuNanoseconds(agent.pid);
    const begun = performance.now();
    const { rows: measured } = await measure(context, segment, player, agent, { rate: 0, cycles });
    const cpu = (cpuNanoseconds(agent.pid) - before) / 1e6 / (performance.now() - begun);
    const text = await agent.metrics();
    const common = {
      attack,
      cpuShare: round(cpu, 2),
      connections: sum(text, "vrrpwatch_http_connections"),
      refused: sum(text, "vrrpwatch_http_refused_total"),
      rssMegabytes: megabytes(agent.rss),
      peakRssMegabytes: megabytes(peakRssBytes(agent.pid)),
      done: attacker === null ? null : lastLine(attacker),
    };
    rows.push(...measured.map((row) => ({ ...row, ...common })));
    if (attacker !== null) await stop(attacker);
  }
  await sleep(12_000);
  const rssAfterMegabytes = megabytes(agent.rss);
  await agent.stop();
  await segment.remove();
  return { rows, rssAfterMegabytes };
}
