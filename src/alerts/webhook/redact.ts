import { tellsOf } from "./secret-search.ts";

/** What must never be shown. */
export interface Confidential {
  readonly url: URL | null;
  readonly secrets: readonly string[];
}

export interface Redactor {
  /**
   * Text from the network: without markup, control characters, URLs and all that is confidential; of at most `limit` characters.
   * @returns null: nothing of it may be shown, since it has something confidential in a form that cannot be cut out
   */
  readonly foreign: (text: string, limit: number) => string | null;
  /** Our own text: only secrets are replaced. */
  readonly own: (text: string) => string;
  /** The URL with its host, and of its path what is the same for everybody. */
  readonly url: (url: URL) => string;
}

const MARK = "[redacted]";

/** Parts of a path that no receiver uses as a secret. Anything else may be one, as with Slack, Teams, Discord and OneUptime. */
const harmless = new Set(
  "alert alerts alertmanager api app apps enqueue heartbeat hook hooks incoming incoming-request integrations notify services webhook webhooks workflows".split(
    " ",
  ),
);

/** Below this length a part of a path or query would be found in every other word. Secrets proper are replaced however short they are. */
const SHORTEST_PART = 3;
const SHORTEST_TELLING_PART = 8;
/** So much of a secret at the cut end of a text is taken for its beginning. */
const SHORTEST_BEGINNING = 4;

/** Nothing confidential is stored in a property: a dump of the result shows functions only. */
export function createRedactor({ url, secrets }: Confidential): Redactor {
  const secretForms = unique(secrets.flatMap(formsOf));
  const pieceForms = url === null ? [] : piecesOf(url).flatMap(formsOf);
  const allForms = unique([...secretForms, ...pieceForms, ...(url === null ? [] : wholesOf(url).flatMap(formsOf))]);
  const telling = [...(url === null ? [] : secretPartsOf(url)), ...secrets.flatMap((secret) => tellingOf(secret))];
  const secretPattern = patternOf(secretForms);
  const wholePattern = patternOf(allForms);
  const replace = (text: string, pattern: RegExp | null): string => (pattern === null ? text : text.replace(pattern, MARK));
  return {
    own: (text) => replace(text, secretPattern),
    url: (shown) =>
      `${shown.protocol}//${shown.host}${shown.pathname.split("/").map(shownPart).join("/")}${shown.search === "" ? "" : `?${MARK}`}`,
    foreign: (text, limit) => {
      const readable = replace(legible(text), wholePattern);
      const whole = replace(legible(readable.replace(/<[^>]*>/g, " ")), wholePattern);
      const shown = withoutBeginning(whole, [...secretForms, ...pieceForms])
        .replace(/\b[a-z][a-z0-9+.-]*:\/\/\S+/gi, "[url]")
        .replace(/ {2,}/g, " ")
        .trim();
      if (tellsOf(shown, telling)) return null;
      return shown.length <= limit ? shown : `${shown.slice(0, limit - 1)}…`;
    },
  };
}

/** Line ends become spaces; other control and format characters go, since they may stand within a secret (UTF-16 read as UTF-8). */
function legible(text: string): string {
  return text.replace(/[\t\n\r\u2028\u2029]+/g, " ").replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\uFFFD]/gu, "");
}

const shownPart = (part: string): string => (part === "" || isPublic(part) ? part : MARK);

const isPublic = (part: string): boolean => harmless.has(part.toLowerCase()) || /^v\d{1,2}$/i.test(part);

/** What may be a secret by itself. */
function piecesOf(url: URL): string[] {
  const pairs = [...url.searchParams].map(([name, value]) => `${name}=${value}`);
  return [...partsOf(url), ...pairs, url.search.slice(1)].filter((part) => part.length >= SHORTEST_PART);
}

/** Without the names in its query, which are words such as `webhook_token`. */
function partsOf({ pathname, searchParams, hash, username, password }: URL): string[] {
  const segments = pathname.split("/").filter((part) => !isPublic(part));
  return [...segments, ...searchParams.values(), hash.slice(1), username, password];
}

/** Of these, and of no others, a part is telling: a short one is a word, and stands in many an answer. */
const secretPartsOf = (url: URL): string[] =>
  partsOf(url)
    .map(decoded)
    .filter((part) => part.length >= SHORTEST_TELLING_PART);

/** Of a secret that is a URL, its host and what is the same for everybody tell nothing. */
const tellingOf = (secret: string): string[] =>
  URL.canParse(secret) && /^https?:/i.test(secret) ? secretPartsOf(new URL(secret)) : [secret];

/** What contains it. */
function wholesOf({ href, origin, pathname, search }: URL): string[] {
  const path = isPublicPath(pathname) ? [] : [pathname, pathname.slice(1), origin + pathname, pathname + search];
  return [href, ...path];
}

const isPublicPath = (path: string): boolean => path.split("/").every((part) => part === "" || isPublic(part));

/** One text in the ways in which a server may give it back. */
function formsOf(text: string): string[] {
  if (text === "") return [];
  const plain = decoded(text);
  const json = JSON.stringify(text).slice(1, -1);
  const markup = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
  return [
    text,
    plain,
    json,
    json.replaceAll("/", "\\/"),
    markup,
    markup.replaceAll("'", "&#39;"),
    markup.replaceAll("'", "&#x27;").replaceAll("/", "&#x2F;"),
    encoded(text),
    encoded(plain),
    encoded(text).replaceAll("%20", "+"),
    legible(text),
    ...[text, plain].flatMap(base64Forms),
  ].filter((form) => form !== "");
}

/** By itself, and within something longer, where its first byte is the first, second or third of a group (RFC 4648 §4). */
function base64Forms(text: string): string[] {
  const bytes = Buffer.from(text);
  const whole = bytes.toString("base64");
  const forms = [whole, whole.replace(/=+$/, "")];
  for (const before of [0, 1, 2]) {
    const code = Buffer.concat([Buffer.alloc(before), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    // The characters at either end depend on what stands around it.
    const inner = code.slice(before === 0 ? 0 : before + 1, (before + bytes.length) % 3 === 0 ? undefined : -1);
    if (inner.length >= SHORTEST_BEGINNING) forms.push(inner);
  }
  return forms.flatMap((form) => [form, base64url(form)]);
}

const base64url = (code: string): string => code.replaceAll("+", "-").replaceAll("/", "_");

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a % that encodes nothing
  }
}

/** Neither files nor URLs hold half a character, on which it would throw. */
const encoded = (text: string): string => encodeURIComponent(text);

const unique = (forms: readonly string[]): string[] => [...new Set(forms)].sort((a, b) => b.length - a.length);

/** The longest first, so that a part does not spoil the whole. %2f and %2F are one, so the case does not matter. */
function patternOf(forms: readonly string[]): RegExp | null {
  if (forms.length === 0) return null;
  return new RegExp(forms.map((form) => form.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")).join("|"), "gi");
}

/** Without what may be the beginning of something confidential that was cut off at the end of the text. */
function withoutBeginning(text: string, forms: readonly string[]): string {
  const lower = text.toLowerCase();
  let end = text.length;
  for (const form of forms) {
    const sought = form.toLowerCase();
    for (let length = Math.min(sought.length - 1, lower.length); length >= SHORTEST_BEGINNING; length--) {
      if (!lower.endsWith(sought.slice(0, length))) continue;
      end = Math.min(end, text.length - length);
      break;
    }
  }
  return text.slice(0, end);
}
