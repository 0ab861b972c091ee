import { type Severity, severities } from "../core/events.ts";
import type { Alert, Notification } from "./alert.ts";

const order: readonly string[] = severities;

/** 0 for critical; what has no known severity weighs least. */
function rank({ labels }: Alert): number {
  const found = order.indexOf(labels["severity"] ?? "");
  return found === -1 ? severities.length : found;
}

/** The highest severity in it. */
export function severityOf({ alerts }: Pick<Notification, "alerts">): Severity {
  return severities[Math.min(...alerts.map(rank))] ?? "info";
}

/** Whether `a` matters less than `b`: a positive number where it does. */
export const bySeverity = (a: Severity, b: Severity): number => severities.indexOf(a) - severities.indexOf(b);

const firingFirst = (a: Alert, b: Alert): number => Number(a.status === "resolved") - Number(b.status === "resolved");

function byAge(a: Alert, b: Alert): number {
  if (a.starts_at !== b.starts_at) return a.starts_at < b.starts_at ? -1 : 1;
  return a.fingerprint < b.fingerprint ? -1 : Number(a.fingerprint > b.fingerprint);
}

/** How alerts stand in a notification: firing before resolved, the most severe first, then the oldest. */
export const byWeight = (a: Alert, b: Alert): number => firingFirst(a, b) || rank(a) - rank(b) || byAge(a, b);

/** Which alerts stay where there are too many: the most severe, of those the ones that fire, then the oldest. */
export const byImportance = (a: Alert, b: Alert): number => rank(a) - rank(b) || firingFirst(a, b) || byAge(a, b);
