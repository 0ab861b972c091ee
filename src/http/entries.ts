import type { VirtualRouterId } from "../core/events.ts";
import type { JoinedRouterView } from "../core/host/view.ts";
import type { Snapshot, VirtualRouterView } from "../core/view.ts";

/** One virtual router as the API lists it: heard, known to this host, or both. */
export interface Entry {
  readonly id: VirtualRouterId;
  readonly wire: VirtualRouterView | null;
  readonly joined: JoinedRouterView | null;
}

/** Those that are heard, then those that only this host knows. */
export function entriesOf({ routers, host }: Snapshot): Entry[] {
  const joined = new Map(host.routers.map((router) => [router.wire, router]));
  const heard = routers.map((wire) => ({ id: wire.id, wire, joined: joined.get(wire) ?? null }));
  const unheard = host.routers.filter(({ wire }) => wire === null).map((router) => ({ id: router.id, wire: null, joined: router }));
  return [...heard, ...unheard];
}
