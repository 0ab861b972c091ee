import type { Vip } from "./vip.ts";

/** The segment of a virtual router: all of its adverts, and all claims to its addresses, come from there. */
export interface Segment {
  readonly interface: string | null;
  readonly vlan?: number | undefined;
  readonly innerVlan?: number | undefined;
}

const nothing: readonly Vip[] = [];

const segmentKey = ({ interface: name, vlan, innerVlan }: Segment): string => `${name ?? ""} ${vlan ?? ""} ${innerVlan ?? ""}`;

/**
 * Finds virtual addresses. Several virtual routers may have the same one, and adverts that somebody invents may make them
 * thousands; on one segment they are never more than there are virtual router IDs.
 */
export class VipIndex {
  readonly #byAddress = new Map<string, Map<string, Set<Vip>>>();

  add(vip: Vip): void {
    let segments = this.#byAddress.get(vip.address);
    if (segments === undefined) {
      segments = new Map();
      this.#byAddress.set(vip.address, segments);
    }
    const key = segmentKey(vip.router.id);
    const vips = segments.get(key);
    if (vips === undefined) segments.set(key, new Set([vip]));
    else vips.add(vip);
  }

  remove(vip: Vip): void {
    const segments = this.#byAddress.get(vip.address);
    const key = segmentKey(vip.router.id);
    const vips = segments?.get(key);
    if (segments === undefined || vips === undefined) return;
    vips.delete(vip);
    if (vips.size === 0) segments.delete(key);
    if (segments.size === 0) this.#byAddress.delete(vip.address);
  }

  addresses(): readonly string[] {
    return [...this.#byAddress.keys()];
  }

  /** On all segments. */
  all(address: string): readonly Vip[] {
    const segments = this.#byAddress.get(address);
    return segments === undefined ? nothing : [...segments.values()].flatMap((vips) => [...vips]);
  }

  /** On one segment. Asked for with every ARP packet. */
  on(segment: Segment, address: string): Iterable<Vip> {
    return this.#byAddress.get(address)?.get(segmentKey(segment)) ?? nothing;
  }
}
