import type { Case } from "../case.ts";
import { mismatchCases } from "./mismatch.ts";

const secret = { version: 2, auth: "simple", passwordTag: 1 } as const;

export const cases: readonly Case[] = [
  ...mismatchCases({ cause: "configuration", other: { auth: "simple", passwordTag: 1 }, same: {}, file: { auth: "simple" } }),
  {
    name: "two passwords are told apart without being kept",
    run: (t) =>
      t
        .adverts(0, 3_000, "192.0.2.7", 150, secret)
        .advert(3_500, "192.0.2.8", 200, { ...secret, passwordTag: 2 })
        .advert(4_500, "192.0.2.8", 200, secret),
    trace: ["3500 raised configuration", "4500 cleared"],
  },
  {
    name: "a password that cannot be compared does not differ",
    run: (t) =>
      t.adverts(0, 3_000, "192.0.2.7", 150, { version: 2, auth: "ah" }).advert(3_500, "192.0.2.8", 200, { version: 2, auth: "ah" }),
    trace: [],
  },
];
