import { type Duration, micros, millis, seconds } from "../lib/time.ts";

const ONE_SECOND = seconds(1);

/** Allowance on top of the slowest backup's timer before a claim counts as expired: scheduling of the sender and of us. */
const EXPIRY_SLACK = millis(20);

/** A router's clock may be this much faster than ours before its legitimate takeover looks early. */
const CLOCK_TOLERANCE = 0.98;

/** Two adverts may differ in how long they took to reach us: so much, but at most this part of an interval. */
const PATH_JITTER = millis(2);
const JITTER_SHARE = 0.1;

/** Skew_Time: in VRRPv2 a part of one second (RFC 3768 §6.1), in VRRPv3 a part of the interval (RFC 9568 §6.1). */
export function skewTime(version: 2 | 3, interval: Duration, priority: number): Duration {
  return micros(Math.floor(((256 - priority) * (version === 2 ? ONE_SECOND : interval)) / 256));
}

/**
 * Master_Down_Interval (RFC 9568: Active_Down_Interval) of a backup of `priority`.
 * @param interval the interval that the master advertises.
 * @param adverts `down_timer_adverts` of keepalived, 3 in the RFC.
 */
export function masterDownInterval(version: 2 | 3, interval: Duration, priority: number, adverts: number): Duration {
  return micros(adverts * interval + skewTime(version, interval, priority));
}

/** How long after its last advert a claim ends by silence: the timer of the least preferred backup, and a little. */
export function claimLifetime(version: 2 | 3, interval: Duration, adverts: number): Duration {
  return micros(masterDownInterval(version, interval, 1, adverts) + EXPIRY_SLACK);
}

/** The silence of the old master after which a sender of `priority` takes over legitimately. */
export function takeoverSilence(version: 2 | 3, interval: Duration, priority: number, adverts: number): Duration {
  const jitter = Math.min(PATH_JITTER, JITTER_SHARE * interval);
  return micros(masterDownInterval(version, interval, priority, adverts) * CLOCK_TOLERANCE - jitter);
}

/** How long a master that was outranked may stay silent before it has evidently stepped down (RFC 9568 §6.4.3). */
export function stepDownSilence(interval: Duration): Duration {
  return micros(interval * 1.5);
}
