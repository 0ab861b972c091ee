/** Shows nothing, and ends what a chat would have taken for one word. */
const BREAK = "\u200b";

/** Endings of file names in texts of ours that are no top-level domains: these stay as they can be copied. */
const fileEndings = "conf|service|pcap|pcapng|json|yaml|yml|log";

const bareDomain = new RegExp(String.raw`(?<=[\p{L}\p{N}_-])\.(?=\p{L}{2})(?!(?:${fileEndings})(?![\p{L}\p{N}-]|\.[\p{L}\p{N}]))`, "giu");

/**
 * A text of which no chat makes a mention (`@all`, `<!channel>`, `<t:0>`), a channel (`#ops`, `~ops`) or a link
 * (`https://…`, `www.…`, `example.net`, `[text](…)`): an invisible character breaks what would be one.
 */
export const withoutLinks = (text: string): string =>
  text
    .replaceAll(/<(?=[^\s\d=])/gu, `<${BREAK}`)
    .replaceAll("@", `@${BREAK}`)
    .replaceAll("://", `:${BREAK}//`)
    .replaceAll("](", `]${BREAK}(`)
    .replaceAll(/\bwww\./giu, `www${BREAK}.`)
    .replaceAll(/([#~])(?=[\p{L}\p{N}_])/gu, `$1${BREAK}`)
    .replaceAll(bareDomain, `.${BREAK}`);
