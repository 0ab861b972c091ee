import type { Json, Notification } from "../alert.ts";
import { isFiring } from "../alert.ts";
import { alertmanagerBody } from "./alertmanager.ts";
import type { Format, FormatContext } from "./format.ts";

/**
 * OneUptime's incoming request: Alertmanager's body, and at its top the flat `{state, hostname, timestamp}` that the usual notify scripts
 * of keepalived post, so that criteria on either work. `state` is `firing` or `resolved`: MASTER, BACKUP and FAULT are what one host is,
 * and an alert is about a segment. Only where a new master is all that is told it is `MASTER`, and `hostname` the new master's address.
 *
 * OneUptime's default criteria take the word `error`, in small letters and anywhere in the body, for an outage. A body that does not fire
 * has it as `Error`, in keys and values alike; fingerprints and times have no such letters, so that what fired is found by them.
 */
export const oneuptime: Format = {
  perAlert: false,
  body(notification, context) {
    const body = { ...alertmanagerBody(notification, context), ...flat(notification, context) };
    return isFiring(notification) ? body : (withoutTrap(body) as Json);
  },
};

function flat(notification: Notification, { agent }: FormatContext): Json {
  const { alerts, created_at: createdAt } = notification;
  const [first] = alerts;
  const timestamp = first === undefined ? createdAt : (first.ends_at ?? first.starts_at);
  const master = alerts.every(({ vrrp }) => vrrp.condition === "master_changed") ? (first?.vrrp.master ?? null) : null;
  if (master !== null) return { state: "MASTER", hostname: master, timestamp };
  return { state: isFiring(notification) ? "firing" : "resolved", hostname: agent.host, timestamp };
}

function withoutTrap(value: unknown): unknown {
  if (typeof value === "string") return spelled(value);
  if (Array.isArray(value)) return value.map(withoutTrap);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [spelled(key), withoutTrap(inner)]));
}

const spelled = (text: string): string => text.replaceAll("error", "Error");
