import { seconds } from "../../../../src/lib/time.ts";
import { configured, host, instance, notify } from "../../host/facts.ts";
import type { Case, Timeline } from "../case.ts";

const A = "192.0.2.7";

/** So many losses of 10 ms between regular adverts, one a second. */
function losses(t: Timeline, count: number): Timeline {
  t.adverts(0, 4_000, A, 150);
  for (let i = 0; i < count; i++) t.advert(5_000 + i * 1_000, A, 150).gap(5_100 + i * 1_000, 5_110 + i * 1_000);
  return t;
}

export const cases: readonly Case[] = [
  {
    name: "an interface that is not captured is told ten seconds later, until it is heard",
    run: (t) => t.adverts(0, 4_000, A, 150).capture(4_500, "deaf").idle(60_000).capture(60_001, "hearing"),
    trace: ["14500 raised interface_not_captured", "60001 cleared"],
  },
  {
    name: "an interface that is away for less is back in time",
    run: (t) => t.adverts(0, 4_000, A, 150).capture(4_500, "deaf").capture(14_499, "hearing").advert(15_000, A, 150),
    trace: [],
  },
  {
    name: "grace is another span",
    settings: { grace: seconds(1) },
    run: (t) => t.adverts(0, 4_000, A, 150).capture(4_500, "deaf").idle(60_000),
    trace: ["5500 raised interface_not_captured"],
  },
  {
    name: "all interfaces at once are deaf alike",
    run: (t) => t.adverts(0, 4_000, A, 150).capture(4_500, "deaf", null).idle(60_000).capture(60_001, "hearing", null),
    trace: ["14500 raised interface_not_captured", "60001 cleared"],
  },
  {
    name: "the fifth loss within a minute is told, until there are fewer within a minute",
    run: (t) => losses(t, 5).adverts(10_000, 90_000, A, 150),
    trace: ["9100 raised frames_lost", "65110 cleared"],
  },
  {
    name: "four losses within a minute are not",
    run: (t) => losses(t, 4).adverts(9_000, 90_000, A, 150),
    trace: [],
  },
  {
    name: "gaps is another number",
    settings: { gaps: 2 },
    run: (t) => losses(t, 2).adverts(7_000, 90_000, A, 150),
    trace: ["6100 raised frames_lost", "65110 cleared"],
  },
  {
    name: "a keepalived that stays a backup hears adverts that the agent does not",
    run: (t) => host(t).fact(50, notify("backup", 100)).adverts(100, 4_100, A, 150).idle(60_000).advert(60_001, A, 150),
    // 4100 + MDI(1) and 20 ms, and two seconds for the news of a takeover.
    trace: ["18116.093 raised nothing_captured", "60001 cleared"],
  },
  {
    name: "a keepalived that takes over in that time is no such sign",
    run: (t) => host(t).fact(50, notify("backup", 100)).adverts(100, 4_100, A, 150).fact(10_100, notify("master", 100)).idle(60_000),
    trace: [],
  },
  {
    name: "after a time of deafness keepalived may have heard a last advert that the agent did not",
    run: (t) =>
      host(t).fact(50, notify("backup", 100)).adverts(100, 4_100, A, 150).capture(4_200, "deaf").capture(9_000, "hearing").idle(60_000),
    trace: ["23016.093 raised nothing_captured"],
  },
  {
    name: "a member of a sync group stays a backup until all of them take over, whatever it hears",
    run: (t) => {
      const inner = instance({ name: "VI_2", interface: "eth1", vrid: 52 });
      host(t).fact(10, configured([instance(), inner], { syncGroups: [{ name: "G", members: ["VI_1", "VI_2"] }] }));
      t.fact(50, notify("backup", 100))
        .fact(51, notify("backup", 100, { name: "VI_2" }))
        .adverts(100, 4_100, A, 150)
        .idle(60_000);
    },
    trace: [],
  },
  {
    name: "a listener has no other ears",
    run: (t) => t.adverts(0, 4_000, A, 150).idle(60_000),
    trace: [],
  },
  {
    name: "a virtual router of keepalived.conf is missed although it was never heard",
    run: (t) => host(t).fact(50, notify("backup", 100)).capture(100, "deaf").idle(60_000),
    trace: ["10100 raised interface_not_captured"],
  },
  {
    name: "where the capture says nothing of interfaces nobody can say it",
    run: (t) => host(t).fact(50, notify("backup", 100)).idle(60_000),
    trace: [],
    holds: null,
  },
];
