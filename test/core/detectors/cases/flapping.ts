import { seconds } from "../../../../src/lib/time.ts";
import type { Case, Timeline } from "../case.ts";

const A = "192.0.2.1";
const B = "192.0.2.2";

/** A resigns and B takes over, or the other way round, each time at these milliseconds; every master sends on. @returns with the last one sending until `untilMs` */
function changes(t: Timeline, times: readonly number[], untilMs: number): Timeline {
  let master = A;
  let from = 0;
  for (const at of [...times, untilMs]) {
    for (let send = from; send < at - 700; send += 1_000) t.advert(send, master, 100);
    if (at === untilMs) return t;
    t.advert(at - 610, master, 0);
    master = master === A ? B : A;
    from = at;
  }
  return t;
}

const every = (ms: number, count: number, first = ms): number[] => Array.from({ length: count }, (_, i) => first + i * ms);

export const cases: readonly Case[] = [
  {
    name: "the sixth change within five minutes is one with the second advert of its master, and it ends when three are left",
    run: (t) => changes(t, every(10_000, 6), 400_000),
    trace: ["61000 raised unknown", "330000 cleared"],
  },
  {
    name: "five changes are not enough",
    run: (t) => changes(t, every(10_000, 5), 100_000),
    trace: [],
  },
  {
    name: "six changes over more than five minutes are not enough",
    run: (t) => changes(t, [10_000, 70_000, 130_000, 190_000, 250_000, 310_000], 400_000),
    trace: [],
  },
  {
    name: "the first change counts as long as five minutes have not passed since it when the sixth is one",
    run: (t) => changes(t, [10_000, 70_000, 130_000, 190_000, 250_000, 308_000], 320_000),
    trace: ["309000 raised unknown"],
  },
  {
    name: "it stays while more than half as many changes are within the window",
    run: (t) => changes(t, [...every(10_000, 6), 200_000, 260_000, 320_000], 700_000),
    trace: ["61000 raised unknown", "360000 cleared"],
  },
  {
    name: "a priority that goes up and down is the cause",
    run: (t) => {
      // A sends every second, with 150 and with 50 in turn; B preempts it while it is the weaker one, and gives way again.
      let at = 0;
      for (let round = 0; round < 4; round++) {
        t.adverts(at, at + 4_000, A, 150).adverts(at + 5_000, at + 7_000, A, 50);
        t.adverts(at + 7_600, at + 12_600, B, 100);
        at += 13_000;
      }
    },
    trace: ["40000 raised tracking"],
  },
  {
    name: "adverts that come late, with changes by silence, are the cause",
    run: (t) => {
      let at = 0;
      for (let round = 0; round < 4; round++) {
        t.adverts(at, at + 3_000, A, 150).advert(at + 4_700, A, 150);
        t.adverts(at + 8_400, at + 11_400, B, 100);
        at += 12_000;
      }
    },
    trace: ["37000 raised lost_adverts"],
  },
  {
    name: "a master for one advert, and the return of the old one, are no changes",
    run: (t) => {
      for (let at = 0; at < 100_000; at += 1_000) {
        t.advert(at, A, 150);
        if (at % 5_000 === 0)
          t.advert(at + 500, B, 200)
            .advert(at + 502, B, 0)
            .advert(at + 510, A, 150);
      }
    },
    trace: [],
  },
  {
    name: "an election in which three backups speak is one change",
    run: (t) => {
      let at = 0;
      for (let round = 0; round < 5; round++) {
        t.adverts(at, at + 3_000, A, 150).advert(at + 3_500, A, 0);
        t.advert(at + 4_148, "192.0.2.4", 88)
          .advert(at + 4_149, "192.0.2.3", 89)
          .adverts(at + 4_150, at + 8_150, B, 90);
        at += 8_500;
        if (round < 4) t.adverts(at, at + 1_000, A, 150);
      }
    },
    trace: ["26500 raised unknown"],
  },
  {
    name: "changes is another number",
    settings: { changes: 2 },
    run: (t) => changes(t, every(10_000, 2), 400_000),
    trace: ["21000 raised unknown", "310000 cleared"],
  },
  {
    name: "window is another span",
    settings: { window: seconds(30) },
    run: (t) => changes(t, every(4_000, 6), 100_000),
    trace: ["25000 raised unknown", "42000 cleared"],
  },
  {
    name: "nobody can say it while the interface is not captured: it is neither cleared nor known",
    run: (t) => changes(t, every(10_000, 6), 65_000).capture(66_000, "deaf").idle(900_000),
    trace: ["61000 raised unknown"],
    holds: null,
  },
  {
    name: "when the interface is captured again, it is judged anew",
    run: (t) => changes(t, every(10_000, 6), 65_000).capture(66_000, "deaf").capture(900_000, "hearing").advert(900_500, A, 100),
    trace: ["61000 raised unknown", "900000 cleared"],
  },
];
