/**
 * A line without its comment: from the first `!` or `#` that is neither inside double quotes nor escaped (keepalived,
 * lib/parser.c, decomment). Single quotes protect nothing.
 */
export function withoutComment(line: string): string {
  let quoted = false;
  for (let at = 0; at < line.length; at++) {
    const c = line[at];
    if (c === '"') quoted = !quoted;
    else if (c === "\\" && !quoted) at += 1;
    else if (!quoted && (c === "#" || c === "!")) return line.slice(0, at);
  }
  return line;
}

/**
 * The words of a line: separated by blanks, with what stands in double quotes as part of a word, and neighbours joined. A brace
 * that stands alone is a word of its own. A quote without an end reaches to the end of the line.
 */
export function wordsOf(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < line.length; at++) {
    const c = line[at] as string;
    if (c === '"') {
      const end = line.indexOf('"', at + 1);
      const stop = end < 0 ? line.length : end;
      word = (word ?? "") + line.slice(at + 1, stop);
      at = stop;
    } else if (c === " " || c === "\t" || c === "\r") {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (c === "\\" && (line[at + 1] === "#" || line[at + 1] === "!")) {
      word = (word ?? "") + line[++at];
    } else {
      word = (word ?? "") + c;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}
