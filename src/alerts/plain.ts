/** Zero-width joiners make emoji and the letters of some scripts; whatever else is invisible only deceives. */
const invisible = /(?![\u200c\u200d])\p{Cf}|(?!\n)\p{Cc}/gu;

/**
 * A text without what a person does not see but a screen acts upon: control characters, overrides of the direction of writing, other
 * invisible characters, halves of surrogate pairs. Line feeds stay.
 */
export const plainLines = (text: string): string =>
  text
    .replaceAll(/\r\n?|[\u2028\u2029\u0085]/g, "\n")
    .replaceAll("\t", " ")
    .replaceAll(/\p{Surrogate}/gu, "\ufffd")
    .replaceAll(invisible, "");

/** What nearly all texts are: ASCII that is seen, single spaces between. */
const plainWords = /^[!-~]+(?: [!-~]+)*$/;

/** The same in one line. */
export const plainLine = (text: string): string => (plainWords.test(text) ? text : plainLines(text).replaceAll(/\s+/gu, " ").trim());

const same = (character: string): string => character;

/**
 * As much of a text as fits, with an ellipsis where something is missing. Neither a surrogate pair nor an escape is split.
 * @param limit in UTF-16 code units, which are never fewer than the characters that a service counts
 * @param escaped what becomes of each character; counts too
 */
export function fitted(text: string, limit: number, escaped: (character: string) => string = same): string {
  if (escaped === same && text.length <= limit) return text;
  let out = "";
  let cutAt = 0;
  for (const character of text) {
    const piece = escaped(character);
    if (out.length + piece.length > limit) return limit < 1 ? "" : `${out.slice(0, cutAt)}…`;
    out += piece;
    if (out.length < limit) cutAt = out.length;
  }
  return out;
}
