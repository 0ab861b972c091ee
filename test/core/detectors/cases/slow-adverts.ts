import type { Case, Timeline } from "../case.ts";

const A = "192.0.2.1";

/** Adverts with these gaps in milliseconds after five regular ones, the last of which comes at 4000; ids count on unless told. */
function gaps(t: Timeline, list: readonly (number | readonly [gap: number, lost: number])[], counts = true): Timeline {
  let at = -1_000;
  let id = 0;
  for (const step of [1_000, 1_000, 1_000, 1_000, 1_000, ...list]) {
    const [gap, lost] = typeof step === "number" ? [step, 0] : step;
    at += gap;
    id += 1 + lost;
    t.advert(at, A, 150, { ipId: counts ? id : null });
  }
  return t;
}

const regular = (count: number): number[] => new Array(count).fill(1_000);

export const cases: readonly Case[] = [
  {
    name: "the second late advert within 30 intervals is told at once, and cleared 30 intervals later",
    run: (t) => gaps(t, [1_501, ...regular(5), 1_501, ...regular(40)]),
    trace: ["12002 raised sender_late", "42002 cleared"],
  },
  {
    name: "one and a half intervals are not late",
    run: (t) => gaps(t, [1_500, 1_500, 1_500, ...regular(5)]),
    trace: [],
  },
  {
    name: "two late adverts 30 intervals apart are a series, one later they are none",
    run: (t) => gaps(t, [1_600, ...regular(28), 2_000, ...regular(2)]),
    trace: ["35600 raised sender_late"],
  },
  {
    name: "two late adverts more than 30 intervals apart are no series",
    run: (t) => gaps(t, [1_600, ...regular(28), 2_001, ...regular(2)]),
    trace: [],
  },
  {
    name: "a single advert after more than two and a half intervals is enough",
    run: (t) => gaps(t, [2_501, ...regular(40)]),
    trace: ["6501 raised sender_late", "36501 cleared"],
  },
  {
    name: "a single advert after two and a half intervals is not",
    run: (t) => gaps(t, [2_500, ...regular(3)]),
    trace: [],
  },
  {
    name: "one more late advert keeps it for 30 intervals more",
    run: (t) => gaps(t, [2_600, ...regular(20), 1_600, ...regular(40)]),
    trace: ["6600 raised sender_late", "58200 cleared"],
  },
  {
    name: "a counter that has moved on tells that the adverts were lost on the way",
    run: (t) =>
      gaps(t, [
        [2_000, 1],
        [3_000, 2],
      ]),
    trace: ["9000 raised lost_on_the_way"],
  },
  {
    name: "an advert that was lost an hour ago says nothing of one that is late now",
    run: (t) => gaps(t, [[2_000, 1], ...regular(3_600), 3_000]),
    trace: ["3609000 raised sender_late"],
  },
  {
    name: "adverts without a counter leave open whether they were sent",
    run: (t) => gaps(t, [2_600], false),
    trace: ["6600 raised unknown"],
  },
  {
    name: "packets that nobody may believe between two adverts put the second one off",
    run: (t) => {
      gaps(t, []).reject(4_500).reject(5_200);
      t.advert(6_600, A, 150, { ipId: 6 });
    },
    trace: ["6600 raised invalid_packets"],
  },
  {
    name: "CARP with the same number puts adverts off",
    run: (t) => {
      gaps(t, []).carp(4_500);
      t.advert(6_600, A, 150, { ipId: 6 });
    },
    trace: ["6600 raised invalid_packets"],
  },
  {
    name: "a takeover by another master ends it: its adverts come in time",
    run: (t) => gaps(t, [2_600]).adverts(7_000, 60_000, "192.0.2.2", 200),
    trace: ["6600 raised sender_late", "36600 cleared"],
  },
  {
    name: "a master that is lost does not come late",
    run: (t) => gaps(t, [2_600]).idle(60_000),
    trace: ["6600 raised sender_late", "10616.093 cleared"],
  },
  {
    name: "very_late is another bound for a single advert",
    settings: { very_late: 3.2 },
    run: (t) => gaps(t, [3_200, ...regular(31), 3_201]),
    trace: ["41401 raised sender_late"],
  },
  {
    name: "series is another span",
    settings: { series: 3 },
    run: (t) => gaps(t, [1_600, 1_000, 1_600, ...regular(3), 1_600]),
    trace: ["8200 raised sender_late", "11200 cleared"],
  },
  {
    name: "nobody can say it while the interface is not captured, and a gap over that time is not late",
    run: (t) => gaps(t, []).capture(4_500, "deaf"),
    trace: [],
    holds: null,
  },
  {
    name: "the first advert after a time of deafness or of lost frames is not late",
    run: (t) => {
      gaps(t, []).capture(4_500, "deaf").capture(7_000, "hearing").advert(7_500, A, 150).advert(8_500, A, 150);
      t.gap(9_000, 11_000).advert(11_200, A, 150).advert(12_200, A, 150);
    },
    trace: [],
  },
  {
    name: "adverts of another master against which it defends itself are no lateness of its own",
    run: (t) => gaps(t, []).advert(4_900, "192.0.2.2", 100).advert(6_900, A, 150, { ipId: 6 }).advert(7_900, A, 150, { ipId: 7 }),
    trace: [],
  },
];
