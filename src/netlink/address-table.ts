import type { AddressChange, LocalAddress } from "../lib/local-address.ts";
import type { AddressMessage } from "./address-message.ts";

/** Read access to the addresses of this host. */
export interface AddressView {
  all(): readonly LocalAddress[];
  /** Calls `listener` after each set of changes; returns the function that ends it. */
  subscribe(listener: (changes: readonly AddressChange[]) => void): () => void;
}

/** (index, address, prefix length) names an address. */
export const addressKey = ({ index, address, prefixLength }: LocalAddress): string => `${index} ${address}/${prefixLength}`;

/** The addresses of this host. Fed with messages and with whole dumps; tells its subscribers what changed. */
export class AddressTable implements AddressView {
  readonly #addresses = new Map<string, LocalAddress>();
  readonly #listeners = new Set<(changes: readonly AddressChange[]) => void>();

  all(): readonly LocalAddress[] {
    return [...this.#addresses.values()];
  }

  subscribe(listener: (changes: readonly AddressChange[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Applies messages in their order. */
  apply(messages: readonly AddressMessage[]): void {
    const changes: AddressChange[] = [];
    for (const { kind, address } of messages) {
      if (kind === "present") this.#merge(address, changes);
      else this.#drop(addressKey(address), changes);
    }
    this.#announce(changes);
  }

  /** Makes the table equal to a complete dump. */
  replace(addresses: readonly LocalAddress[]): void {
    const changes: AddressChange[] = [];
    const present = new Set(addresses.map(addressKey));
    for (const key of [...this.#addresses.keys()]) if (!present.has(key)) this.#drop(key, changes);
    for (const address of addresses) this.#merge(address, changes);
    this.#announce(changes);
  }

  /** The device is gone, and its addresses with it: the kernel need not say so of each. */
  dropDevice(index: number): void {
    const changes: AddressChange[] = [];
    for (const [key, address] of [...this.#addresses]) if (address.index === index) this.#drop(key, changes);
    this.#announce(changes);
  }

  #announce(changes: readonly AddressChange[]): void {
    if (changes.length > 0) for (const listener of [...this.#listeners]) listener(changes);
  }

  #merge(address: LocalAddress, changes: AddressChange[]): void {
    const key = addressKey(address);
    const before = this.#addresses.get(key);
    if (before !== undefined && same(before, address)) return;
    this.#addresses.set(key, address);
    changes.push(before === undefined ? { kind: "added", address, before: null } : { kind: "changed", address, before });
  }

  #drop(key: string, changes: AddressChange[]): void {
    const address = this.#addresses.get(key);
    if (address === undefined) return;
    this.#addresses.delete(key);
    changes.push({ kind: "removed", address, before: null });
  }
}

function same({ flags: a }: LocalAddress, { flags: b }: LocalAddress): boolean {
  return (
    a.secondary === b.secondary &&
    a.nodad === b.nodad &&
    a.tentative === b.tentative &&
    a.dadFailed === b.dadFailed &&
    a.deprecated === b.deprecated
  );
}
