/** Scrape time, the longest stall of the event loop as an outsider sees it, and memory, at 2, 50 and 510 virtual routers. */
import { Client, RunningAgent } from "../lib/agent.mjs";
import { samples, series } from "../lib/exposition.mjs";
import { megabytes, round, spread } from "../lib/numbers.mjs";
import { cpuNanoseconds, peakRssBytes } from "../lib/processes.mjs";
import { Segment, stopSending } from "../lib/segment.mjs";
import { sleep, until } from "../lib/session.mjs";

export const name = "scrape";
export const needs = { root: true, programs: ["ip", "taskset", "cc"], agent: true };

/** For each scrape the longest wait of a ping that overlaps it: how long the scrape held the event loop, as an outsider sees it. */
function stalls(scrapes, pings) {
  return scrapes.flatMap(([from, to]) => {
    const overlapping = pings.filter(([begin, end]) => begin < to && end > from).map(([begin, end]) => end - begin);
    return overlapping.length > 0 ? [Math.max(...overlapping)] : [];
  });
}

/** Scrapes alone, then scrapes while a second process asks for /-/healthy every millisecond. */
async function scrapeAndPing(agent, pinger, count, prometheus) {
  await agent.client.call("scrape", { count: 10, pause: 10, prometheus });
  const cpu = cpuNanoseconds(agent.pid);
  const { times, bytes } = await agent.client.call("scrape", { count, pause: 30, prometheus });
  const cpuPerScrape = (cpuNanoseconds(agent.pid) - cpu) / count / 1e6;
  await pinger.call("start", { path: "/-/healthy", pause: 1 });
  const together = await agent.client.call("scrape", { count, pause: 30, prometheus });
  const pings = await pinger.call("stop");
  return {
    ms: spread(times),
    msWhilePinged: spread(together.times),
    bytes,
    cpuMsPerScrape: round(cpuPerScrape, 2),
    stallMs: spread(stalls(together.windows, pings.windows)),
  };
}

async function measure(context, segment, routers) {
  const agent = await RunningAgent.start(context.session, segment.listener.namespace, context);
  const pinger = await Client.start(context.session, segment.listener.namespace);
  const rssAtStart = megabytes(agent.rss);
  const sender = segment.start({ rate: routers, seconds: 300, routers });
  await until(`${routers} virtual routers to be seen`, 20_000, async () => series(await agent.metrics(), "vrrp_masters") >= routers, 200);
  const text = await agent.metrics();
  await pinger.call("start", { path: "/-/healthy", pause: 1 });
  await sleep(1_000);
  const quiet = await pinger.call("stop");
  const plain = await scrapeAndPing(agent, pinger, context.sizes.scrapes, false);
  const openMetrics = await scrapeAndPing(agent, pinger, context.sizes.scrapes, true);
  await sleep(context.sizes.restSeconds * 1_000);
  const result = {
    routers,
    samples: samples(text),
    text: plain,
    openMetricsGzip: openMetrics,
    quietPingMs: spread(quiet.times),
    rssMegabytesAtStart: rssAtStart,
    rssMegabytes: megabytes(agent.rss),
    peakRssMegabytes: megabytes(peakRssBytes(agent.pid)),
  };
  await stopSending(sender);
  await pinger.stop();
  await agent.stop();
  return result;
}

export async function run(context) {
  const segment = await Segment.create(context.session, context.sender);
  const rows = [];
  for (const routers of [2, 50, 510]) {
    context.note(`scrapes at ${routers} virtual routers`);
    rows.push(await measure(context, segment, routers));
  }
  await segment.remove();
  return { rows };
}
