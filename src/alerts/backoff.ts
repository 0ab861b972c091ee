import { type Duration, micros, seconds } from "../lib/time.ts";

const FIRST: Duration = seconds(1);
const LONGEST: Duration = seconds(300);
/** What a receiver may ask for at most; a wrong header must not silence the agent for a day. */
const LONGEST_ASKED: Duration = seconds(3_600);

/**
 * How long to wait before the next attempt: exponential with full jitter, so that many agents do not come back at once. Pure.
 *
 * @param failures attempts in a row that failed, at least 1
 * @param random at least 0, less than 1
 * @param retryAfter what the receiver asked for (RFC 9110 §10.2.3): a lower bound, of which at most an hour is believed
 */
export function backoff(failures: number, random: number, retryAfter: Duration | null): Duration {
  const ceiling = Math.min(LONGEST, FIRST * 2 ** Math.min(failures - 1, 30));
  const asked = retryAfter === null ? 0 : Math.min(Math.max(0, retryAfter), LONGEST_ASKED);
  return micros(Math.max(Math.round(random * ceiling), asked));
}
