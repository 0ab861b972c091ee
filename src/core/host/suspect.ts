import type { ConfiguredInstance, ConfiguredTrack } from "../keepalived-config.ts";
import type { LocalNetwork } from "./local-network.ts";

/** What most likely made keepalived change a priority or give up: named only where keepalived.conf has exactly one that fits. */
export interface Suspect {
  readonly kind: ConfiguredTrack["kind"];
  readonly name: string;
}

const HIGHEST_TRACKED = 254;
const LOWEST = 1;

const only = (tracks: readonly ConfiguredTrack[]): Suspect | null => {
  const [first, ...rest] = tracks;
  return first === undefined || rest.length > 0 ? null : { kind: first.kind, name: first.name };
};

/** The tracked thing whose weight makes this difference. A tracked priority is kept within 1 and 254 (keepalived, vrrp_set_effective_priority). */
export function suspectOfPriority(configured: ConfiguredInstance, from: number, to: number): Suspect | null {
  const difference = Math.abs(to - from);
  const clamped = to === LOWEST || to === HIGHEST_TRACKED || from === LOWEST || from === HIGHEST_TRACKED;
  const fits = ({ weight }: ConfiguredTrack): boolean =>
    weight !== 0 && (Math.abs(weight) === difference || (clamped && Math.abs(weight) > difference));
  return only(configured.tracks.filter(fits));
}

/** What puts it into FAULT: an interface that is down, else the only thing that is tracked without a weight. */
export function suspectOfFault(configured: ConfiguredInstance, network: LocalNetwork): Suspect | null {
  const tracked = configured.tracks.filter(({ weight }) => weight === 0);
  const down = interfacesDown(configured, network);
  if (down.length > 0) return down.length === 1 ? { kind: "interface", name: down[0] as string } : null;
  return only(tracked.filter(({ kind }) => kind !== "interface"));
}

/** The interfaces that are down and thereby put it into FAULT: each of them is enough. */
export function interfacesDown({ interface: own, dontTrackPrimary, tracks }: ConfiguredInstance, network: LocalNetwork): readonly string[] {
  const tracked = tracks.filter(({ kind, weight }) => kind === "interface" && weight === 0).map(({ name }) => name);
  return [...new Set(dontTrackPrimary ? tracked : [own, ...tracked])].filter((name) => network.byName(name)?.up === false);
}
