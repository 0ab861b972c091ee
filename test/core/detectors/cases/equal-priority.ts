import { seconds } from "../../../../src/lib/time.ts";
import type { Case } from "../case.ts";

const A = "192.0.2.7";
const B = "192.0.2.8";

export const cases: readonly Case[] = [
  {
    name: "a second sender with the same priority is told at its first advert, and until one of them changes",
    run: (t) => t.adverts(0, 3_000, A, 100).advert(3_100, A, 0).adverts(3_710, 5_000, B, 100).advert(5_710, B, 99),
    trace: ["3710 raised configuration", "5710 cleared"],
  },
  {
    name: "priorities that differ by one are not equal",
    run: (t) => t.adverts(0, 3_000, A, 100).advert(3_100, A, 0).adverts(3_710, 9_000, B, 99),
    trace: [],
  },
  {
    name: "a backup that was not heard again for ten minutes counts no more",
    run: (t) => t.advert(0, B, 100).advert(10, B, 0).adverts(1_000, 700_000, A, 100),
    trace: ["1000 raised configuration", "600010 cleared"],
  },
  {
    name: "remember is another span",
    settings: { remember: seconds(20) },
    run: (t) => t.advert(0, B, 100).advert(10, B, 0).adverts(1_000, 100_000, A, 100),
    trace: ["1000 raised configuration", "20010 cleared"],
  },
  {
    name: "two that resign have no equal priority: 0 is none",
    run: (t) => t.adverts(0, 3_000, A, 100).advert(3_100, A, 0).advert(3_101, B, 0).idle(9_000),
    trace: [],
  },
  {
    name: "a tracked thing that makes it equal for a moment ends it with the moment",
    run: (t) => t.advert(0, B, 90).adverts(500, 5_500, A, 100).advert(6_500, A, 90).adverts(7_500, 20_000, A, 100),
    trace: ["6500 raised configuration", "7500 cleared"],
  },
  {
    name: "while the interface is not captured it is neither cleared nor known",
    run: (t) => t.advert(0, B, 100).adverts(1_000, 5_000, A, 100).capture(6_000, "deaf").idle(2_000_000),
    trace: ["1000 raised configuration"],
    holds: null,
  },
];
