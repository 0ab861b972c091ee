import type { Json } from "../alert.ts";
import { fitted } from "../plain.ts";
import { type ChatAlert, chatMessage, type Mood } from "./chat.ts";
import type { Format } from "./format.ts";

/**
 * Slack asks for at most 20 attachments; the text of a Rocket.Chat message has 5,000 characters by default, and all texts together fit into
 * the 16,383 characters of one of Mattermost, which cuts longer ones in pieces.
 */
const MOST_ALERTS = 10;
const LONGEST_HEADLINE = 1_000;
const LONGEST_TITLE = 200;
const LONGEST_FOOTER = 100;
/** Of one alert alone, and of each of several. */
const LONGEST_TEXT = { one: 3_500, several: 700 } as const;

const colors: Readonly<Record<Mood, string>> = { critical: "#c9252d", warning: "#e6a100", info: "#3b7dd8", resolved: "#2e9e4f" };

/** Slack, and what takes the same: Mattermost and Rocket.Chat. `text` and attachments, as only Slack knows blocks. */
export const slack: Format = {
  perAlert: false,
  body(notification): Json {
    const { headline, alerts, more } = chatMessage(notification, MOST_ALERTS);
    const longest = alerts.length === 1 ? LONGEST_TEXT.one : LONGEST_TEXT.several;
    return {
      text: escaped(headline, LONGEST_HEADLINE),
      mrkdwn: false,
      attachments: [...alerts.map((alert) => attachmentOf(alert, longest)), ...(more === null ? [] : [{ fallback: more, text: more }])],
    };
  },
};

function attachmentOf({ mood, title, text, runbook, reporter, at }: ChatAlert, longest: number): Json {
  return {
    color: colors[mood],
    fallback: escaped(title, LONGEST_TITLE),
    title: escaped(title, LONGEST_TITLE),
    ...(runbook !== null && { title_link: runbook }),
    text: escaped(text, longest),
    footer: escaped(reporter, LONGEST_FOOTER),
    ts: Math.floor(Date.parse(at) / 1_000),
    // In these texts * and _ are what they are.
    mrkdwn_in: [],
  };
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

const escaped = (text: string, limit: number): string => fitted(text, limit, (character) => entities[character] ?? character);
