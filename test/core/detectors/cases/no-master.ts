import { millis } from "../../../../src/lib/time.ts";
import type { Case } from "../case.ts";

const A = "192.0.2.1";
const B = "192.0.2.2";

/** 3 × 1 s + 255/256 s + 20 ms after the last advert. */
const EXPIRY = 4_016.093;

export const cases: readonly Case[] = [
  {
    name: "a master that falls silent is missed when the slowest backup should have taken over, and until the next master",
    run: (t) => t.adverts(0, 5_000, A, 150).idle(20_000).advert(30_000, B, 100),
    trace: [`${5_000 + EXPIRY} raised silent`, "30000 cleared"],
  },
  {
    name: "a master that resigned without a backup is missed as long after its resignation",
    run: (t) => t.adverts(0, 5_000, A, 150).advert(5_500, A, 0).idle(20_000).advert(20_001, A, 150),
    trace: [`${5_500 + EXPIRY} raised resigned`, "20001 cleared"],
  },
  {
    name: "three packets that nobody may believe are why a master is silent, two are not",
    run: (t) => {
      t.adverts(0, 5_000, A, 150);
      for (let at = 5_200; at <= 8_200; at += 1_000) t.reject(at);
      t.advert(20_000, A, 150).reject(20_500).reject(21_500).idle(30_000);
    },
    trace: [`${5_000 + EXPIRY} raised invalid_packets`, "20000 cleared", `${20_000 + EXPIRY} raised silent`],
  },
  {
    name: "packets that nobody may believe count only since the last advert",
    run: (t) => {
      t.adverts(0, 1_000, A, 150);
      for (let at = 1_100; at < 2_000; at += 100) t.reject(at);
      t.advert(2_000, A, 150).idle(10_000);
    },
    trace: [`${2_000 + EXPIRY} raised silent`],
  },
  {
    name: "a backup that takes over at the last moment leaves nobody without a master",
    run: (t) => t.adverts(0, 5_000, A, 150).adverts(9_016, 20_000, B, 1),
    trace: [],
  },
  {
    name: "a resignation that is the first thing heard leaves the segment without a master too",
    run: (t) => t.advert(0, A, 0).idle(10_000),
    trace: [`${EXPIRY} raised resigned`],
  },
  {
    name: "with an interval of 0.1 s it takes 0.42 s",
    run: (t) => t.adverts(0, 5_000, A, 150, { interval: millis(100) }).idle(6_000),
    trace: ["5419.609 raised silent"],
  },
  {
    name: "in VRRPv2 the skew is a part of a second, whatever the interval",
    run: (t) => t.adverts(0, 6_000, A, 150, { version: 2, interval: millis(2_000) }).idle(20_000),
    trace: ["13016.093 raised silent"],
  },
  {
    name: "down_timer_adverts makes every router wait longer",
    options: { downTimerAdverts: () => 5 },
    run: (t) => t.adverts(0, 5_000, A, 150).idle(20_000),
    trace: ["11016.093 raised silent"],
  },
  {
    name: "nobody can say it while the interface is not captured, nor before a whole master-down time was heard again",
    run: (t) => t.adverts(0, 5_000, A, 150).capture(6_000, "deaf").idle(60_000).capture(60_500, "hearing").idle(64_500),
    trace: [],
    holds: null,
  },
  {
    name: "silence after a time of deafness counts from its end",
    run: (t) => t.adverts(0, 5_000, A, 150).capture(6_000, "deaf").capture(60_000, "hearing").idle(70_000),
    trace: [`${60_000 + EXPIRY} raised silent`],
  },
  {
    name: "deafness after it was raised clears nothing",
    run: (t) => t.adverts(0, 5_000, A, 150).idle(10_000).capture(11_000, "deaf").idle(200_000),
    trace: [`${5_000 + EXPIRY} raised silent`],
    holds: null,
  },
  {
    name: "frames that were lost put it off by a master-down time",
    run: (t) => t.adverts(0, 5_000, A, 150).gap(8_000, 8_500).idle(20_000),
    trace: [`${8_500 + EXPIRY} raised silent`],
  },
];
