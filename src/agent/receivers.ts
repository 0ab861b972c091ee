import { hostname } from "node:os";
import type { Alert } from "../alerts/alert.ts";
import { alertmanagerApiBody } from "../alerts/formats/alertmanager-api.ts";
import type { Format } from "../alerts/formats/format.ts";
import { formats } from "../alerts/formats/index.ts";
import { templateFormat } from "../alerts/formats/template.ts";
import { MOST_ALERTS } from "../alerts/lifecycle/lifecycle.ts";
import type { ReceiverRule } from "../alerts/lifecycle/receiver-rule.ts";
import type { PostOptions } from "../alerts/webhook/prepare.ts";
import type { Webhook } from "../alerts/webhook.ts";
import type { Config } from "../config/schema.ts";
import type { Clock } from "../lib/clock.ts";
import { compileTemplate } from "../lib/placeholders.ts";
import { lateCode } from "./late-code.ts";

export type Receiver = Config["alerts"]["receivers"][number];

/** PagerDuty's Events API v2: one address for all. */
const PAGERDUTY = "https://events.pagerduty.com/v2/enqueue";

/** Which alerts a receiver of the configuration is told, and how. */
export function ruleOf(receiver: Receiver): ReceiverRule {
  const { name, format, severities, matchers, send_resolved: sendResolved, max_alerts: maxAlerts } = receiver;
  const isApi = format === "alertmanager-api";
  return {
    name,
    severities,
    matchers,
    // Alertmanager decides itself what it tells on.
    sendResolved: isApi || sendResolved,
    // Alertmanager's API takes thousands of alerts in one request.
    maxAlerts: isApi ? MOST_ALERTS : maxAlerts,
    damps: !isApi,
    // PagerDuty opens an incident of each, and Alertmanager lets it fire for minutes.
    takesMoments: !isApi && format !== "pagerduty",
    perAlert: formatOf(receiver, () => "").perAlert,
  };
}

export interface OpenDeps {
  readonly clock: Clock;
  readonly version: string;
  /** Whether `web.listen` speaks HTTPS. */
  readonly secure: boolean;
  /** When an Alertmanager may forget an alert by itself, RFC 3339. */
  readonly endsAt: (alert: Alert) => string;
}

/** Who posts to a receiver: several Alertmanagers have one each. */
export async function openReceiver(
  config: Config,
  receiver: Receiver,
  { clock, version, secure, endsAt }: OpenDeps,
): Promise<readonly Webhook[]> {
  // The HTTP client is loaded by those only that have somebody to tell.
  const { Webhook } = await lateCode.webhook();
  const context = { externalUrl: externalUrlOf(config, secure), agent: { host: hostname(), version } };
  const format = formatOf(receiver, endsAt);
  return optionsOf(receiver).map((options) => new Webhook(options, { format, context, clock, environment: process.env }));
}

function optionsOf(receiver: Receiver): PostOptions[] {
  const { urls, url, format } = receiver;
  const { url_file, secret_file, bearer_token_file, basic_auth, header_files, routing_key_file, headers, tls, timeout } = receiver;
  const common = { secret_file, bearer_token_file, basic_auth, header_files, routing_key_file, headers, tls, timeout };
  if (format === "pagerduty" && url_file === undefined) return [{ ...common, url: url ?? PAGERDUTY }];
  if (format !== "alertmanager-api") return [{ ...common, url, url_file }];
  const endpoint = "/api/v2/alerts";
  if (urls !== undefined) return urls.map((each) => ({ ...common, url: each, endpoint }));
  return [{ ...common, url, url_file, endpoint }];
}

function formatOf({ format, template }: Receiver, endsAt: (alert: Alert) => string): Format {
  if (format === "alertmanager-api") {
    return { perAlert: false, body: ({ alerts }, { externalUrl }) => alertmanagerApiBody(alerts, endsAt, externalUrl) };
  }
  if (format !== "template") return formats[format];
  const compiled = compileTemplate(template ?? {});
  // The configuration has checked it.
  if (!compiled.ok) throw new Error("a template that was not checked");
  return templateFormat(compiled.value);
}

/** Where people reach this agent's page; an empty text where only this host does. */
export function externalUrlOf({ alerts, web }: Pick<Config, "alerts" | "web">, secure: boolean): string {
  if (alerts.external_url !== null) return alerts.external_url;
  const open = web.listen.find((address) => address.kind === "tcp" && !isLoopback(address.host));
  return open?.kind === "tcp" ? `${secure ? "https" : "http"}://${hostname()}:${open.port}` : "";
}

const isLoopback = (host: string | null): boolean => host !== null && (host === "::1" || host === "localhost" || host.startsWith("127."));
