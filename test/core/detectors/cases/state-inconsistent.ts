import { seconds } from "../../../../src/lib/time.ts";
import { added, ended, held, host, notify, VIP } from "../../host/facts.ts";
import type { Case, Timeline } from "../case.ts";

const A = "192.0.2.7";
const ours = "192.0.2.1";
const own = { direction: "out" } as const;

const saidBackup = (t: Timeline): Timeline => host(t).fact(50, notify("backup", 100));

export const cases: readonly Case[] = [
  {
    name: "keepalived says MASTER while the wire shows another one, until it says otherwise",
    run: (t) =>
      host(t)
        .adverts(0, 1_000, A, 150)
        .fact(1_500, notify("master", 100))
        .adverts(2_000, 12_000, A, 150)
        .fact(12_500, notify("backup", 100)),
    trace: ["6500 raised foreign_master (master_without_vip)", "12500 cleared"],
  },
  {
    name: "keepalived says that it is not master, and adverts leave",
    run: (t) => saidBackup(t).adverts(1_000, 12_000, ours, 100, own).adverts(13_000, 20_000, A, 150),
    trace: ["6000 raised sends_without_mastership", "13000 cleared"],
  },
  {
    name: "an address of this host sends from outside",
    run: (t) => saidBackup(t).adverts(1_000, 12_000, A, 150).advert(12_500, ours, 100).idle(13_000).adverts(13_000, 30_000, A, 150),
    trace: [],
  },
  {
    name: "less than five seconds are a takeover",
    run: (t) =>
      host(t)
        .adverts(0, 1_000, A, 150)
        .fact(1_500, notify("master", 100))
        .adverts(2_000, 6_000, A, 150)
        .fact(6_499, notify("backup", 100))
        .idle(9_000),
    trace: [],
  },
  {
    name: "grace is another span",
    settings: { grace: seconds(1) },
    run: (t) => saidBackup(t).adverts(1_000, 4_000, ours, 100, own),
    trace: ["2000 raised sends_without_mastership"],
  },
  {
    name: "addresses are the matter of other conditions",
    run: (t) =>
      saidBackup(t)
        .fact(100, added(held(2, VIP)))
        .adverts(1_000, 12_000, A, 150),
    trace: [],
  },
  {
    name: "a keepalived that is down is the cause of what contradicts it",
    run: (t) => saidBackup(t).adverts(1_000, 2_000, ours, 100, own).fact(2_500, ended(-10_000)).adverts(3_000, 12_000, ours, 100, own),
    trace: ["6000 raised sends_without_mastership"],
  },
  {
    name: "a virtual router that nobody hears cannot be judged",
    run: (t) => host(t).fact(100, notify("backup", 100)).idle(9_000),
    trace: [],
    holds: null,
  },
  {
    name: "while the interface is not captured it is neither cleared nor known",
    run: (t) => saidBackup(t).adverts(1_000, 9_000, ours, 100, own).capture(9_500, "deaf").idle(60_000),
    trace: ["6000 raised sends_without_mastership"],
    holds: null,
  },
];
