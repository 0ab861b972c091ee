import type { Case } from "../case.ts";

const A = "192.0.2.1";
const B = "192.0.2.9";
const other = { addresses: ["192.0.2.200"] };
const unicast = (source: string, destination: string) => ({ flags: ["unicast" as const], destination, ...(source === B && other) });

export const cases: readonly Case[] = [
  {
    name: "two clusters are told at the first advert of the second one, and until one of them resigns",
    run: (t) => t.adverts(0, 5_000, A, 150).advert(5_400, B, 100, other).advert(6_000, A, 150).advert(6_500, B, 0, other).idle(7_000),
    trace: ["5400 raised shared_vrid", "6500 cleared"],
  },
  {
    name: "a second cluster that falls silent counts for 30 intervals, because the first may be what silences it",
    run: (t) => t.adverts(0, 5_000, A, 150).advert(5_400, B, 100, other).adverts(6_400, 60_000, A, 150),
    trace: ["5400 raised shared_vrid", "35400 cleared"],
  },
  {
    name: "one address in common makes it one cluster",
    run: (t) =>
      t
        .adverts(0, 5_000, A, 150)
        .advert(5_400, B, 100, { addresses: ["192.0.2.200", "192.0.2.100"] })
        .advert(6_000, A, 150)
        .advert(6_500, B, 100, { addresses: ["192.0.2.200", "192.0.2.100"] }),
    trace: [],
  },
  {
    name: "an empty list of addresses says nothing",
    run: (t) => t.adverts(0, 5_000, A, 150).advert(5_400, B, 100, { addresses: [] }).advert(6_000, A, 150),
    trace: [],
  },
  {
    name: "two unicast routers that do not send to each other may share a number",
    run: (t) => {
      for (let at = 0; at < 10_000; at += 1_000)
        t.advert(at, A, 150, unicast(A, "192.0.2.2")).advert(at + 300, B, 100, unicast(B, "192.0.2.10"));
    },
    trace: [],
  },
  {
    name: "two unicast routers that send to each other may not",
    run: (t) => {
      for (let at = 0; at < 3_000; at += 1_000) t.advert(at, A, 150, unicast(A, B)).advert(at + 300, B, 100, unicast(B, A));
    },
    trace: ["300 raised shared_vrid"],
  },
  {
    name: "a cluster that was there before and left is no conflict for the next one",
    run: (t) => t.adverts(0, 5_000, A, 150).advert(5_100, A, 0).adverts(7_000, 20_000, B, 100, other),
    trace: [],
  },
  {
    name: "nobody can say it while the interface is not captured",
    run: (t) => t.adverts(0, 5_000, A, 150).advert(5_400, B, 100, other).capture(5_500, "deaf").idle(300_000),
    trace: ["5400 raised shared_vrid"],
    holds: null,
  },
];
