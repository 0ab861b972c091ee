import type { Alert, Json } from "../alert.ts";
import { annotationsOf } from "./alertmanager.ts";
import { generatorUrl } from "./links.ts";

/**
 * The body of Alertmanager's `POST /api/v2/alerts`.
 * @param endsAt RFC 3339: of what fires a time ahead, at which Alertmanager forgets it unless it is told again
 */
export function alertmanagerApiBody(alerts: readonly Alert[], endsAt: (alert: Alert) => string, externalUrl: string): readonly Json[] {
  return alerts.map((alert) => {
    const url = generatorUrl(alert, externalUrl);
    return {
      labels: alert.labels,
      annotations: annotationsOf(alert),
      startsAt: alert.starts_at,
      endsAt: endsAt(alert),
      // The API takes no empty one for a URI.
      ...(url !== "" && { generatorURL: url }),
    };
  });
}
