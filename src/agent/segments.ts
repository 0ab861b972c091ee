import { networkInterfaces } from "node:os";
import type { VirtualRouterId } from "../core/events.ts";
import type { KeepalivedConfig } from "../core/keepalived-config.ts";
import { connectedSubnet, familyOf } from "../lib/addresses.ts";
import type { Family } from "../wire/decoded.ts";

/** Connected subnets of an interface, one per family; the same for every host on the segment. */
type Subnets = Partial<Record<Family, string>>;

type Interfaces = ReturnType<typeof networkInterfaces>;

/** Link-local prefixes are the same on every segment, host prefixes belong to virtual addresses. */
function subnetsOf(addresses: NonNullable<Interfaces[string]>, virtual: ReadonlySet<string>): Subnets {
  const subnets: Subnets = {};
  for (const { address, cidr } of addresses) {
    if (cidr === null || virtual.has(address) || address.startsWith("fe80:") || address.startsWith("169.254.")) continue;
    const family = familyOf(address);
    const prefix = Number(cidr.slice(cidr.indexOf("/") + 1));
    if (subnets[family] !== undefined || prefix === (family === "ipv4" ? 32 : 128)) continue;
    const subnet = connectedSubnet(address, prefix);
    if (subnet !== null) subnets[family] = subnet;
  }
  return subnets;
}

/** Names the segment of a virtual router where the user gave no name: its subnet, which every agent on it sees alike. */
export class Segments {
  readonly #read: () => Interfaces;
  #virtual: ReadonlySet<string> = new Set();
  #subnets = new Map<string, Subnets>();

  constructor(read: () => Interfaces = networkInterfaces) {
    this.#read = read;
    this.refresh();
  }

  /**
   * To be called with each configuration of keepalived that is read; null: it cannot be read. An interface without addresses of its
   * own would else be called after the virtual ones while this host is master, and otherwise after itself: its addresses are left out, but for an
   * address owner's (priority 255), which has them always. What adverts name is not asked: anybody could rename a segment with one.
   */
  configured(config: KeepalivedConfig | null): void {
    const instances = (config?.instances ?? []).filter(({ priority }) => priority !== 255);
    this.#virtual = new Set(instances.flatMap(({ addresses }) => addresses.map(({ address }) => address)));
    this.refresh();
  }

  /**
   * To be called when addresses may have changed. Without a descriptor to read them with, the names stay as they are.
   * @returns whether they could be read
   */
  refresh(): boolean {
    let interfaces: Interfaces;
    try {
      interfaces = this.#read();
    } catch {
      // Node throws a SystemError whose own code says nothing (`uv_interface_addresses returned ... 24`).
      return false;
    }
    this.#subnets = new Map(Object.entries(interfaces).map(([name, addresses]) => [name, subnetsOf(addresses ?? [], this.#virtual)]));
    return true;
  }

  nameOf(id: VirtualRouterId): string {
    const subnets = this.#subnets.get(id.interface ?? "");
    const other = id.family === "ipv4" ? "ipv6" : "ipv4";
    return subnets?.[id.family] ?? subnets?.[other] ?? id.interface ?? "unknown";
  }
}
