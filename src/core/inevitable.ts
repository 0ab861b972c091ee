import { type Duration, micros } from "../lib/time.ts";
import type { Advert } from "../wire/decoded.ts";
import type { MasterChangeReason } from "./events.ts";
import { masterDownInterval, skewTime } from "./timing.ts";

/**
 * How long after the last advert of the old master the protocol makes a healthy backup wait (RFC 9568 §6.4.2): Skew_Time after
 * a resignation, Master_Down_Interval after silence, not at all where a higher claim takes over from a living master.
 * @param last of the old master: its interval is the one that backups follow
 * @param priority of the new master
 * @param adverts `down_timer_adverts`
 * @returns null where the reason does not say how the old master was lost
 */
export function inevitableGap(
  reason: MasterChangeReason,
  { version, interval }: Pick<Advert, "version" | "interval">,
  priority: number,
  adverts: number,
): Duration | null {
  switch (reason) {
    case "preempted":
      return micros(0);
    case "priority_zero":
      return skewTime(version, interval, priority);
    case "no_response":
      return masterDownInterval(version, interval, priority, adverts);
    default:
      return null;
  }
}
