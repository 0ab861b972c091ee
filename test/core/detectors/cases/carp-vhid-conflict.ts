import { seconds } from "../../../../src/lib/time.ts";
import type { Case, Timeline } from "../case.ts";

const A = "192.0.2.7";

/** CARP once a second between the adverts. */
function carp(t: Timeline, fromMs: number, untilMs: number, vhid = 51): Timeline {
  for (let at = fromMs; at <= untilMs; at += 1_000) t.carp(at, vhid).advert(at + 500, A, 150);
  return t;
}

export const cases: readonly Case[] = [
  {
    name: "CARP with the same number is told at its first packet, and until there was none for five minutes",
    run: (t) => carp(t.adverts(0, 5_000, A, 150), 5_700, 9_700).adverts(11_000, 400_000, A, 150),
    trace: ["5700 raised shared_id", "309700 cleared"],
  },
  {
    name: "CARP with another number is a neighbour",
    run: (t) => carp(t.adverts(0, 5_000, A, 150), 5_700, 9_700, 52),
    trace: [],
  },
  {
    name: "CARP that was there first is told with the second advert of the virtual router",
    run: (t) => carp(t.carp(0), 700, 3_700),
    trace: ["2200 raised shared_id"],
  },
  {
    name: "quiet is another span",
    settings: { quiet: seconds(10) },
    run: (t) => carp(t.adverts(0, 5_000, A, 150), 5_700, 9_700).adverts(11_000, 40_000, A, 150),
    trace: ["5700 raised shared_id", "19700 cleared"],
  },
  {
    name: "while the interface is not captured it is neither cleared nor known",
    run: (t) =>
      carp(t.adverts(0, 5_000, A, 150), 5_700, 9_700)
        .capture(11_000, "deaf")
        .idle(900_000),
    trace: ["5700 raised shared_id"],
    holds: null,
  },
  {
    name: "after a time of deafness there must be none for five minutes that were heard",
    run: (t) =>
      carp(t.adverts(0, 5_000, A, 150), 5_700, 9_700)
        .capture(11_000, "deaf")
        .capture(900_000, "hearing")
        .adverts(900_500, 1_300_500, A, 150),
    trace: ["5700 raised shared_id", "1200000 cleared"],
  },
];
