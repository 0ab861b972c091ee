import { seconds } from "../../../../src/lib/time.ts";
import { configured, ended, host, instance, notify } from "../../host/facts.ts";
import type { Case, Timeline } from "../case.ts";

const inner = instance({ name: "VI_2", interface: "eth1", vrid: 52 });
const two = configured([instance(), inner], { syncGroups: [{ name: "G", members: ["VI_1", "VI_2"] }] });
const group = (t: Timeline): Timeline => host(t).fact(10, two);
const second = { name: "VI_2" };

export const cases: readonly Case[] = [
  {
    name: "members that differ for three seconds are told, until they are equal",
    run: (t) =>
      group(t)
        .fact(100, notify("master", 100))
        .fact(101, notify("master", 100, second))
        .fact(1_000, notify("backup", 100, second))
        .fact(9_000, notify("backup", 100)),
    trace: ["4000 raised members_differ", "4000 raised members_differ", "9000 cleared", "9000 cleared"],
  },
  {
    name: "a group that follows within three seconds is together",
    run: (t) =>
      group(t)
        .fact(100, notify("master", 100))
        .fact(101, notify("master", 100, second))
        .fact(1_000, notify("backup", 100, second))
        .fact(3_999, notify("backup", 100))
        .idle(9_000),
    trace: [],
  },
  {
    name: "a member of which nothing is known does not differ",
    run: (t) => group(t).fact(100, notify("master", 100)).idle(9_000),
    trace: [],
  },
  {
    name: "a keepalived that is down has taken them all along",
    run: (t) =>
      group(t)
        .fact(100, notify("master", 100))
        .fact(101, notify("backup", 100, second))
        .fact(1_000, ended(-10_000))
        .idle(9_000),
    trace: [],
  },
  {
    name: "grace is another span",
    settings: { grace: seconds(10) },
    run: (t) =>
      group(t)
        .fact(100, notify("master", 100))
        .fact(101, notify("backup", 100, second))
        .idle(20_000),
    trace: ["10101 raised members_differ", "10101 raised members_differ"],
  },
  {
    name: "it ends when the group is taken out of keepalived.conf",
    run: (t) =>
      group(t)
        .fact(100, notify("master", 100))
        .fact(101, notify("backup", 100, second))
        .fact(9_000, configured([instance(), inner])),
    trace: ["3101 raised members_differ", "3101 raised members_differ", "9000 cleared", "9000 cleared"],
    holds: null,
  },
  {
    name: "an instance without a group cannot be judged",
    run: (t) => host(t).fact(100, notify("master", 100)).idle(9_000),
    trace: [],
    holds: null,
  },
];
