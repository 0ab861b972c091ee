import { seconds } from "../../../../src/lib/time.ts";
import { link } from "../../../helpers/link.ts";
import { added, configured, ended, held, host, instance, notify, present, removed, running, VIP } from "../../host/facts.ts";
import type { Case } from "../case.ts";

const A = "192.0.2.7";

export const cases: readonly Case[] = [
  {
    name: "a backup that keeps the address is told a second later, until it is gone",
    run: (t) =>
      host(t)
        .fact(100, added(held(2, VIP)))
        .fact(101, notify("master", 100))
        .fact(5_000, notify("backup", 100))
        .fact(9_000, removed(held(2, VIP))),
    trace: ["6000 raised left_over", "9000 cleared"],
  },
  {
    name: "a keepalived that was killed leaves the address behind, until it is started again",
    run: (t) =>
      host(t)
        .fact(100, added(held(2, VIP)))
        .fact(101, notify("master", 100))
        .fact(5_000, ended(-10_000))
        .fact(9_000, running(8_990))
        .fact(9_010, removed(held(2, VIP))),
    trace: ["6000 raised keepalived_gone", "9000 cleared"],
  },
  {
    name: "in fault it is left over as well",
    run: (t) =>
      host(t)
        .fact(100, added(held(2, VIP)))
        .fact(5_000, notify("fault", 100))
        .idle(9_000),
    trace: ["6000 raised left_over"],
  },
  {
    name: "giving it up within a second is in time",
    run: (t) =>
      host(t)
        .fact(100, added(held(2, VIP)))
        .fact(101, notify("master", 100))
        .fact(5_000, notify("backup", 100))
        .fact(5_999, removed(held(2, VIP)))
        .idle(9_000),
    trace: [],
  },
  {
    name: "it ends when keepalived is master",
    run: (t) =>
      host(t)
        .fact(100, added(held(2, VIP)))
        .fact(200, notify("backup", 100))
        .fact(5_000, notify("master", 100)),
    trace: ["1200 raised left_over", "5000 cleared"],
  },
  {
    name: "an address that keepalived.conf does not list may be here for any reason",
    run: (t) =>
      host(t)
        .fact(200, notify("backup", 100))
        .adverts(300, 5_300, A, 150, { addresses: [VIP, "192.0.2.1"] }),
    trace: [],
  },
  {
    name: "a real server has it on the loopback device",
    run: (t) =>
      host(t)
        .fact(100, added(held(1, VIP)))
        .fact(200, notify("backup", 100))
        .adverts(300, 5_300, A, 150),
    trace: [],
  },
  {
    name: "another VRF has the same address",
    run: (t) =>
      host(t)
        .fact(0, present(link(20, "blue", { kind: "vrf" }), link(3, "eth1", { master: 20 })))
        .fact(100, added(held(3, VIP)))
        .fact(200, notify("backup", 100))
        .adverts(300, 5_300, A, 150),
    trace: [],
  },
  {
    name: "grace is another span",
    settings: { grace: seconds(3) },
    run: (t) =>
      host(t)
        .fact(100, added(held(2, VIP)))
        .fact(200, notify("backup", 100))
        .idle(5_000),
    trace: ["3200 raised left_over"],
  },
  {
    name: "before the kernel's list of addresses is known nobody can say it",
    run: (t) =>
      t
        .fact(0, configured([instance()]))
        .fact(1, notify("backup", 100))
        .adverts(300, 5_300, A, 150),
    trace: [],
    holds: null,
  },
  {
    name: "without the address it does not hold, whatever keepalived is",
    run: (t) => host(t).idle(9_000),
    trace: [],
  },
];
