import { seconds } from "../../../../src/lib/time.ts";
import { configured, ended, host, instance, notify, running } from "../../host/facts.ts";
import type { Case } from "../case.ts";

export const cases: readonly Case[] = [
  {
    name: "a keepalived that was stopped is missed five seconds later, until it runs",
    run: (t) => host(t).fact(1_000, notify("stop", 100)).fact(1_100, ended(-10_000)).fact(20_000, running(19_990)),
    trace: ["6100 raised stopped", "20000 cleared"],
  },
  {
    name: "a keepalived that died has said nothing",
    run: (t) => host(t).fact(50, notify("master", 100)).fact(1_100, ended(-10_000)).idle(20_000),
    trace: ["6100 raised died"],
  },
  {
    name: "a restart within five seconds is none",
    run: (t) => host(t).fact(1_100, ended(-10_000)).fact(6_099, running(6_090)).idle(20_000),
    trace: [],
  },
  {
    name: "grace is another span",
    settings: { grace: seconds(60) },
    run: (t) => host(t).fact(1_100, ended(-10_000)).idle(100_000),
    trace: ["61100 raised died"],
  },
  {
    name: "where it was never seen it may not be wanted",
    run: (t) =>
      t
        .fact(0, configured([instance()]))
        .fact(1, { kind: "keepalived_process", process: null })
        .idle(20_000),
    trace: [],
    holds: null,
  },
  {
    name: "unless it is expected always",
    settings: { expected: "always" },
    run: (t) =>
      t
        .fact(0, configured([instance()]))
        .fact(1, { kind: "keepalived_process", process: null })
        .idle(20_000)
        .fact(30_000, running(29_990)),
    trace: ["5000 raised died", "30000 cleared"],
  },
  {
    name: "a listener without keepalived.conf has none",
    run: (t) => t.adverts(0, 5_000, "192.0.2.7", 150),
    trace: [],
    holds: null,
  },
  {
    name: "it ends when keepalived.conf has no such instance any more, though others go on",
    run: (t) =>
      host(t)
        .fact(50, notify("backup", 100))
        .adverts(100, 4_100, "192.0.2.7", 150)
        .fact(4_300, ended(-10_000))
        .adverts(5_100, 20_100, "192.0.2.7", 150)
        .fact(20_500, configured([])),
    trace: ["9300 raised died", "20500 cleared"],
    holds: null,
  },
  {
    name: "deafness changes nothing of it",
    run: (t) => host(t).fact(1_100, ended(-10_000)).capture(1_200, "deaf").idle(20_000),
    trace: ["6100 raised died"],
  },
];
