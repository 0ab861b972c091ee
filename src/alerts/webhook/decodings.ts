/** So often encoded one within the other: twice is common (JSON in JSON, a URL in a URL), and HTML or base64 may be around it. */
const ROUNDS = 4;
/** Of what a text decodes to. Only one that is made to be expensive has more. */
const MOST_TEXTS = 32;
const LONGEST_TEXT = 16_384;
/** Of decoded bytes, shorter stretches of text are chance. */
const SHORTEST_STRETCH = 4;

/**
 * A text, and all that it may be a coding of: percent signs, quoted-printable, entities of HTML, escapes of JSON and C, hex, base64, lists of
 * bytes, each within each other. A coding need not be meant: much of the result is garbage. For searching only.
 */
export function decodingsOf(text: string): readonly string[] {
  const found = new Set([text.normalize("NFKC")]);
  let latest = [...found];
  for (let round = 0; round < ROUNDS && latest.length > 0; round++) {
    const next: string[] = [];
    for (const decode of [unescaped, fromHex, fromBase64, fromNumbers]) {
      for (const coded of latest) {
        const plain = decode(coded).slice(0, LONGEST_TEXT);
        if (plain === "" || found.has(plain) || found.size >= MOST_TEXTS) continue;
        found.add(plain);
        next.push(plain);
      }
    }
    latest = next;
  }
  return [...found];
}

const tight = (text: string): string => text.replace(/\s+/g, "");

function unescaped(text: string): string {
  return tight(text)
    .replace(/(?:[%=][0-9a-f]{2})+/gi, (codes) => Buffer.from(codes.replace(/[%=]/g, ""), "hex").toString())
    .replace(/&#x([0-9a-f]{1,8});?/gi, (_, code: string) => character(code, 16))
    .replace(/&#(\d{1,8});?/g, (_, code: string) => character(code, 10))
    .replace(/&[a-z]{2,10};/gi, named)
    .replace(/(?:\\{1,16}x[0-9a-f]{2})+/gi, (codes) => Buffer.from(codes.replace(/\\{1,16}x/gi, ""), "hex").toString())
    .replace(/\\{1,16}u(?:\{0*([0-9a-f]{1,6})\}|([0-9a-f]{4}))/gi, (_, braced?: string, plain?: string) =>
      character(braced ?? plain ?? "", 16),
    )
    .replace(/\\{1,16}([0-3][0-7]{2})/g, (_, code: string) => character(code, 8))
    .replace(/\\{1,16}[bfnrtv]/g, "");
}

/** Only `&amp;` leads to another coding; no other one stands for a letter of ASCII. */
const named = (entity: string): string => (entity.toLowerCase() === "&amp;" ? "&" : "");

function character(code: string, base: number): string {
  const point = Number.parseInt(code, base);
  return point <= 0x10ffff ? String.fromCodePoint(point) : "";
}

/** Pairs of digits, whatever is usual between them. What stands before may be digits, too: both ways to pair them. */
function fromHex(text: string): string {
  const runs = text.match(/(?:[0-9a-f][\s:.,;_-]{0,3}(?:0x|\\{1,16}x)?){8,}/gi) ?? [];
  return stretches(
    runs.flatMap((run) => {
      const digits = run.replace(/0x|[^0-9a-f]/gi, "");
      return [0, 1].map((from) => Buffer.from(digits.slice(from), "hex"));
    }),
  );
}

/** With the alphabet of URLs, too, and wrapped at any length; four ways to make groups (RFC 4648 §4). */
function fromBase64(text: string): string {
  const runs = tight(text).match(/[A-Za-z0-9+/_-]{8,}/g) ?? [];
  return stretches(runs.flatMap((run) => [0, 1, 2, 3].map((from) => Buffer.from(run.slice(from), "base64"))));
}

/** Such as `[116,111,107]`. */
function fromNumbers(text: string): string {
  const runs = text.match(/(?:\b\d{1,3}\b[\s,;]*){4,}/g) ?? [];
  return stretches(runs.map((run) => Buffer.from((run.match(/\d+/g) ?? []).map(Number))));
}

/** What is legible of bytes. The separator belongs to no coding. */
function stretches(decoded: readonly Uint8Array[]): string {
  const legible = new RegExp(`[\\p{L}\\p{N}\\p{P}\\p{S}\\s]{${SHORTEST_STRETCH},}`, "gu");
  return decoded.flatMap((bytes) => new TextDecoder().decode(bytes).replaceAll("\uFFFD", "\0").match(legible) ?? []).join("|");
}
