import type { VirtualRouterId } from "../core/events.ts";
import type { WallTime } from "../lib/time.ts";
import { type Silence, type SilenceMatchers, silenceState } from "./silence.ts";

/** Whether what a silence says fits a virtual router on its segment. */
export function matches(wanted: SilenceMatchers, id: VirtualRouterId, segment: string): boolean {
  return (
    (wanted.segment === undefined || wanted.segment === segment) &&
    (wanted.interface === undefined || wanted.interface === id.interface) &&
    (wanted.vlan === undefined || wanted.vlan === (id.vlan ?? 0)) &&
    (wanted.innerVlan === undefined || wanted.innerVlan === (id.innerVlan ?? 0)) &&
    (wanted.family === undefined || wanted.family === id.family) &&
    (wanted.vrid === undefined || wanted.vrid === id.vrid)
  );
}

/**
 * The silences that hold at a moment for a virtual router, in the order given.
 * @param segment as the agent names it: the label `segment` of the alerts
 */
export function silencesFor<Each extends Silence>(
  silences: Iterable<Each>,
  routerId: VirtualRouterId,
  segment: string,
  wall: WallTime,
): Each[] {
  const found: Each[] = [];
  for (const silence of silences)
    if (silenceState(silence, wall) === "active" && matches(silence.matchers, routerId, segment)) found.push(silence);
  return found;
}
