import { millis, seconds } from "../../../../src/lib/time.ts";
import { link } from "../../../helpers/link.ts";
import { added, changed, eth0, held, present } from "../../host/facts.ts";
import type { Case } from "../case.ts";

const A = "192.0.2.7";
const B = "192.0.2.8";
const rogue = "192.0.2.66";
const eth1 = link(3, "eth1");
const listed = { allowedSenders: () => [A, B] };

export const cases: readonly Case[] = [
  {
    name: "a sender that the list does not have is told at its first advert, and until it was silent for five minutes",
    options: listed,
    run: (t) => t.adverts(0, 5_000, A, 150).advert(5_400, rogue, 1).adverts(6_000, 400_000, A, 150),
    trace: ["5400 raised not_allowed", "305400 cleared"],
  },
  {
    name: "even if it is the only one that was ever heard, and once",
    options: listed,
    run: (t) => t.advert(0, rogue, 100),
    trace: ["0 raised not_allowed"],
  },
  {
    name: "those of the list may send",
    options: listed,
    run: (t) => t.adverts(0, 5_000, A, 150).advert(5_400, B, 255).adverts(6_400, 9_000, B, 255),
    trace: [],
  },
  {
    name: "a newcomer in an established virtual router that has priority 255 and none of the addresses is told",
    run: (t) => t.adverts(0, 2_000, A, 150).advert(2_400, rogue, 255).adverts(3_000, 400_000, A, 150),
    trace: ["2400 raised priority_255", "302400 cleared"],
  },
  {
    name: "two adverts do not establish a virtual router",
    run: (t) => t.adverts(0, 1_000, A, 150).advert(1_400, rogue, 255).advert(2_400, rogue, 255),
    trace: [],
  },
  {
    name: "the owner of the address has priority 255 by right",
    run: (t) => t.adverts(0, 5_000, A, 150).adverts(5_400, 9_400, "192.0.2.100", 255),
    trace: [],
  },
  {
    name: "254 is a priority like any other",
    run: (t) => t.adverts(0, 5_000, A, 150).adverts(5_400, 9_400, rogue, 254),
    trace: [],
  },
  {
    name: "an interval of 10 s that is ten times the master's looks forged",
    run: (t) =>
      t
        .adverts(0, 5_000, A, 150)
        .advert(5_400, rogue, 200, { interval: millis(10_000) })
        .idle(9_000),
    trace: ["5400 raised forged_interval"],
  },
  {
    name: "an interval below 10 s does not",
    run: (t) =>
      t
        .adverts(0, 5_000, A, 150)
        .advert(5_400, rogue, 200, { interval: millis(9_990) })
        .idle(9_000),
    trace: [],
  },
  {
    name: "an interval of less than ten times the master's does not",
    run: (t) =>
      t
        .adverts(0, 6_000, A, 150, { interval: millis(1_100) })
        .advert(6_400, rogue, 200, { interval: millis(10_990) })
        .idle(9_000),
    trace: [],
  },
  {
    name: "a forged advert in the name of the master is told by its interval as well",
    run: (t) =>
      t
        .adverts(0, 5_000, A, 150)
        .advert(5_400, A, 150, { interval: millis(40_950) })
        .adverts(6_000, 9_000, A, 150),
    trace: ["5400 raised forged_interval"],
  },
  {
    name: "VRRPv2 refuses another interval instead of learning it",
    run: (t) =>
      t
        .adverts(0, 5_000, A, 150, { version: 2 })
        .advert(5_400, rogue, 200, { version: 2, interval: millis(40_000) })
        .idle(9_000),
    trace: [],
  },
  {
    name: "an address of this host that sends from outside is used by another",
    run: (t) =>
      t
        .fact(0, present(eth0))
        .fact(0, added(held(2, A)))
        .adverts(1_000, 3_000, A, 150, { direction: "out" })
        .advert(3_500, A, 200, { direction: "in" })
        .adverts(4_000, 400_000, B, 220),
    trace: ["3500 raised own_address_used", "303500 cleared"],
  },
  {
    name: "the link-local address of another interface is another router's here",
    run: (t) =>
      t
        .fact(0, present(eth0, eth1))
        .fact(0, added(held(3, "fe80::1")))
        .adverts(1_000, 5_000, "fe80::1", 150),
    trace: [],
  },
  {
    name: "that of the bridge over the interface is this host's",
    run: (t) =>
      t
        .fact(0, present({ ...eth0, master: 9 }, link(9, "br0", { kind: "bridge" })))
        .fact(0, added(held(9, "fe80::1")))
        .adverts(1_000, 5_000, "fe80::1", 150),
    trace: ["2000 raised own_address_used"],
  },
  {
    name: "any other address of another interface is this host's, until that is in another VRF",
    run: (t) =>
      t
        .fact(0, present(eth0, eth1, link(20, "blue", { kind: "vrf" })))
        .fact(0, added(held(3, A)))
        .adverts(1_000, 5_000, A, 150)
        .fact(5_500, changed(eth1, { ...eth1, master: 20 }))
        .adverts(6_000, 9_000, A, 150),
    trace: ["2000 raised own_address_used", "5500 cleared"],
  },
  {
    name: "quiet is another span",
    options: listed,
    settings: { quiet: seconds(10) },
    run: (t) => t.adverts(0, 5_000, A, 150).advert(5_400, rogue, 1).adverts(6_000, 40_000, A, 150),
    trace: ["5400 raised not_allowed", "15400 cleared"],
  },
  {
    name: "while the interface is not captured it is neither cleared nor known",
    options: listed,
    run: (t) => t.adverts(0, 5_000, A, 150).advert(5_400, rogue, 1).capture(6_000, "deaf").idle(900_000),
    trace: ["5400 raised not_allowed"],
    holds: null,
  },
  {
    name: "after a time of deafness it has to be silent for five minutes that were heard",
    options: listed,
    run: (t) =>
      t
        .adverts(0, 5_000, A, 150)
        .advert(5_400, rogue, 1)
        .capture(6_000, "deaf")
        .capture(900_000, "hearing")
        .adverts(900_500, 1_300_500, A, 150),
    trace: ["5400 raised not_allowed", "1200000 cleared"],
  },
];
