/** A word, or a brace outside quotes. */
export interface Token {
  readonly kind: "word" | "open" | "close";
  /** Of a word: without its quotes. */
  readonly text: string;
  /** Whether it follows the token before it without a blank. */
  readonly glued: boolean;
}

/**
 * Takes the comment off a line: from `#` or `!` to its end, except within double quotes or after a backslash.
 * Blanks at both ends go, too.
 */
export function withoutComment(line: string): string {
  if (!/[#!]/.test(line)) return withoutBlanks(line);
  let quoted = false;
  let text = "";
  for (let at = 0; at < line.length; at++) {
    const c = line[at] ?? "";
    if (c === "\\" && at + 1 < line.length) {
      const next = line[++at] ?? "";
      text += !quoted && (next === "#" || next === "!") ? next : c + next;
      continue;
    }
    if (c === '"') quoted = !quoted;
    else if (!quoted && (c === "#" || c === "!")) break;
    text += c;
  }
  return withoutBlanks(text);
}

/**
 * Without the blanks at both ends: those that keepalived takes for some. A byte order mark or a space that a web page brought
 * along is none, and part of the keyword.
 */
export function withoutBlanks(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && isBlank(text[start] ?? "")) start++;
  while (end > start && isBlank(text[end - 1] ?? "")) end--;
  return text.slice(start, end);
}

/**
 * Splits a line into words and braces. Quoted parts of a word are joined with what stands beside them; braces part words
 * without any blank, but not those of a `${NAME}` that nothing defines.
 * @returns also whether a double quote was left open
 */
export function tokenize(line: string): { readonly tokens: readonly Token[]; readonly unterminated: boolean } {
  const tokens: Token[] = [];
  const length = line.length;
  let at = 0;
  let unterminated = false;
  let glued = false;
  const lastClose = line.lastIndexOf("}");
  while (at < length) {
    const c = line[at] ?? "";
    if (isBlank(c)) {
      glued = false;
      at++;
      continue;
    }
    if (c === "{" || c === "}") {
      tokens.push({ kind: c === "{" ? "open" : "close", text: c, glued });
      glued = true;
      at++;
      continue;
    }
    const word = readWord(line, at, lastClose);
    tokens.push({ kind: "word", text: word.text, glued });
    unterminated ||= word.unterminated;
    glued = true;
    at = word.end;
  }
  return { tokens, unterminated };
}

function readWord(line: string, start: number, lastClose: number): { text: string; end: number; unterminated: boolean } {
  let text = "";
  let quoted = false;
  let at = start;
  for (; at < line.length; at++) {
    const c = line[at] ?? "";
    if (c === "\\" && line[at + 1] === '"') {
      text += '"';
      at++;
    } else if (c === '"') quoted = !quoted;
    else if (quoted) text += c;
    else if (isBlank(c) || c === "{" || c === "}") break;
    else if (c === "$" && line[at + 1] === "{" && at < lastClose) {
      const end = line.indexOf("}", at);
      text += line.slice(at, end + 1);
      at = end;
    } else text += c;
  }
  return { text, end: at, unterminated: quoted };
}

const isBlank = (c: string): boolean => c === " " || c === "\t" || c === "\r" || c === "\f" || c === "\v";
