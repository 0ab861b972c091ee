import { seconds } from "../../../../src/lib/time.ts";
import type { Case } from "../case.ts";

const A = "192.0.2.7";
const B = "192.0.2.8";
const macA = "02:00:00:00:00:01";
const macB = "02:00:00:00:00:02";
const vmac = "00:00:5e:00:01:33";

export const cases: readonly Case[] = [
  {
    name: "a short takeover that announced itself and gave back without an announcement leaves the network with the wrong router",
    run: (t) =>
      t
        .adverts(0, 5_000, A, 150)
        .announce(5_001, macA)
        .advert(9_000, B, 100, { mac: macB })
        .announce(9_002, macB)
        .adverts(9_400, 20_400, A, 150)
        .announce(20_900, macA)
        .advert(21_400, A, 150),
    trace: ["12400 raised no_announcement", "20900 cleared"],
  },
  {
    name: "a router that still takes itself for the master announces after the takeover",
    run: (t) =>
      t
        .adverts(0, 5_000, A, 150, {})
        .adverts(8_610, 9_610, B, 100, { mac: macB })
        .announce(8_612, macB)
        .announce(10_000, macA)
        .adverts(10_610, 20_610, B, 100, { mac: macB }),
    trace: ["13000 raised former_master_announces"],
  },
  {
    name: "a master that announces itself within three seconds is in time",
    run: (t) =>
      t
        .adverts(0, 5_000, A, 150)
        .announce(5_001, macA)
        .adverts(8_610, 11_000, B, 100, { mac: macB })
        .announce(11_609, macB)
        .adverts(11_610, 20_610, B, 100, { mac: macB }),
    trace: [],
  },
  {
    name: "at three seconds it is late",
    run: (t) =>
      t
        .adverts(0, 5_000, A, 150)
        .announce(5_001, macA)
        .adverts(8_610, 11_000, B, 100, { mac: macB })
        .announce(11_611, macB)
        .adverts(11_612, 20_610, B, 100, { mac: macB }),
    trace: ["11610 raised no_announcement", "11611 cleared"],
  },
  {
    name: "with the virtual MAC there is nothing to announce anew",
    run: (t) => t.adverts(0, 5_000, A, 150, { mac: vmac }).announce(5_001, vmac).adverts(8_610, 20_610, B, 100, { mac: vmac }),
    trace: [],
  },
  {
    name: "with vmac_xmit_base the adverts come from another MAC than the announcements",
    run: (t) =>
      t.adverts(0, 5_000, A, 150, { mac: macA }).announce(5_001, vmac).adverts(8_610, 20_610, B, 100, { mac: macB }).announce(8_612, vmac),
    trace: [],
  },
  {
    name: "a stranger is vip_conflict",
    run: (t) => t.adverts(0, 5_000, A, 150).announce(5_001, "02:00:00:00:00:99").adverts(6_000, 20_000, A, 150),
    trace: [],
  },
  {
    name: "where nobody ever claimed the address, nothing is stale",
    run: (t) => t.adverts(0, 5_000, A, 150).adverts(8_610, 20_610, B, 100, { mac: macB }),
    trace: [],
  },
  {
    name: "grace is another span",
    settings: { grace: seconds(0.5) },
    run: (t) => t.adverts(0, 5_000, A, 150).announce(5_001, macA).adverts(8_610, 20_610, B, 100, { mac: macB }),
    trace: ["9110 raised no_announcement"],
  },
  {
    name: "while the interface is not captured it is neither cleared nor known",
    run: (t) =>
      t.adverts(0, 5_000, A, 150).announce(5_001, macA).adverts(8_610, 20_610, B, 100, { mac: macB }).capture(21_000, "deaf").idle(900_000),
    trace: ["11610 raised no_announcement"],
    holds: null,
  },
  {
    name: "without a master nobody's claim is stale",
    run: (t) => t.adverts(0, 5_000, A, 150).announce(5_001, macA).advert(5_500, A, 0).idle(30_000),
    trace: [],
  },
];
