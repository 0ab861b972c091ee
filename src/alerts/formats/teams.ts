import type { Json } from "../alert.ts";
import { fitted } from "../plain.ts";
import { type ChatAlert, type ChatMessage, chatMessage, type Mood } from "./chat.ts";
import type { Format } from "./format.ts";

/** Teams takes 28 kB of a workflow's message; some of its parts count UTF-16, so that the larger of both counts is held to it. */
const MOST_BYTES = 28_000;
const MOST_ALERTS = 8;
const LONGEST_HEADLINE = 600;
const LONGEST_TITLE = 160;
const LONGEST_REPORTER = 64;
const LONGEST_LINK = 1_000;
const LONGEST_TEXT = 4_000;
/** Each line is an element of its own. */
const MOST_LINES = 30;
/** A card shows six actions. */
const MOST_LINKS = 3;

const colors: Readonly<Record<Mood, string>> = { critical: "Attention", warning: "Warning", info: "Accent", resolved: "Good" };

/** A Teams workflow ("when a webhook request is received"): an Adaptive Card 1.4. Text runs know no Markdown, so that nothing is escaped. */
export const teams: Format = {
  perAlert: false,
  body(notification): Json {
    const message = chatMessage(notification, MOST_ALERTS);
    let longest = LONGEST_TEXT;
    let card = cardOf(message, longest);
    while (longest > 1 && sizeOf(card) > MOST_BYTES) {
      longest = Math.floor(longest / 2);
      card = cardOf(message, longest);
    }
    return card;
  },
};

/** @param longest characters of the text of each alert */
function cardOf({ headline, mood, alerts, more }: ChatMessage, longest: number): Json {
  return {
    type: "message",
    attachments: [
      {
        contentType: "application/vnd.microsoft.card.adaptive",
        contentUrl: null,
        content: {
          $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
          type: "AdaptiveCard",
          version: "1.4",
          msteams: { width: "Full" },
          fallbackText: fitted(headline, LONGEST_HEADLINE),
          body: [
            line(fitted(headline, LONGEST_HEADLINE), { weight: "Bolder", size: "Medium", color: colors[mood] }),
            ...alerts.map((alert) => sectionOf(alert, longest)),
            ...(more === null ? [] : [line(more, { weight: "Bolder" })]),
          ],
          actions: linksOf(alerts),
        },
      },
    ],
  };
}

function sectionOf({ mood, title, text, reporter, at }: ChatAlert, longest: number): Json {
  const lines = fitted(text, longest)
    .split("\n")
    .filter((each) => each.trim() !== "");
  const kept = lines.length > MOST_LINES ? [...lines.slice(0, MOST_LINES - 1), "…"] : lines;
  return {
    type: "Container",
    separator: true,
    items: [
      line(fitted(title, LONGEST_TITLE), { weight: "Bolder", color: colors[mood] }),
      ...kept.map((each) => line(each, {})),
      line(`${fitted(reporter, LONGEST_REPORTER)}, ${at}`, { isSubtle: true, size: "Small" }),
    ],
  };
}

const line = (text: string, look: Json): Json => ({
  type: "RichTextBlock",
  spacing: "None",
  inlines: [{ type: "TextRun", text, ...look }],
});

/** The runbooks, each once. */
function linksOf(alerts: readonly ChatAlert[]): Json[] {
  const runbooks = new Set<string>();
  for (const { runbook } of alerts) if (runbook !== null && runbook.length <= LONGEST_LINK) runbooks.add(runbook);
  const titleOf = (url: string): string => (runbooks.size > 1 ? fitted(`Runbook: ${url.split("/").at(-1) ?? ""}`, 60) : "Runbook");
  return [...runbooks].slice(0, MOST_LINKS).map((url) => ({ type: "Action.OpenUrl", title: titleOf(url), url }));
}

function sizeOf(card: Json): number {
  const text = JSON.stringify(card);
  return Math.max(2 * text.length, new TextEncoder().encode(text).length);
}
