import type { Native } from "./native.ts";

export type Clocks = Pick<Native, "monotonicMicros" | "realtimeOffset">;

/**
 * The two clocks without the addon, for the backend that runs where the addon cannot be built.
 * `Date.now` says only in which millisecond the wall clock is; the estimate moves no further than each reading demands, so it
 * comes to rest within a few microseconds, follows a slewed clock, and jumps with a stepped one.
 */
export function systemClocks(
  wallMillis: () => number = Date.now,
  monotonicMicros: () => number = () => Number(process.hrtime.bigint() / 1_000n),
): Clocks {
  let offset: number | undefined;
  const realtimeOffset = (): number => {
    const before = monotonicMicros();
    const wall = wallMillis() * 1_000;
    const lowest = wall - monotonicMicros();
    const highest = wall + 1_000 - before;
    offset = offset === undefined ? Math.round((lowest + highest) / 2) : Math.min(Math.max(offset, lowest), highest);
    return offset;
  };
  return { monotonicMicros, realtimeOffset };
}
