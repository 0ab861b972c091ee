import { seconds } from "../../../../src/lib/time.ts";
import { link } from "../../../helpers/link.ts";
import { added, changed, configured, held, host, instance, notify, present, removed, running, VIP } from "../../host/facts.ts";
import type { Case } from "../case.ts";

const ours = "192.0.2.1";
const own = { direction: "out" } as const;
const eth1 = link(3, "eth1");
const onEth1 = instance({ addresses: [{ address: VIP, prefixLength: 24, dev: "eth1", advertised: true, dad: false }] });

const two = instance({
  addresses: [...instance().addresses, { address: "192.0.2.101", prefixLength: 24, dev: null, advertised: true, dad: false }],
});

const withExcluded = instance({
  addresses: [...instance().addresses, { address: "192.0.2.200", prefixLength: 24, dev: null, advertised: false, dad: false }],
});

export const cases: readonly Case[] = [
  {
    name: "an address that somebody takes off is missed a second later, until it is back",
    run: (t) =>
      host(t)
        .fact(100, added(held(2, VIP)))
        .fact(101, notify("master", 100))
        .fact(5_000, removed(held(2, VIP)))
        .fact(9_000, added(held(2, VIP))),
    trace: ["6000 raised removed", "9000 cleared"],
  },
  {
    name: "an address on a device that is down is not there",
    run: (t) =>
      host(t, 0, [onEth1])
        .fact(50, present(eth1))
        .fact(100, added(held(3, VIP)))
        .fact(101, notify("master", 100))
        .fact(5_000, changed(eth1, { ...eth1, up: false }))
        .fact(9_000, changed({ ...eth1, up: false }, eth1)),
    trace: ["6000 raised link_down", "9000 cleared"],
  },
  {
    name: "an address that never comes is missed a second after the takeover",
    run: (t) => host(t).fact(101, notify("master", 100)).idle(5_000).fact(5_001, notify("backup", 100)),
    trace: ["1101 raised never_added", "5001 cleared"],
  },
  {
    name: "an address that was here in an earlier mastership was not taken off in this one",
    run: (t) =>
      host(t)
        .fact(100, added(held(2, VIP)))
        .fact(101, notify("master", 100))
        .fact(5_000, removed(held(2, VIP)))
        .fact(5_001, notify("backup", 100))
        .fact(90_000, notify("master", 100))
        .idle(95_000),
    trace: ["91000 raised never_added"],
  },
  {
    name: "an address that comes within a second is in time",
    run: (t) =>
      host(t)
        .fact(101, notify("master", 100))
        .fact(1_100, added(held(2, VIP)))
        .idle(9_000),
    trace: [],
  },
  {
    name: "the same address in another VRF does not stand in for it",
    run: (t) =>
      host(t)
        .fact(0, present(link(20, "blue", { kind: "vrf" }), link(3, "eth1", { master: 20 })))
        .fact(100, added(held(3, VIP)))
        .fact(101, notify("master", 100))
        .idle(9_000),
    trace: ["1101 raised never_added"],
  },
  {
    name: "a backup needs none",
    run: (t) => host(t).fact(101, notify("backup", 100)).adverts(200, 9_200, "192.0.2.8", 150),
    trace: [],
  },
  {
    name: "one of two is missed as well, since the other one shows that keepalived is master",
    run: (t) =>
      host(t, 0, [two])
        .fact(100, added(held(2, VIP)))
        .fact(101, notify("master", 100))
        .idle(9_000),
    trace: ["1101 raised never_added"],
  },
  {
    name: "an address that is new in keepalived.conf and in no advert yet is drift",
    run: (t) =>
      host(t)
        .fact(100, added(held(2, VIP)))
        .fact(101, notify("master", 100))
        .adverts(102, 5_102, ours, 100, own)
        .fact(5_500, configured([two], {}, 5_400))
        .adverts(6_102, 12_102, ours, 100, own),
    trace: [],
  },
  {
    name: "an address that is new in virtual_ipaddress_excluded is drift until the reload, and missed after it",
    run: (t) =>
      host(t)
        .fact(100, added(held(2, VIP)))
        .fact(101, notify("master", 100))
        .adverts(102, 5_102, ours, 100, own)
        .fact(5_500, configured([withExcluded], {}, 5_400))
        .adverts(6_102, 12_102, ours, 100, own)
        .fact(12_500, running(-10_000, 12_400))
        .adverts(13_102, 15_102, ours, 100, own),
    trace: ["13500 raised never_added"],
  },
  {
    name: "an excluded address that was here is missed also while a changed file waits for its reload",
    run: (t) =>
      host(t, 0, [withExcluded])
        .fact(100, added(held(2, VIP), held(2, "192.0.2.200")))
        .fact(101, notify("master", 100))
        .adverts(102, 5_102, ours, 100, own)
        .fact(5_500, configured([withExcluded], {}, 5_400))
        .fact(6_000, removed(held(2, "192.0.2.200")))
        .adverts(6_102, 9_102, ours, 100, own),
    trace: ["7000 raised removed"],
  },
  {
    name: "an address that is new in the file is drift also where adverts are not heard",
    run: (t) =>
      host(t)
        .fact(100, added(held(2, VIP)))
        .fact(101, notify("master", 100))
        .fact(5_500, configured([two], {}, 5_400))
        .idle(12_000),
    trace: [],
  },
  {
    name: "grace is another span",
    settings: { grace: seconds(3) },
    run: (t) => host(t).fact(101, notify("master", 100)).idle(9_000),
    trace: ["3101 raised never_added"],
  },
  {
    name: "before the kernel's list of addresses is known nobody can say it",
    run: (t) =>
      t
        .fact(0, configured([instance()]))
        .fact(1, notify("master", 100))
        .idle(9_000),
    trace: [],
    holds: null,
  },
  {
    name: "while the state of keepalived is not known nobody can say it",
    run: (t) => host(t).idle(9_000),
    trace: [],
    holds: null,
  },
];
