import type { Case } from "../case.ts";
import { mismatchCases } from "./mismatch.ts";

export const cases: readonly Case[] = mismatchCases({
  cause: "configuration",
  other: { version: 2, checksum: "v2" },
  same: {},
  file: { version: 2 },
});
