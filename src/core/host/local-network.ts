import type { Link, LinkChange } from "../../lib/link.ts";
import type { AddressChange, LocalAddress } from "../../lib/local-address.ts";

/** Kinds of devices that stand on another one and carry its segment's addresses: keepalived's use_vmac and use_ipvlan, FRR's macvlans. */
const standing: ReadonlySet<string> = new Set(["macvlan", "macvtap", "ipvlan", "ipvtap"]);

/** How deep devices are looked through: a table in the middle of a change may show a loop. */
const DEEPEST = 8;

/** Whether each segment may have this address. */
export const isLinkLocal = (address: string): boolean => /^(?:fe[89ab]|169\.254\.)/.test(address);

const keyOf = ({ index, prefixLength }: LocalAddress): string => `${index}/${prefixLength}`;

/** The devices and addresses of this host, as its facts have told. */
export class LocalNetwork {
  /** Whether the kernel's list of addresses has been read: before that, an address that is not there may only be unknown. */
  addressesKnown = false;
  readonly #links = new Map<number, Link>();
  readonly #byName = new Map<string, Link>();
  readonly #holders = new Map<string, Map<string, LocalAddress>>();

  /** @returns the names of the devices that changed in a way that matters for the addresses on them. */
  applyLinks(changes: readonly LinkChange[]): readonly string[] {
    const names: string[] = [];
    for (const { kind, link, before } of changes) {
      if (kind === "removed") {
        this.#links.delete(link.index);
        if (this.#byName.get(link.name)?.index === link.index) this.#byName.delete(link.name);
      } else {
        if (before !== null && this.#byName.get(before.name)?.index === link.index) this.#byName.delete(before.name);
        this.#links.set(link.index, link);
        this.#byName.set(link.name, link);
      }
      const gathered = before !== null && before.master !== link.master ? [before.master, link.master] : [];
      if (before === null || before.up !== link.up || before.name !== link.name || before.parent !== link.parent || gathered.length > 0) {
        names.push(link.name);
        for (const master of gathered) {
          const name = master === null ? undefined : this.#links.get(master)?.name;
          if (name !== undefined) names.push(name);
        }
        if (before !== null && before.name !== link.name) names.push(before.name);
      }
    }
    return names;
  }

  /** @returns the addresses that changed. */
  applyAddresses(changes: readonly AddressChange[]): ReadonlySet<string> {
    const changed = new Set<string>();
    for (const { kind, address } of changes) {
      changed.add(address.address);
      let holders = this.#holders.get(address.address);
      if (kind === "removed") {
        holders?.delete(keyOf(address));
        if (holders?.size === 0) this.#holders.delete(address.address);
        continue;
      }
      if (holders === undefined) {
        holders = new Map();
        this.#holders.set(address.address, holders);
      }
      holders.set(keyOf(address), address);
    }
    this.addressesKnown = true;
    return changed;
  }

  byName(name: string): Link | undefined {
    return this.#byName.get(name);
  }

  /** Whether a device of this host has this MAC. */
  hasMac(mac: string): boolean {
    for (const link of this.#links.values()) if (link.mac === mac) return true;
    return false;
  }

  /** Whether the address is on any device of this host, whatever segment sees it. */
  has(address: string): boolean {
    return this.#holders.has(address);
  }

  /**
   * Whether the address is this host's as the segment of the interface sees it: on the interface, or on another device where
   * it can be no other's. Every segment may have the same link-local address, and every VRF any.
   */
  hasOn(address: string, interfaceName: string | null): boolean {
    if (interfaceName === null) return this.has(address);
    for (const { link } of this.holders(address))
      if (this.belongsTo(link, interfaceName) || !(isLinkLocal(address) || this.isApart(link, interfaceName))) return true;
    return false;
  }

  /** Where the address is, a device at most once. */
  *holders(address: string): Generator<{ readonly link: Link; readonly address: LocalAddress }> {
    const seen = new Set<number>();
    for (const held of this.#holders.get(address)?.values() ?? []) {
      const link = this.#links.get(held.index);
      if (link === undefined || seen.has(held.index)) continue;
      seen.add(held.index);
      yield { link, address: held };
    }
  }

  /** Whether the device is this interface, stands on it, or gathers it (a bridge or bond over it). */
  belongsTo(link: Link, interfaceName: string): boolean {
    let at: Link | undefined = link;
    for (let depth = 0; at !== undefined && depth < DEEPEST; depth++) {
      if (at.name === interfaceName) return true;
      at = at.parent !== null && standing.has(at.kind ?? "") ? this.#links.get(at.parent) : undefined;
    }
    const base = this.#byName.get(interfaceName);
    return base !== undefined && base.master === link.index && link.kind !== "vrf";
  }

  /** Whether the device is in another VRF than this interface: there the same address is another one. */
  isApart(link: Link, interfaceName: string): boolean {
    const base = this.#byName.get(interfaceName);
    return base !== undefined && this.#vrfOf(base) !== this.#vrfOf(link);
  }

  /** Index of the VRF that the device is in, itself or through its bridge or bond; null: the table that all share. */
  #vrfOf(link: Link): number | null {
    let at: Link | undefined = link;
    for (let depth = 0; at !== undefined && depth < DEEPEST; depth++) {
      if (at.kind === "vrf") return at.index;
      at = at.master === null ? undefined : this.#links.get(at.master);
    }
    return null;
  }
}
