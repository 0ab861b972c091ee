import { seconds } from "../../../../src/lib/time.ts";
import { link } from "../../../helpers/link.ts";
import { present } from "../../host/facts.ts";
import type { Case } from "../case.ts";

const A = "192.0.2.7";
const B = "192.0.2.8";
const macB = "02:00:00:00:00:02";
const stranger = "02:00:00:00:00:99";

export const cases: readonly Case[] = [
  {
    name: "a stranger that announces the address is told 1.5 intervals later, and until it was silent for five minutes",
    run: (t) => t.adverts(0, 10_000, A, 150).announce(10_200, stranger).adverts(11_000, 400_000, A, 150),
    trace: ["11700 raised announcement", "310200 cleared"],
  },
  {
    name: "a stranger that answers for the address is a duplicate",
    run: (t) => t.adverts(0, 10_000, A, 150).announce(10_200, stranger, { how: "arp_reply" }).adverts(11_000, 20_000, A, 150),
    trace: ["11700 raised duplicate_address"],
  },
  {
    name: "in IPv6 a solicited advertisement is a duplicate, an unsolicited one an announcement",
    run: (t) => {
      t.adverts(0, 5_000, "fe80::7", 150);
      t.announce(5_200, stranger, { address: "2001:db8::100", how: "neighbor_advertisement" }).adverts(6_000, 400_000, "fe80::7", 150);
      t.announce(400_200, stranger, { address: "2001:db8::100", how: "unsolicited_neighbor_advertisement" });
      t.adverts(401_000, 403_000, "fe80::7", 150);
    },
    trace: ["6700 raised duplicate_address", "305200 cleared", "400200 raised announcement"],
  },
  {
    name: "who announced the address months ago and takes it over now is no stranger that came back",
    run: (t) => {
      t.adverts(0, 10_000, A, 150).announce(10_200, macB).advert(10_201, B, 200, { mac: macB }).advert(10_300, B, 0, { mac: macB });
      const later = 100 * 86_400_000;
      t.adverts(later, later + 5_000, A, 150)
        .announce(later + 5_100, macB)
        .adverts(later + 5_101, later + 20_000, B, 200, { mac: macB });
    },
    trace: [],
  },
  {
    name: "every further claim keeps it up",
    run: (t) => {
      t.adverts(0, 10_000, A, 150).announce(10_200, stranger).adverts(11_000, 200_000, A, 150);
      t.announce(200_100, stranger).announce(200_150, stranger, { how: "arp_reply" }).adverts(201_000, 600_000, A, 150);
    },
    trace: ["11700 raised announcement", "500150 cleared"],
  },
  {
    name: "a new master announces the address at its first advert or before it",
    run: (t) =>
      t
        .adverts(0, 10_000, A, 150)
        .announce(10_200, macB)
        .advert(10_500, B, 200, { mac: macB })
        .adverts(11_500, 20_000, B, 200, { mac: macB }),
    trace: [],
  },
  {
    name: "a router that is known and not master is none of it",
    run: (t) => t.advert(0, B, 100, { mac: macB }).adverts(500, 10_500, A, 150).announce(10_600, macB).adverts(11_500, 30_500, A, 150),
    trace: [],
  },
  {
    name: "the virtual MAC belongs to every master",
    run: (t) => t.adverts(0, 10_000, A, 150).announce(10_200, "00:00:5e:00:01:33").adverts(11_000, 20_000, A, 150),
    trace: [],
  },
  {
    name: "a device of this host is no stranger",
    run: (t) =>
      t
        .fact(0, present(link(4, "eth1", { mac: stranger })))
        .adverts(0, 10_000, A, 150)
        .announce(10_200, stranger, { direction: "in" })
        .adverts(11_000, 20_000, A, 150),
    trace: [],
  },
  {
    name: "a claim for an address of somebody else is nothing here",
    run: (t) => t.adverts(0, 10_000, A, 150).announce(10_200, stranger, { address: "192.0.2.55" }).adverts(11_000, 20_000, A, 150),
    trace: [],
  },
  {
    name: "quiet is another span",
    settings: { quiet: seconds(5) },
    run: (t) => t.adverts(0, 10_000, A, 150).announce(10_200, stranger).adverts(11_000, 40_000, A, 150),
    trace: ["11700 raised announcement", "15200 cleared"],
  },
  {
    name: "while there is no master nobody can say it",
    run: (t) => t.adverts(0, 10_000, A, 150).announce(10_200, stranger).advert(10_500, A, 0).idle(400_000),
    trace: [],
    holds: null,
  },
  {
    name: "while the interface is not captured it is neither cleared nor known",
    run: (t) =>
      t.adverts(0, 10_000, A, 150).announce(10_200, stranger).adverts(11_000, 15_000, A, 150).capture(16_000, "deaf").idle(2_000_000),
    trace: ["11700 raised announcement"],
    holds: null,
  },
  {
    name: "after a time of deafness the stranger has to be silent for five minutes that were heard",
    run: (t) =>
      t
        .adverts(0, 10_000, A, 150)
        .announce(10_200, stranger)
        .adverts(11_000, 15_000, A, 150)
        .capture(16_000, "deaf")
        .capture(1_000_000, "hearing")
        .adverts(1_000_500, 1_400_500, A, 150),
    trace: ["11700 raised announcement", "1300000 cleared"],
  },
];
