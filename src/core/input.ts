import type { Instant, WallTime } from "../lib/time.ts";
import type { AddressClaim, Advert, CarpAdvert, GroupJoin, PartialAdvert, RejectReason } from "../wire/decoded.ts";
import type { Direction } from "../wire/frame.ts";
import type { HostFact } from "./host-facts.ts";

interface At {
  readonly at: Instant;
  readonly wall: WallTime;
  /** null where the capture does not say. */
  readonly interface: string | null;
}

/** A fact of this host, as it became known. */
export type HostInput = HostFact & { readonly at: Instant; readonly wall: WallTime };

/** Everything that the engine learns from frames, and of its ears. Plain data: a recorded list of inputs replays to the same events. */
export type Input =
  | (At & { readonly kind: "advert"; readonly direction: Direction; readonly advert: Advert; readonly ipId: number | null })
  | (At & { readonly kind: "rejected"; readonly reason: RejectReason; readonly partial: PartialAdvert })
  | (At & { readonly kind: "carp"; readonly carp: CarpAdvert })
  | (At & { readonly kind: "claim"; readonly direction: Direction; readonly claim: AddressClaim })
  | (At & { readonly kind: "join"; readonly join: GroupJoin })
  /** The listener's ears: `deaf` from now on, or `hearing` again. null as interface = all of them. */
  | (At & { readonly kind: "capture"; readonly state: "deaf" | "hearing" })
  /**
   * Between `at` and `until` something may have been missed (drops, a pause of the host, a blocked loop): silence before
   * `until` proves nothing. Inputs from within that time may follow.
   */
  | (At & { readonly kind: "gap"; readonly until: Instant });
