/** A million adverts, each with another VRID, source, MAC, VLAN, priority and address: memory and series must stay bounded. */
import { RunningAgent } from "../lib/agent.mjs";
import { samples, series, sum } from "../lib/exposition.mjs";
import { megabytes } from "../lib/numbers.mjs";
import { peakRssBytes } from "../lib/processes.mjs";
import { Segment } from "../lib/segment.mjs";
import { sleep } from "../lib/session.mjs";

export const name = "hostile";
export const needs = { root: true, programs: ["ip", "taskset", "cc"], agent: true };

const parts = 4;

export async function run(context) {
  const segment = await Segment.create(context.session, context.sender);
  const agent = await RunningAgent.start(context.session, segment.listener.namespace, context);
  const rows = [];
  let sent = 0;
  for (let i = 0; i < parts; i++) {
    context.note(`hostile adverts, part ${i + 1} of ${parts}`);
    await agent.client.call("start", { path: "/metrics", pause: 1_000 });
    const result = await segment.send({
      rate: context.sizes.hostileRate,
      count: context.sizes.hostile / parts,
      hostile: true,
      seed: i + 1,
    });
    await sleep(500);
    await agent.client.call("stop");
    const text = await agent.metrics();
    sent += result.sent;
    rows.push({
      sent,
      captured: sum(text, "vrrpwatch_capture_packets_total"),
      rejected: sum(text, "vrrp_invalid_packets_total"),
      drops: sum(text, "vrrpwatch_capture_drops_total"),
      evictions: sum(text, "vrrpwatch_evictions_total"),
      routers: series(text, "vrrp_masters"),
      samples: samples(text),
      bytes: Buffer.byteLength(text),
      rssMegabytes: megabytes(agent.rss),
    });
  }
  await sleep(context.sizes.restSeconds * 1_000);
  const result = {
    rate: context.sizes.hostileRate,
    rows,
    rssMegabytesAfterRest: megabytes(agent.rss),
    peakRssMegabytes: megabytes(peakRssBytes(agent.pid)),
  };
  await agent.stop();
  await segment.remove();
  return result;
}
