import { STATUS_CODES } from "node:http";
import { type Duration, micros, type WallTime } from "../../lib/time.ts";
import type { Outcome } from "../outcome.ts";

/** What is likely wrong, by status. */
const hints: Readonly<Record<number, string>> = {
  401: "check the credentials of this receiver",
  403: "check the credentials of this receiver, and its URL",
  404: "check the URL of this receiver",
  405: "check the URL of this receiver",
  407: "the proxy wants credentials: put them into the URL of the proxy's environment variable",
  410: "the receiver's URL is no longer in use",
  413: "too long for it: lower max_alerts",
  415: "check the format of this receiver",
};

/** The answer as a person and the queue need it. */
export interface Reply {
  readonly status: number;
  readonly retryAfter: string | null;
  /** Redacted. Empty: nothing to be shown. */
  readonly beginning: string;
}

/**
 * What a status means for the delivery. 407 comes from a proxy, which cannot refuse for the receiver, and a status that HTTP does not have
 * counts as 5xx (RFC 9110 §15).
 */
export function classifyReply({ status, retryAfter, beginning }: Reply, wall: WallTime): Outcome {
  if (status >= 200 && status < 300) return { kind: "delivered" };
  if (status >= 300 && status < 400)
    return { kind: "rejected", why: `answers ${status} with a redirect, which is not followed: put the final URL into the configuration` };
  const name = STATUS_CODES[status] === undefined ? "" : ` ${STATUS_CODES[status]}`;
  const hint = hints[status] === undefined ? "" : ` (${hints[status]})`;
  const why = `answers ${status}${name}${hint}${beginning === "" ? "" : `: ${beginning}`}`;
  if (isPassing(status)) return { kind: "retry", why, retryAfter: parseRetryAfter(retryAfter, wall) };
  return { kind: "rejected", why };
}

const isPassing = (status: number): boolean => [407, 408, 425, 429].includes(status) || status < 200 || status >= 500;

const imfDate = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;
const rfc850Date = /^[A-Z][a-z]{5,8}, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/;
const asctimeDate = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/;

/**
 * `Retry-After` as seconds or as a date in any of the three forms of HTTP (RFC 9110 §10.2.3, §5.6.7), as long as it says: how much of it is believed, `backoff` knows.
 * @returns null for anything else; nothing to wait for where the date is past
 */
export function parseRetryAfter(text: string | null, wall: WallTime): Duration | null {
  const value = text?.trim() ?? "";
  if (/^\d+$/.test(value)) return bounded(Number(value) * 1_000_000);
  if (!imfDate.test(value) && !rfc850Date.test(value) && !asctimeDate.test(value)) return null;
  const at = Date.parse(asctimeDate.test(value) ? `${value} GMT` : value);
  return Number.isNaN(at) ? null : bounded(at * 1_000 - wall);
}

const bounded = (length: number): Duration => micros(Math.min(Number.MAX_SAFE_INTEGER, Math.max(0, length)));
