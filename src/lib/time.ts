/**
 * Time inside the program: integer microseconds, in three kinds that the compiler keeps apart.
 * Seconds and `"3s"` exist only at the edges (metrics, events, configuration).
 */
declare const unit: unique symbol;

/** A point on the monotonic clock, in microseconds. Only differences mean anything; a stepped clock does not move it. */
export type Instant = number & { readonly [unit]: "instant" };

/** Microseconds since the Unix epoch, UTC. For display only, never for a deadline or a gap. */
export type WallTime = number & { readonly [unit]: "wall" };

/** A length of time in microseconds. */
export type Duration = number & { readonly [unit]: "duration" };

/** One moment by both clocks. */
export interface Stamp {
  readonly at: Instant;
  readonly wall: WallTime;
}

export const instant = (us: number): Instant => us as Instant;
export const wallTime = (us: number): WallTime => us as WallTime;
export const micros = (n: number): Duration => n as Duration;
export const millis = (n: number): Duration => Math.round(n * 1_000) as Duration;
export const seconds = (n: number): Duration => Math.round(n * 1_000_000) as Duration;

export const plus = (at: Instant, d: Duration): Instant => (at + d) as Instant;
export const earlier = (a: Instant, b: Instant): Instant => (a < b ? a : b);
export const later = (a: Instant, b: Instant): Instant => (a > b ? a : b);
export const since = (later: Instant, earlier: Instant): Duration => (later - earlier) as Duration;
export const wallPlus = (at: WallTime, d: Duration): WallTime => (at + d) as WallTime;

/** Seconds as a float, exact to the microsecond: the unit of metrics and events. */
export const toSeconds = (us: Duration | Instant | WallTime): number => us / 1_000_000;

/** RFC 3339 in UTC with six decimals, such as `2026-11-21T06:01:00.000123Z`. */
export function rfc3339(at: WallTime): string {
  const ms = Math.floor(at / 1_000);
  const rest = at - ms * 1_000;
  return `${new Date(ms).toISOString().slice(0, -1)}${String(rest).padStart(3, "0")}Z`;
}
