import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { growth, megabytes } from "../sampler.ts";
import { defineScenario, fact } from "../scenario.ts";

/** Connections and files that are open at one moment and not at another. */
const SOME = 6;

export const steady = defineScenario({
  name: "steady",
  done: "ordinary life after all of that: a failover, a return, a split and its end in turn, beside 1,000 adverts per second of 500 virtual routers",
  holds: "every change is seen and told, and descriptors do not grow",
  short: { seconds: 2 },
  full: { seconds: 360 },
  run: async (station, { seconds }) => {
    const { load, contest, receiver, sampler } = station;
    const began = performance.now();
    const sending = load.adverts("to-a", 1_000, seconds);
    let rounds = 0;
    for (const end = began + seconds * 1_000; performance.now() < end; rounds++) {
      await station.failOverAndBack();
      await contest.once(receiver, "/main");
      await delay(500);
    }
    await sending;
    const last = sampler.now();
    const first = sampler.since(began)[0] ?? last;
    assert.ok(
      last.descriptors <= first.descriptors + SOME,
      `${first.descriptors} descriptors at the begin, ${last.descriptors} at the end`,
    );
    // What settles in first is no growth.
    const samples = sampler.since(began + seconds * 250);
    return [
      fact("rounds", rounds),
      fact("RSS at the begin / at the end", `${megabytes(samples[0]?.rss ?? 0)} / ${megabytes(samples.at(-1)?.rss ?? 0)}`),
      fact(
        "slope of RSS over the last three quarters",
        growth(samples, ({ rss }) => rss / 1e6, "MB/h"),
      ),
      fact("descriptors at the begin / at the end", `${samples[0]?.descriptors ?? 0} / ${samples.at(-1)?.descriptors ?? 0}`),
      fact(
        "slope of descriptors",
        growth(samples, ({ descriptors }) => descriptors, "an hour"),
      ),
    ];
  },
});
