import assert from "node:assert/strict";
import { waitFor } from "../../lab/framework/wait.ts";
import { totals } from "../exposition.ts";
import { megabytes } from "../sampler.ts";
import { defineScenario, fact } from "../scenario.ts";
import { arrived } from "../station.ts";

/** Far above what the agent's limit allows (two thousand lines at once, then a few a second), and far below a line for each frame. */
const MOST_LOGGED = 8 * 1_048_576;
/** Bound of the tables times what one virtual router may have; what matters is that it does not grow with what is sent. */
const MOST_SAMPLES = 150_000;

export const hostile = defineScenario({
  name: "hostile",
  done: "frames that are no good at line rate on a second card (random bytes in protocol 112, ARP, neighbour discovery, fragments, cut-off and VLAN-stacked frames), then valid adverts of ever new virtual routers and senders",
  holds:
    "the agent goes on; what is no good is counted by reason; tables, series and log stay bounded; the virtual routers of the first card keep their state, and their failover is reported meanwhile",
  short: { seconds: 2, rounds: 1, rate: 50_000 },
  full: { seconds: 20, rounds: 3, rate: 100_000 },
  run: async (station, { seconds, rounds, rate }) => {
    const { agent, pair, load, scraper, sampler } = station;
    const [link, logged] = [await arrived(pair.a), agent.process.logged];
    scraper.take();
    const failingOver = async (sending: Promise<{ sent: number }>): Promise<number> => {
      const [{ sent }] = await Promise.all([sending, station.failOverAndBack()]);
      return sent;
    };
    let [noise, strangers] = [0, 0];
    for (let seed = 1; seed <= rounds; seed++) {
      noise += await failingOver(load.noise("to-a", seconds, seed));
      strangers += (await load.strangers("to-a", rate, seconds, seed)).sent;
    }
    const delivered = (await arrived(pair.a)) - link;
    station.isAlive();
    await station.isSettled(60_000);
    const text = await waitFor("a scrape", async () => (await agent.tryGet("/metrics"))?.body, { within: 30_000 });
    const series = text.split("\n").filter((line) => line !== "" && !line.startsWith("#")).length;
    const invalid = totals(text, "vrrp_invalid_packets_total");
    assert.ok(invalid > 0);
    assert.ok(series < MOST_SAMPLES, `${series} series`);
    const written = agent.process.logged - logged;
    assert.ok(written < MOST_LOGGED, `${written} bytes were logged: ${agent.process.stdout.slice(-2_000)}`);
    const { answered, failed, slowest } = scraper.take();
    return [
      fact("frames that are no good / adverts of strangers", `${noise.toLocaleString("en-US")} / ${strangers.toLocaleString("en-US")}`),
      fact("delivered", delivered),
      fact("counted as invalid", invalid),
      fact("dropped by the capture, and counted", totals(text, "vrrpwatch_capture_drops_total")),
      fact("evictions", totals(text, "vrrpwatch_evictions_total")),
      fact("series", series),
      fact("logged", `${(written / 1_024).toFixed(0)} KiB`),
      fact("RSS afterwards", megabytes(sampler.now().rss)),
      fact("scrapes answered / failed", `${answered} / ${failed}`),
      fact("slowest scrape", `${slowest.toFixed(0)} ms`),
    ];
  },
});
