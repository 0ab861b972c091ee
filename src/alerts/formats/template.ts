import type { CompiledTemplate } from "../../lib/placeholders.ts";
import { alertmanagerBody } from "./alertmanager.ts";
import type { Format } from "./format.ts";

/**
 * The user's own JSON document. Its placeholders name what is in Alertmanager's body, and besides `alert`, the first of `alerts`, and
 * `firing` and `resolved`, how many of `alerts` are which.
 */
export function templateFormat(template: CompiledTemplate): Format {
  return {
    perAlert: false,
    body(notification, context) {
      const body = alertmanagerBody(notification, context);
      const { alerts } = notification;
      const firing = alerts.filter(({ status }) => status === "firing").length;
      const [alert = null] = Array.isArray(body["alerts"]) ? body["alerts"] : [];
      return template.render({ ...body, alert, firing, resolved: alerts.length - firing });
    },
  };
}
