/** One network device of this host, as the kernel describes it. Immutable. */
export interface Link {
  readonly index: number;
  readonly name: string;
  /** Switched on and with a carrier: frames can arrive. IFF_UP and IFF_LOWER_UP, because the kernel sets IFF_RUNNING up to a second later. */
  readonly up: boolean;
  readonly loopback: boolean;
  /** IFLA_INFO_KIND: `vlan`, `bridge`, `bond`, `team`, `macvlan`, `ipvlan`, `vrf`, `veth` ...; null for a physical device. */
  readonly kind: string | null;
  /** Index of the bridge, bond, team or VRF that this device belongs to. */
  readonly master: number | null;
  /** Index of the device below a VLAN, macvlan or the like, if it is in this network namespace. */
  readonly parent: number | null;
  readonly vlanId: number | null;
  /** ARPHRD_*; 1 is Ethernet. */
  readonly hardwareType: number;
  /** Lower case with colons; null for a device without one. */
  readonly mac: string | null;
}

/** What happened to a device. `renamed` may carry other changes too; a device that was made anew is `removed`, then `added`. */
export type LinkChange =
  | { readonly kind: "added"; readonly link: Link; readonly before: null }
  | { readonly kind: "removed"; readonly link: Link; readonly before: null }
  | { readonly kind: "changed" | "renamed"; readonly link: Link; readonly before: Link };

/** Read access to the devices, for those who choose among them. */
export interface LinkView {
  get(index: number): Link | undefined;
  byName(name: string): Link | undefined;
  all(): readonly Link[];
  /** Calls `listener` after each set of changes; returns the function that ends it. */
  subscribe(listener: (changes: readonly LinkChange[]) => void): () => void;
}
