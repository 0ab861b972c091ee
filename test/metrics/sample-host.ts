import type { HostView } from "../../src/core/host/view.ts";
import type { ConfiguredInstance } from "../../src/core/keepalived-config.ts";
import { instant, wallTime } from "../../src/lib/time.ts";
import { added, configured, held, instance, notify, running, VIP } from "../core/host/facts.ts";
import { link } from "../helpers/link.ts";
import { advertInput, EPOCH_US, Scenario } from "../helpers/scenario.ts";

/** A name that keepalived allows and no format may be broken by. */
export const hostileName = 'VI "6" \\ <b>';

const six: ConfiguredInstance = instance({
  name: hostileName,
  family: "ipv6",
  vrid: 60,
  addresses: [{ address: "2001:db8::100", prefixLength: 64, dev: null, advertised: true, dad: true }],
});

/**
 * A host on which VI_1 is master and its IPv6 sibling, of which no advert was ever heard, is in fault with an address that
 * another host holds.
 */
export function sampleHost(): HostView {
  const s = new Scenario();
  s.fact(0, configured([instance(), six], { syncGroups: [{ name: "G1", members: ["VI_1", hostileName] }] }));
  s.fact(0, running(-10_000, -5_000));
  s.fact(0, { kind: "links", changes: [{ kind: "added", link: link(2, "eth0"), before: null }] });
  s.fact(0, added(held(2, "192.0.2.1")));
  s.fact(10, notify("backup", 100)).fact(20, notify("fault", 100, { name: hostileName }));
  s.fact(1_000, added(held(2, VIP), held(2, "2001:db8::100", { tentative: true, dadFailed: true })));
  s.input(advertInput(1_000, "192.0.2.1", 100, { direction: "out" })).fact(1_001, notify("master", 100));
  s.fact(1_002, notify("fault", 0, { kind: "group", name: "G1" })).fact(1_003, { kind: "notify_unparsable", source: "socket" });
  const at = instant(1_010_000);
  s.input({
    kind: "claim",
    at,
    wall: wallTime(EPOCH_US + at),
    interface: "eth0",
    direction: "out",
    claim: { family: "ipv4", address: VIP, mac: "02:00:00:00:00:01", linkSource: null, how: "gratuitous_arp" },
  });
  return s.engine.snapshot().host;
}
