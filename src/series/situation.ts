import type { Family } from "../wire/decoded.ts";

/** A segment, and the agent on it of which the series are counted. */
export interface Situation {
  /** Virtual routers, all on the first interface. With `both` every second one is of IPv6. */
  readonly routers: number;
  readonly family: Family | "both";
  /** How many routers were master of each in turn: a backup that never was is silent, and nobody knows it. */
  readonly senders: number;
  /** Of each virtual router. */
  readonly addresses: number;
  /** Whether the agent only listens, or runs beside the keepalived of the last sender, which is backup or master in the end. */
  readonly where: "listener" | "backup" | "master";
  /** Interfaces that are captured. */
  readonly interfaces: number;
  /** Whether a malformed packet arrived on each of them. */
  readonly malformed: boolean;
  /** Receivers of alerts. */
  readonly receivers: number;
  /** `compat.keepalived_exporter`. */
  readonly compat: boolean;
}

/** One virtual router with two senders and one address, heard by an agent that only listens and tells one receiver. */
export const plainSituation: Situation = {
  routers: 1,
  family: "ipv4",
  senders: 2,
  addresses: 1,
  where: "listener",
  interfaces: 1,
  malformed: false,
  receivers: 1,
  compat: false,
};

/** One virtual router of a situation. */
export interface StagedRouter {
  readonly vrid: number;
  readonly family: Family;
  /** Name of its instance. */
  readonly name: string;
  readonly addresses: readonly string[];
  /** Source addresses of its senders, the most preferred first. */
  readonly sources: readonly string[];
}

export const interfaceName = (index: number): string => `eth${index}`;
export const macOf = (sender: number): string => `02:00:00:00:00:0${sender + 1}`;
export const priorityOf = (sender: number): number => 150 - 10 * sender;

/** @throws RangeError where a segment cannot have so many */
export function routersOf({ routers, family, senders, addresses }: Situation): StagedRouter[] {
  const families: readonly Family[] = family === "both" ? ["ipv4", "ipv6"] : [family];
  if (routers > 255 * families.length || senders > 9 || addresses > 250) throw new RangeError("a segment cannot have so many");
  return Array.from({ length: routers }, (_, index) => {
    const own = families[index % families.length] ?? "ipv4";
    const vrid = Math.floor(index / families.length) + 1;
    return {
      vrid,
      family: own,
      name: `VI_${own === "ipv4" ? 4 : 6}_${vrid}`,
      addresses: Array.from({ length: addresses }, (_, at) => addressOf(own, vrid, at)),
      sources: Array.from({ length: senders }, (_, sender) => sourceOf(own, sender)),
    };
  });
}

/** Of the blocks for documentation and for private use; VRRP wants a link-local address first over IPv6. */
function addressOf(family: Family, vrid: number, at: number): string {
  if (family === "ipv4") return `10.0.${vrid}.${at + 1}`;
  return at === 0 ? `fe80::${vrid.toString(16)}:100` : `2001:db8::${vrid.toString(16)}:${at.toString(16)}`;
}

const sourceOf = (family: Family, sender: number): string => (family === "ipv4" ? `192.0.2.${sender + 1}` : `fe80::${sender + 1}`);
