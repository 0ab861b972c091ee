import { host } from "../../host/facts.ts";
import type { Case, Timeline } from "../case.ts";

const A = "192.0.2.7";
const ours = "192.0.2.1";
const own = { direction: "out" } as const;

/** From 5 s on we go on beside a better master, which answers each of our adverts. */
function deafHost(t: Timeline, untilMs: number, spec: object = {}): Timeline {
  host(t).adverts(0, 4_000, A, 150);
  for (let at = 5_000; at <= untilMs; at += 1_000) t.advert(at, ours, 100, { ...own, ...spec }).advert(at + 1, A, 150);
  return t;
}

export const cases: readonly Case[] = [
  {
    name: "this host goes on beside a better master that reaches it, until it resigns",
    run: (t) => deafHost(t, 9_000).advert(9_500, ours, 0, own),
    trace: ["7000 raised input_filtered (split_brain)", "9500 cleared"],
  },
  {
    name: "one advert of ours beside a better one is none",
    run: (t) => deafHost(t, 6_000).adverts(7_000, 20_000, A, 150),
    trace: [],
  },
  {
    name: "it ends when this host yields",
    run: (t) => deafHost(t, 9_000).adverts(10_000, 20_000, A, 150),
    trace: ["7000 raised input_filtered (split_brain)", "10501 cleared"],
  },
  {
    name: "this host never answers a weaker master: it does not hear it",
    run: (t) => {
      host(t).adverts(0, 4_000, ours, 150, own);
      for (let at = 5_000; at <= 12_000; at += 1_000) t.advert(at, ours, 150, own).advert(at + 300, A, 100);
      t.advert(12_500, A, 0);
    },
    trace: ["7000 raised input_filtered", "12500 cleared"],
  },
  {
    name: "this host answers a weaker master: it is the other that does not hear",
    run: (t) => {
      host(t).adverts(0, 4_000, ours, 150, own);
      for (let at = 5_000; at <= 12_000; at += 1_000) t.advert(at, A, 100).advert(at + 1, ours, 150, own);
    },
    trace: [],
  },
  {
    name: "adverts that keepalived has a reason to refuse are not dropped by a filter",
    run: (t) => deafHost(t, 12_000, { addresses: ["192.0.2.100", "192.0.2.101"] }),
    trace: [],
  },
  {
    name: "two other routers are no matter of this host",
    run: (t) => {
      host(t).adverts(0, 4_000, A, 150);
      for (let at = 5_000; at <= 12_000; at += 1_000) t.advert(at, A, 150).advert(at + 300, "192.0.2.8", 100);
    },
    trace: [],
  },
  {
    name: "a listener without keepalived cannot say it",
    run: (t) => {
      t.adverts(0, 4_000, A, 150);
      for (let at = 5_000; at <= 9_000; at += 1_000) t.advert(at, ours, 100, own).advert(at + 1, A, 150);
    },
    trace: [],
    holds: null,
  },
  {
    name: "while the interface is not captured it is neither cleared nor known",
    run: (t) => deafHost(t, 9_000).capture(9_500, "deaf").idle(100_000),
    trace: ["7000 raised input_filtered (split_brain)"],
    holds: null,
  },
];
