import type { Instant } from "../lib/time.ts";
import { TokenBucket } from "../lib/token-bucket.ts";
import type { VirtualRouterId } from "./events.ts";
import type { VirtualRouter } from "./virtual-router.ts";

/** What names a virtual router on its interface; an advert carries it. */
type Where = Omit<VirtualRouterId, "interface">;

/** Family, VRID and both VLAN ids in one number below 2^34, exact as a double. */
const numericKey = (id: Where): number =>
  (((id.innerVlan ?? 0) * 4096 + (id.vlan ?? 0)) * 2 + (id.family === "ipv4" ? 0 : 1)) * 256 + id.vrid;

/**
 * All virtual routers, at most `limit`. When it is full a newcomer takes the place of the oldest that was heard only once and
 * had the time for a second advert, else of one that is over and was never established; an outage that is being reported
 * stays. So a flood of invented ones displaces only itself, and one real router too many does not push the others out in
 * turn. No more are replaced in a second than there are places, so that a flood buys neither work nor events.
 *
 * What this host runs itself or the user names is never displaced, and is let in above the limit (at most as many again): else whoever floods
 * a segment with virtual routers that go on would have the agent not see the ones that it is there for.
 */
export class RouterTable {
  readonly #byInterface = new Map<string | null, Map<number, VirtualRouter>>();
  readonly #limit: number;
  readonly #replacements: TokenBucket;
  /** Heard once, oldest first. */
  readonly #once = new Set<VirtualRouter>();
  #size = 0;
  /** Until this instant nothing expires, so hardly a place comes free: spares a flood the search. */
  #fullUntil: Instant | undefined;

  constructor(limit: number) {
    this.#limit = limit;
    this.#replacements = new TokenBucket(limit, limit);
  }

  get(interfaceName: string | null, id: Where): VirtualRouter | undefined {
    return this.#byInterface.get(interfaceName)?.get(numericKey(id));
  }

  /**
   * Makes room for one more, to be asked before it is made.
   * @param isKnown whether it is one of this host's own or named by the user; asked only where there is no other room
   * @returns whether there is room, and who had to go for it.
   */
  makeRoom(now: Instant, isKnown: () => boolean): { readonly room: boolean; readonly evicted?: VirtualRouter } {
    if (this.#size < this.#limit) return { room: true };
    const evicted = this.#replacements.take(now) ? this.#victim(now) : undefined;
    if (evicted === undefined) return { room: this.#size < 2 * this.#limit && isKnown() };
    this.remove(evicted);
    return { room: true, evicted };
  }

  add(router: VirtualRouter): void {
    let routers = this.#byInterface.get(router.id.interface);
    if (routers === undefined) {
      routers = new Map();
      this.#byInterface.set(router.id.interface, routers);
    }
    routers.set(numericKey(router.id), router);
    this.#size += 1;
    if (!router.joined.isKnown) this.#once.add(router);
  }

  /** It was heard again. */
  confirm(router: VirtualRouter): void {
    this.#once.delete(router);
  }

  remove(router: VirtualRouter): void {
    this.confirm(router);
    const routers = this.#byInterface.get(router.id.interface);
    if (routers?.delete(numericKey(router.id)) !== true) return;
    this.#size -= 1;
    this.#fullUntil = undefined;
    if (routers.size === 0) this.#byInterface.delete(router.id.interface);
  }

  *all(): Generator<VirtualRouter> {
    for (const routers of this.#byInterface.values()) yield* routers.values();
  }

  *on(interfaceName: string | null): Generator<VirtualRouter> {
    if (interfaceName === null) yield* this.all();
    else yield* this.#byInterface.get(interfaceName)?.values() ?? [];
  }

  #victim(now: Instant): VirtualRouter | undefined {
    for (const router of this.#once) {
      if (now >= router.secondAdvertDue) return router;
      break;
    }
    if (this.#fullUntil !== undefined && now < this.#fullUntil) return undefined;
    let earliest: Instant | undefined;
    for (const router of this.all()) {
      if (router.isExpendable) return router;
      const { expiry } = router;
      if (expiry !== undefined && (earliest === undefined || expiry < earliest)) earliest = expiry;
    }
    this.#fullUntil = earliest;
    return undefined;
  }
}
