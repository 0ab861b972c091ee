import type { Json } from "../alert.ts";
import { fitted } from "../plain.ts";
import { type ChatAlert, chatMessage, type Mood } from "./chat.ts";
import type { Format } from "./format.ts";

/** Of a Discord message: characters of its text, embeds, and characters of all embeds together (6,000, with something to spare). */
const LONGEST_CONTENT = 2_000;
const MOST_EMBEDS = 10;
const LONGEST_EMBEDS = 5_900;
/** Of an embed: title, description and footer (Discord takes 2,048 of a footer). */
const LONGEST_TITLE = 256;
const LONGEST_DESCRIPTION = 4_096;
const LONGEST_FOOTER = 100;

const colors: Readonly<Record<Mood, number>> = { critical: 0xc9252d, warning: 0xe6a100, info: 0x3b7dd8, resolved: 0x2e9e4f };

/** A Discord webhook. Nobody is ever mentioned, whatever a text says. */
export const discord: Format = {
  perAlert: false,
  body(notification): Json {
    const { headline, alerts, more } = chatMessage(notification, MOST_EMBEDS - 1);
    const share = Math.floor(LONGEST_EMBEDS / (alerts.length + (more === null ? 0 : 1)));
    return {
      content: escaped(headline, LONGEST_CONTENT),
      embeds: [...alerts.map((alert) => embedOf(alert, share)), ...(more === null ? [] : [{ description: more }])],
      allowed_mentions: { parse: [] },
    };
  },
};

/** @param share characters that this embed may have */
function embedOf({ mood, title, text, runbook, reporter, at }: ChatAlert, share: number): Json {
  const name = escaped(title, LONGEST_TITLE);
  // A footer has no markup.
  const footer = fitted(reporter, LONGEST_FOOTER);
  return {
    title: name,
    description: escaped(text, Math.min(LONGEST_DESCRIPTION, share - name.length - footer.length)),
    ...(runbook !== null && { url: runbook }),
    color: colors[mood],
    footer: { text: footer },
    timestamp: at,
  };
}

const markup = new Set("\\*_~`|<>[]()#");

const escaped = (text: string, limit: number): string =>
  fitted(text, limit, (character) => (markup.has(character) ? `\\${character}` : character));
