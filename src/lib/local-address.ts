/** One address on a device of this host, as the kernel describes it (RTM_NEWADDR). Immutable. */
export interface LocalAddress {
  /** Index of the device. */
  readonly index: number;
  /** Canonical text (RFC 5952). */
  readonly address: string;
  readonly family: "ipv4" | "ipv6";
  /** One device may have the same IPv4 address with two prefix lengths: (index, address, prefixLength) names it. */
  readonly prefixLength: number;
  readonly flags: LocalAddressFlags;
}

/** IFA_FLAGS (linux/if_addr.h), those that say something about a virtual address. */
export interface LocalAddressFlags {
  /** Of IPv4: goes with the primary address of its subnet unless promote_secondaries is set. */
  readonly secondary: boolean;
  /** Duplicate address detection is not done: what keepalived sets unless told `-nodad`. */
  readonly nodad: boolean;
  /** Duplicate address detection has not ended: the address does not answer yet. */
  readonly tentative: boolean;
  /** Duplicate address detection found another holder: the address does not answer. */
  readonly dadFailed: boolean;
  /** Not chosen as a source address: what keepalived sets on a /128. */
  readonly deprecated: boolean;
}

/** What happened to an address. `changed` is about its flags. */
export type AddressChange =
  | { readonly kind: "added" | "removed"; readonly address: LocalAddress; readonly before: null }
  | { readonly kind: "changed"; readonly address: LocalAddress; readonly before: LocalAddress };
