import { type Alert, isFiring, type Json, type Labels, type Notification } from "../alert.ts";
import type { Format, FormatContext } from "./format.ts";
import { generatorUrl } from "./links.ts";

/** Go's zero time: Alertmanager's word for "it has not ended". */
const NOT_ENDED = "0001-01-01T00:00:00Z";

/** The body of Alertmanager's webhook, version 4, with one more key at the top: `vrrp`, the same for programs (contract: Webhooks). */
export const alertmanager: Format = { perAlert: false, body: alertmanagerBody };

export function alertmanagerBody(notification: Notification, { externalUrl, agent }: FormatContext): Json {
  const { alerts } = notification;
  return {
    version: "4",
    groupKey: notification.group_key,
    truncatedAlerts: notification.truncated,
    status: isFiring(notification) ? "firing" : "resolved",
    receiver: notification.receiver,
    groupLabels: notification.group_labels,
    commonLabels: common(alerts.map(({ labels }) => labels)),
    commonAnnotations: common(alerts.map(annotationsOf)),
    externalURL: externalUrl,
    notification_reason: notification.reason,
    alerts: alerts.map((alert) => ({
      status: alert.status,
      labels: alert.labels,
      annotations: annotationsOf(alert),
      startsAt: alert.starts_at,
      endsAt: alert.ends_at ?? NOT_ENDED,
      generatorURL: generatorUrl(alert, externalUrl),
      fingerprint: alert.fingerprint,
    })),
    vrrp: {
      schema: 1,
      reporter: agent,
      alerts: alerts.map(({ fingerprint, status, sequence, times, vrrp }) => ({ fingerprint, status, sequence, times, ...vrrp })),
    },
  };
}

/** A plain record of texts; what is not given is left out. */
export const annotationsOf = ({ annotations }: Alert): Labels =>
  Object.fromEntries(Object.entries(annotations).filter((entry): entry is [string, string] => typeof entry[1] === "string"));

/** What all of them have with the same value. */
function common([first = {}, ...others]: readonly Labels[]): Labels {
  return Object.fromEntries(Object.entries(first).filter(([name, value]) => others.every((other) => other[name] === value)));
}
