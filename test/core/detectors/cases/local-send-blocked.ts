import { millis, seconds } from "../../../../src/lib/time.ts";
import { added, configured, ended, held, host, instance, notify, VIP } from "../../host/facts.ts";
import type { Case, Timeline } from "../case.ts";

const B = "192.0.2.8";
const ours = "192.0.2.1";
const own = { direction: "out" } as const;

/** We have been master since 100 ms, with the address, and everything that leaves is captured. */
const master = (t: Timeline): Timeline =>
  host(t.capture(0, "hearing"))
    .fact(100, added(held(2, VIP)))
    .fact(101, notify("master", 100));

export const cases: readonly Case[] = [
  {
    name: "none of our adverts leaves, but our announcements do, until one does",
    run: (t) => {
      master(t).adverts(102, 5_102, ours, 100, own).announce(5_200, "02:00:00:00:00:01", { direction: "out" });
      for (let at = 8_700; at <= 20_700; at += 1_000) t.advert(at, B, 90).announce(at + 1, "02:00:00:00:00:01", { direction: "out" });
      t.advert(21_000, ours, 100, own);
    },
    trace: ["8102 raised output_filtered", "21000 cleared"],
  },
  {
    name: "neither adverts nor announcements leave: keepalived is stalled",
    run: (t) => master(t).adverts(102, 5_102, ours, 100, own).idle(30_000),
    trace: ["8102 raised stalled"],
  },
  {
    name: "a backup that nobody hears of is none",
    run: (t) => host(t).fact(101, notify("backup", 100)).adverts(200, 20_200, B, 150),
    trace: [],
  },
  {
    name: "it ends when keepalived is not master any more",
    run: (t) => master(t).idle(10_000).fact(10_001, notify("backup", 100)),
    trace: ["3101 raised stalled", "10001 cleared"],
  },
  {
    name: "three intervals of its configuration are its time",
    run: (t) =>
      host(t.capture(0, "hearing"), 0, [instance({ interval: millis(50) })])
        .fact(101, notify("master", 100))
        .idle(10_000),
    trace: ["251 raised stalled"],
  },
  {
    name: "an advert in time clears it away before it is told",
    run: (t) => master(t).adverts(3_100, 10_100, ours, 100, own),
    trace: [],
  },
  {
    name: "adverts that keepalived refuses may put its own off",
    run: (t) => master(t).adverts(102, 5_102, ours, 100, own).adverts(5_500, 30_500, B, 90, { version: 2, checksum: "v2" }),
    trace: [],
  },
  {
    name: "packets that nobody may believe may put its own off",
    run: (t) => {
      master(t).adverts(102, 5_102, ours, 100, own);
      for (let at = 5_500; at < 30_000; at += 500) t.reject(at);
    },
    trace: [],
  },
  {
    name: "a keepalived that does not run sends nothing",
    run: (t) => master(t).adverts(102, 5_102, ours, 100, own).fact(6_000, ended(-10_000)).idle(30_000),
    trace: [],
  },
  {
    name: "it ends when keepalived dies",
    run: (t) => master(t).adverts(102, 5_102, ours, 100, own).idle(20_000).fact(20_001, ended(-10_000)),
    trace: ["8102 raised stalled", "20001 cleared"],
  },
  {
    name: "another virtual router in the file is not waited for before keepalived is reloaded",
    run: (t) => {
      master(t)
        .adverts(102, 5_102, ours, 100, own)
        .fact(5_500, configured([instance({ vrid: 52 })], {}, 5_400));
      t.adverts(6_102, 30_102, ours, 100, own);
    },
    trace: [],
  },
  {
    name: "where the interface is not captured nothing says that adverts would be seen",
    run: (t) => host(t).fact(101, notify("master", 100)).idle(30_000),
    trace: [],
    holds: null,
  },
  {
    name: "what was not said by keepalived itself is not enough",
    run: (t) =>
      host(t)
        .fact(100, added(held(2, VIP)))
        .idle(30_000),
    trace: [],
    holds: null,
  },
  {
    name: "with a longer interval in the file it takes longer",
    run: (t) =>
      host(t.capture(0, "hearing"), 0, [instance({ interval: seconds(4) })])
        .fact(101, notify("master", 100))
        .idle(30_000),
    trace: ["12101 raised stalled"],
  },
  {
    name: "while the interface is not captured it is neither cleared nor known",
    run: (t) => master(t).adverts(102, 5_102, ours, 100, own).idle(20_000).capture(20_001, "deaf").idle(30_000),
    trace: ["8102 raised stalled"],
    holds: null,
  },
];
