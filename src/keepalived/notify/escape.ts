const MAX_LENGTH = 120;

/** Text from outside as it may stand in a log line: printable ASCII, all else as `\u{…}`, cut to a bounded length. */
export function escapeText(text: string): string {
  let escaped = "";
  for (const character of text) {
    if (escaped.length >= MAX_LENGTH) return `${escaped}…`;
    const code = character.codePointAt(0) ?? 0;
    escaped += code >= 0x20 && code < 0x7f && character !== "\\" ? character : `\\u{${code.toString(16)}}`;
  }
  return escaped;
}
