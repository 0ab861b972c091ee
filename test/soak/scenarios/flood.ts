import assert from "node:assert/strict";
import { waitFor } from "../../lab/framework/wait.ts";
import { totals } from "../exposition.ts";
import { defineScenario, fact } from "../scenario.ts";
import { arrived, FLOODED } from "../station.ts";

const RATE = 100_000;

export const flood = defineScenario({
  name: "flood",
  done: "100,000 valid adverts per second of 500 virtual routers on a second card, scraped each second, while a split on the first card comes and goes and keepalived fails over",
  holds:
    "each advert that the kernel delivered is counted as received or as dropped; every split and its end is told by webhook; the failover and the return are reported",
  short: { seconds: 3 },
  full: { seconds: 60 },
  run: async (station, { seconds }) => {
    const { agent, pair, load, contest, receiver, scraper } = station;
    const counted = async (): Promise<{ received: number; drops: number }> => {
      const text = await agent.metrics();
      return {
        received: totals(text, "vrrp_adverts_received_total", { interface: FLOODED }),
        drops: totals(text, "vrrpwatch_capture_drops_total"),
      };
    };
    const [before, link] = [await counted(), await arrived(pair.a)];
    scraper.take();
    let flooding = true;
    const flooded = load.adverts("to-a", RATE, seconds).finally(() => {
      flooding = false;
    });
    const delays = [await contest.once(receiver, "/main")];
    await station.failOverAndBack();
    while (flooding) delays.push(await contest.once(receiver, "/main"));
    const sent = await flooded;
    const delivered = (await arrived(pair.a)) - link;
    const after = await waitFor(
      "all that was delivered to be counted",
      async () => {
        const now = await counted();
        return now.received - before.received + now.drops - before.drops >= delivered - 50 ? now : undefined;
      },
      {
        within: 30_000,
        every: 500,
        state: async () => ({ before, delivered, now: await counted() }),
      },
    );
    const received = after.received - before.received;
    assert.ok(received <= delivered, `${received} counted of ${delivered}`);
    const { answered, failed, slowest, bytes } = scraper.take();
    await station.isSettled();
    return [
      fact("adverts delivered", delivered),
      fact("per second", sent.sent / sent.seconds),
      fact("dropped by the capture, and counted", after.drops - before.drops),
      fact("splits told, with their ends", delays.length),
      fact("from the second master to the webhook, slowest", `${(Math.max(...delays) / 1_000).toFixed(1)} s`),
      fact("scrapes answered / failed", `${answered} / ${failed}`),
      fact("slowest scrape", `${slowest.toFixed(0)} ms (${(bytes / 1e6).toFixed(1)} MB)`),
    ];
  },
});
