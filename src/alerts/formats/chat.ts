import { type Alert, isFiring, type Notification } from "../alert.ts";
import { fitted, plainLine, plainLines } from "../plain.ts";
import { webLink } from "./links.ts";
import { withoutLinks } from "./without-links.ts";

export type Mood = "critical" | "warning" | "info" | "resolved";

/** One alert as a chat shows it, in plain text: each format escapes it in its own way. */
export interface ChatAlert {
  readonly mood: Mood;
  /** One line. */
  readonly title: string;
  /** Several lines. */
  readonly text: string;
  /** http or https; null: there is nothing to follow. */
  readonly runbook: string | null;
  /** The host that says it. */
  readonly reporter: string;
  /** RFC 3339: when it began, or ended. */
  readonly at: string;
}

export interface ChatMessage {
  /** All that a notification on a phone shows. */
  readonly headline: string;
  /** The mood of the worst. */
  readonly mood: Mood;
  /** The most severe ones. */
  readonly alerts: readonly ChatAlert[];
  /** `and 245 more`; null: all of them are there. */
  readonly more: string | null;
}

const LONGEST_TITLE = 250;
const LONGEST_TEXT = 8_000;

/**
 * What a chat is told: without control characters, and without anything that a chat makes a mention or a link of.
 * @param most alerts to show; the others are counted
 */
export function chatMessage(notification: Notification, most: number): ChatMessage {
  const { alerts, truncated } = notification;
  const shown = alerts.slice(0, most).map(alertOf);
  const left = alerts.length - shown.length + truncated;
  return {
    headline: headlineOf(notification),
    mood: shown[0]?.mood ?? "info",
    alerts: shown,
    more: left === 0 ? null : `and ${left} more`,
  };
}

/** The summary is the headline where there is one alert; what names it then is its alert name. */
function alertOf(alert: Alert, _index: number, { length }: readonly Alert[]): ChatAlert {
  const { annotations, labels, status, starts_at, ends_at } = alert;
  const title = length === 1 ? (labels["alertname"] ?? alert.vrrp.condition) : annotations.summary;
  const damped = annotations.damped === undefined || annotations.description.includes(annotations.damped) ? "" : `\n${annotations.damped}`;
  return {
    mood: moodOf(alert),
    title: safeLine(title),
    text: safeLines(`${annotations.description}${damped}`, annotations.runbook_url),
    runbook: webLink(annotations.runbook_url),
    reporter: safeLine(annotations.reporter),
    at: status === "firing" ? starts_at : (ends_at ?? starts_at),
  };
}

function headlineOf(notification: Notification): string {
  const { alerts, truncated, reason } = notification;
  const [first] = alerts;
  if (first === undefined) return "vrrpwatch";
  const lead = `${first.status === "firing" ? `[${labelled(first)}] ` : ""}${reason === "repeat" ? "Still: " : ""}${first.annotations.summary}`;
  const others = alerts.length + truncated - 1;
  if (others === 0) return safeLine(lead);
  const firing = alerts.filter(({ status }) => status === "firing").length;
  const counts = [
    ...(isFiring(notification) ? [`${firing} firing`] : []),
    ...(firing < alerts.length ? [`${alerts.length - firing} resolved`] : []),
    ...(truncated > 0 ? [`${truncated} not listed`] : []),
  ];
  return `${safeLine(lead)}, and ${others} more (${counts.join(", ")})`;
}

const labelled = ({ labels }: Alert): string => labels["severity"] ?? "warning";

function moodOf(alert: Alert): Mood {
  if (alert.status === "resolved") return "resolved";
  const severity = labelled(alert);
  return severity === "critical" || severity === "info" ? severity : "warning";
}

const safeLine = (text: string): string => withoutLinks(fitted(plainLine(text.slice(0, 2 * LONGEST_TITLE)), LONGEST_TITLE));

/** The runbook is the one link that the agent's own configuration vouches for. */
function safeLines(text: string, runbook: string): string {
  const lines = fitted(plainLines(text.slice(0, 2 * LONGEST_TEXT)), LONGEST_TEXT);
  if (webLink(runbook) === null) return withoutLinks(lines);
  return lines.split(runbook).map(withoutLinks).join(runbook);
}
