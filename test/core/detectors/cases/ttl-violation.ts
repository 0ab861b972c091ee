import { seconds } from "../../../../src/lib/time.ts";
import type { Case } from "../case.ts";

const A = "192.0.2.7";

export const cases: readonly Case[] = [
  {
    name: "a packet with another TTL is told at once, and until there was none for five minutes",
    run: (t) => t.adverts(0, 5_000, A, 150).reject(5_500, "ttl").adverts(6_000, 400_000, A, 150),
    trace: ["5500 raised forwarded_or_forged", "305500 cleared"],
  },
  {
    name: "every further one counts anew, also within the same second",
    run: (t) => t.adverts(0, 5_000, A, 150).reject(5_500, "ttl").reject(6_100, "ttl").adverts(7_000, 400_000, A, 150),
    trace: ["5500 raised forwarded_or_forged", "306100 cleared"],
  },
  {
    name: "other packets that nobody may believe are none of it",
    run: (t) => t.adverts(0, 5_000, A, 150).reject(5_500, "checksum").adverts(6_000, 20_000, A, 150),
    trace: [],
  },
  {
    name: "those of another virtual router are not its own",
    run: (t) => t.adverts(0, 5_000, A, 150).reject(5_500, "ttl", { vrid: 52 }).adverts(6_000, 20_000, A, 150),
    trace: [],
  },
  {
    name: "a virtual router that is heard for the second time was not made up",
    run: (t) => t.advert(0, A, 150).reject(500, "ttl").advert(1_000, A, 150),
    trace: ["1000 raised forwarded_or_forged"],
  },
  {
    name: "quiet is another span",
    settings: { quiet: seconds(10) },
    run: (t) => t.adverts(0, 5_000, A, 150).reject(5_500, "ttl").adverts(6_000, 40_000, A, 150),
    trace: ["5500 raised forwarded_or_forged", "15500 cleared"],
  },
  {
    name: "while the interface is not captured it is neither cleared nor known",
    run: (t) => t.adverts(0, 5_000, A, 150).reject(5_500, "ttl").capture(6_000, "deaf").idle(900_000),
    trace: ["5500 raised forwarded_or_forged"],
    holds: null,
  },
  {
    name: "after a time of deafness there must be none for five minutes that were heard",
    run: (t) =>
      t
        .adverts(0, 5_000, A, 150)
        .reject(5_500, "ttl")
        .capture(6_000, "deaf")
        .capture(900_000, "hearing")
        .adverts(900_500, 1_300_500, A, 150),
    trace: ["5500 raised forwarded_or_forged", "1200000 cleared"],
  },
];
