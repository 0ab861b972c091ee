import type { Advert } from "../wire/decoded.ts";
import { disjointAddresses } from "./disagreement.ts";

interface Speaker {
  readonly source: string;
  readonly lastAdvert: Advert;
}

/** Two unicast routers that do not send to each other may be two virtual routers that share a number. */
export function mayHearEachOther(a: Speaker, b: Speaker): boolean {
  const [x, y] = [a.lastAdvert, b.lastAdvert];
  if (!x.flags.includes("unicast") || !y.flags.includes("unicast")) return true;
  return x.destination === y.source || y.destination === x.source || (x.destination === y.destination && !disjointAddresses(x, y));
}
