import type { Alert, Json } from "../alert.ts";
import { fitted, plainLine, plainLines } from "../plain.ts";
import type { Format } from "./format.ts";
import { webLink } from "./links.ts";

/** Of the Events API v2: characters of a summary, and bytes of a whole event. */
const LONGEST_SUMMARY = 1_024;
const MOST_BYTES = 512_000;
/** Of the other texts; the API names no limit for them. */
const LONGEST_FIELD = 255;
const LONGEST_DESCRIPTION = 10_000;

const severities: Readonly<Record<string, string>> = { critical: "critical", warning: "warning", info: "info" };

/** PagerDuty's Events API v2: an event an alert, joined by its fingerprint. */
export const pagerduty: Format = {
  perAlert: true,
  body({ alerts: [alert] }, { externalUrl, routingKey }) {
    if (alert === undefined) return {};
    const link = webLink(alert.annotations.runbook_url);
    const client = webLink(externalUrl);
    const event = (details: Json): Json => ({
      ...(routingKey !== null && { routing_key: routingKey }),
      event_action: alert.status === "firing" ? "trigger" : "resolve",
      dedup_key: alert.fingerprint,
      payload: payloadOf(alert, details),
      client: "vrrpwatch",
      ...(client !== null && { client_url: client }),
      ...(link !== null && { links: [{ href: link, text: "Runbook" }] }),
    });
    return detailsOf(alert).map(event).find(fits) ?? event({});
  },
};

function payloadOf({ annotations, labels, starts_at, ends_at, vrrp }: Alert, details: Json): Json {
  return {
    summary: line(annotations.summary, LONGEST_SUMMARY),
    source: line(labels["instance"] ?? labels["segment"] ?? vrrp.virtual_router.segment, LONGEST_FIELD),
    severity: severities[labels["severity"] ?? ""] ?? "warning",
    timestamp: ends_at ?? starts_at,
    component: `VRID ${vrrp.virtual_router.vrid}`,
    group: line(vrrp.virtual_router.segment, LONGEST_FIELD),
    class: line(vrrp.condition, LONGEST_FIELD),
    custom_details: details,
  };
}

/** All that is known, then less and less of it, for the limit of the whole event. */
function detailsOf({ annotations, labels, vrrp, times }: Alert): Json[] {
  const texts = {
    description: fitted(plainLines(annotations.description), LONGEST_DESCRIPTION),
    reporter: line(annotations.reporter, LONGEST_FIELD),
  };
  const leftOut = "It has more than PagerDuty takes: see the agent's own page.";
  return [
    { ...texts, times, labels, ...vrrp },
    { ...texts, times, labels, ...vrrp, evidence: leftOut },
    { ...texts, left_out: leftOut },
  ];
}

const line = (text: string, limit: number): string => fitted(plainLine(text), limit);

const fits = (event: Json): boolean => new TextEncoder().encode(JSON.stringify(event)).length <= MOST_BYTES;
