import { parseRfc3339 } from "../../lib/rfc3339.ts";
import { type Instant, rfc3339, wallTime } from "../../lib/time.ts";
import type { Notification } from "../alert.ts";
import { deliveryIdPattern } from "../delivery-id.ts";
import { Delivery, type Place } from "./delivery.ts";
import { parseFileName } from "./names.ts";
import { isFields, isNotification } from "./parse-notification.ts";

const VERSION = 1;

/** What a delivery's file holds. */
interface StoredDelivery {
  readonly version: typeof VERSION;
  readonly receiver: string;
  readonly attempts: number;
  readonly queued_at: string;
  /** Why the last attempt failed; not there where none did. */
  readonly problem?: string;
  readonly notification: Notification;
}

/** The text of a delivery's file, for `jq` and for eyes. */
export function storedText({ notification, attempts, queuedAt, problem }: Delivery): string {
  const stored: StoredDelivery = {
    version: VERSION,
    receiver: notification.receiver,
    attempts,
    queued_at: rfc3339(queuedAt),
    ...(problem !== null && { problem }),
    notification,
  };
  return `${JSON.stringify(stored, null, 2)}\n`;
}

/**
 * Reads back what `storedText` wrote. Never throws.
 * @returns null: it is damaged, of another version, or another receiver's
 */
export function parseStored(name: string, place: Place, bytes: Uint8Array, receiver: string, now: Instant): Delivery | null {
  const named = parseFileName(name);
  const stored = jsonOf(bytes);
  if (named === null || !isFields(stored) || stored["version"] !== VERSION || stored["receiver"] !== receiver) return null;
  const { attempts, queued_at, problem = null, notification } = stored;
  if (!Number.isSafeInteger(attempts) || Number(attempts) < 0 || typeof queued_at !== "string" || !isNotification(notification))
    return null;
  const queuedAt = parseRfc3339(queued_at);
  const createdAt = parseRfc3339(notification.created_at);
  if (!deliveryIdPattern.test(notification.id)) return null;
  if (notification.receiver !== receiver || notification.id !== named.id || !queuedAt.ok || !createdAt.ok) return null;
  if (problem !== null && typeof problem !== "string") return null;
  // What was joined is as old as its oldest part, and given up by the age of its newest.
  const delivery = new Delivery(notification, named.order, queuedAt.value, now);
  delivery.leftAt = wallTime(Math.max(queuedAt.value, createdAt.value));
  delivery.place = place;
  delivery.attempts = Number(attempts);
  delivery.attempted = true;
  delivery.revived = true;
  delivery.problem = problem;
  return delivery;
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return null;
  }
}
