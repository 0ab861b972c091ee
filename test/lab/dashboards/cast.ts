import { advert } from "../framework/frames.ts";
import type { Host } from "../framework/host.ts";
import type { PairInstance, Watched } from "../framework/pair.ts";
import { routerOf } from "../framework/trio.ts";

const one = (vrid: number, ...addresses: string[]): PairInstance => ({ name: `V${vrid}`, vrid, version: 3, interval: 0.5, addresses });

/** The virtual routers of keepalived, a (priority 150) and b (priority 100). */
export const ipv4 = one(51, "192.0.2.100/24");
export const ipv6 = one(60, "fe80::100/64", "2001:db8:1::100/64");
export const split = one(71, "192.0.2.71/24");
export const instances = [ipv4, ipv6, split];
export const watchedSplit: Watched = routerOf(split);

/** A name full of what means something in a regular expression, and one that the other would match if it were one. */
export const SEGMENT = "dc1.front+x";
export const DECOY_SEGMENT = "dc1-frontx";
export const segments = `virtual_routers: [{vrid: ${ipv4.vrid}, segment: "${SEGMENT}"}, {vrid: ${split.vrid}, segment: "${DECOY_SEGMENT}"}]`;

/** Interfaces that the listener has besides, each on a segment of its own with one virtual router: names as those of VLAN devices. */
export const DEVICE = { name: "eth0.300", bridge: "br1", vrid: 52 };
export const DECOY_DEVICE = { name: "eth0x300", bridge: "br2", vrid: 53 };

/** Who sends the adverts that are no keepalived's. */
export const FOREIGN_SENDER = "10.0.100.9";
export const FOREIGN_ADDRESS = "10.0.100.100";

/** Who sends and who is scraped. */
export const A = "192.0.2.1";
export const B = "192.0.2.2";
export const PORT = 10_112;
export const ON_A = `${A}:${PORT}`;
export const ON_B = `${B}:${PORT}`;
export const ON_C = `192.0.2.3:${PORT}`;

/** An advert of somebody who is master of a virtual router, in no VLAN, in one, or in one inside another (the outer one first). */
export function foreignAdvert({ mac }: Host, vrid: number, priority: number, ...vlans: readonly number[]): string {
  const tags = vlans.map((tci, index) => ({ tpid: index === 0 && vlans.length === 2 ? 0x88a8 : 0x8100, tci }));
  return advert({ vrid, priority, interval: 100, addresses: [FOREIGN_ADDRESS], source: FOREIGN_SENDER, mac, tags });
}
