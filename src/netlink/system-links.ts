import { type NetworkInterfaceInfo, networkInterfaces } from "node:os";
import { familyOf } from "../lib/addresses.ts";
import type { Link } from "../lib/link.ts";
import type { LocalAddress } from "../lib/local-address.ts";
import type { RouteState } from "./dump.ts";

const ARPHRD_ETHER = 1;
const noFlags = { secondary: false, nodad: false, tentative: false, dadFailed: false, deprecated: false };
const NO_MAC = "00:00:00:00:00:00";
/** Devices that are remembered after they vanished from the list. */
const REMEMBERED = 256;

type Interfaces = Readonly<
  Record<
    string,
    readonly (Pick<NetworkInterfaceInfo, "internal" | "mac"> & Partial<Pick<NetworkInterfaceInfo, "address" | "cidr">>)[] | undefined
  >
>;

/**
 * The devices as Node tells them, for systems without netlink: those that are up and have an address. Its list gives no
 * index, so one is made up for each name; nor does it tell a device that went down from one that was deleted or lost its
 * addresses, so a name that vanishes counts as down. Bridges, bonds and VLANs look like any other device.
 */
export class SystemLinks {
  readonly #read: () => Interfaces;
  readonly #known = new Map<string, Link>();
  #lastIndex = 0;

  constructor(read: () => Interfaces = networkInterfaces) {
    this.#read = read;
  }

  /** Of an address this system tells no flags. */
  dump(): RouteState {
    const present = this.#read();
    for (const [name, link] of this.#known) if (present[name] === undefined) this.#known.set(name, { ...link, up: false });
    for (const [name, addresses = []] of Object.entries(present)) {
      const index = this.#known.get(name)?.index ?? ++this.#lastIndex;
      const mac = addresses.map((address) => address.mac.toLowerCase()).find((text) => text !== NO_MAC) ?? null;
      const loopback = addresses.some((address) => address.internal);
      this.#known.set(name, {
        index,
        name,
        up: true,
        loopback,
        kind: null,
        master: null,
        parent: null,
        vlanId: null,
        hardwareType: ARPHRD_ETHER,
        mac,
      });
    }
    for (const [name, { up }] of this.#known) {
      if (this.#known.size <= REMEMBERED) break;
      if (!up) this.#known.delete(name);
    }
    return { links: [...this.#known.values()], addresses: this.#addresses(present) };
  }

  #addresses(present: Interfaces): LocalAddress[] {
    return Object.entries(present).flatMap(([name, addresses = []]) =>
      addresses.flatMap(({ address, cidr }) => {
        const index = this.#known.get(name)?.index;
        if (index === undefined || address === undefined || typeof cidr !== "string") return [];
        const prefixLength = Number(cidr.slice(cidr.indexOf("/") + 1));
        return [{ index, address, family: familyOf(address), prefixLength, flags: noFlags }];
      }),
    );
  }
}
