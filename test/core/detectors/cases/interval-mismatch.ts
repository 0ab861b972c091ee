import { millis, seconds } from "../../../../src/lib/time.ts";
import type { Case } from "../case.ts";
import { mismatchCases } from "./mismatch.ts";

export const cases: readonly Case[] = [
  ...mismatchCases({ cause: "configuration", other: { interval: millis(2_000) }, same: {}, file: { interval: seconds(2) } }),
  {
    name: "in VRRPv2 as well",
    run: (t) =>
      t.adverts(0, 3_000, "192.0.2.7", 150, { version: 2 }).advert(3_500, "192.0.2.8", 200, { version: 2, interval: millis(2_000) }),
    trace: ["3500 raised configuration"],
  },
  {
    name: "of different versions it is counted in other units",
    run: (t) => t.adverts(0, 3_000, "192.0.2.7", 150, { version: 2 }).advert(3_500, "192.0.2.8", 200, { interval: millis(100) }),
    trace: [],
  },
];
