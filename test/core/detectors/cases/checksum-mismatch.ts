import { host } from "../../host/facts.ts";
import type { Case } from "../case.ts";
import { mismatchCases } from "./mismatch.ts";

export const cases: readonly Case[] = [
  ...mismatchCases({ cause: "pseudo_header", other: { checksum: "message_only" }, same: {}, file: null }),
  {
    name: "VRRPv2 knows one sum only",
    run: (t) =>
      t
        .adverts(0, 3_000, "192.0.2.7", 150, { version: 2, checksum: "v2" })
        .advert(3_500, "192.0.2.8", 200, { version: 3, checksum: "message_only" }),
    trace: [],
  },
  {
    name: "how the keepalived of this host computes it is not known from its file",
    run: (t) => host(t).adverts(1_000, 5_000, "192.0.2.7", 150, { checksum: "message_only" }),
    trace: [],
  },
];
