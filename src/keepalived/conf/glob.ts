/**
 * `{a,b}` as a shell reads it. Braces without a comma, or left open, stand for themselves.
 * @returns null where it would be more than `most` patterns
 */
export function expandBraces(pattern: string, most: number): readonly string[] | null {
  let done: string[] = [""];
  let at = 0;
  while (at < pattern.length) {
    const open = pattern.indexOf("{", at);
    if (open < 0) break;
    const parts = alternatives(pattern, open);
    if (parts === null) {
      done = done.map((text) => text + pattern.slice(at, open + 1));
      at = open + 1;
      continue;
    }
    const inner: string[] = [];
    for (const part of parts.list) {
      const expanded = part.includes("{") && part.length < pattern.length ? expandBraces(part, most) : [part];
      if (expanded === null) return null;
      inner.push(...expanded);
    }
    if (done.length * inner.length > most) return null;
    const before = pattern.slice(at, open);
    done = done.flatMap((text) => inner.map((one) => text + before + one));
    at = parts.end;
  }
  return done.map((text) => text + pattern.slice(at));
}

function alternatives(pattern: string, open: number): { list: readonly string[]; end: number } | null {
  const list: string[] = [];
  let depth = 0;
  let from = open + 1;
  for (let at = open; at < pattern.length; at++) {
    const c = pattern[at];
    if (c === "{") depth++;
    else if (c === "," && depth === 1) {
      list.push(pattern.slice(from, at));
      from = at + 1;
    } else if (c === "}" && --depth === 0) {
      list.push(pattern.slice(from, at));
      return list.length > 1 ? { list, end: at + 1 } : null;
    }
  }
  return null;
}

export const isPattern = (name: string): boolean => /[*?[]/.test(name);

/** Whether one name (no slash) matches `*`, `?` and `[a-z]`; a leading dot wants a dot. Takes no longer than both lengths multiplied. */
export function globMatch(pattern: string, name: string): boolean {
  if (name.startsWith(".") && !pattern.startsWith(".")) return false;
  let p = 0;
  let n = 0;
  let star = -1;
  let starName = 0;
  while (n < name.length) {
    if (pattern[p] === "*") {
      star = p++;
      starName = n;
      continue;
    }
    const end = p < pattern.length ? matchOne(pattern, p, name[n] ?? "") : -1;
    if (end >= 0) {
      p = end;
      n++;
    } else if (star >= 0) {
      p = star + 1;
      n = ++starName;
    } else return false;
  }
  while (pattern[p] === "*") p++;
  return p === pattern.length;
}

/** The place after the part of the pattern that matches the character; -1: it does not match. */
function matchOne(pattern: string, at: number, c: string): number {
  const sign = pattern[at];
  if (sign === "?") return at + 1;
  if (sign === "\\" && at + 1 < pattern.length) return pattern[at + 1] === c ? at + 2 : -1;
  if (sign !== "[") return sign === c ? at + 1 : -1;
  const negated = pattern[at + 1] === "!" || pattern[at + 1] === "^";
  const first = at + (negated ? 2 : 1);
  const end = pattern.indexOf("]", first + 1);
  if (end < 0) return c === "[" ? at + 1 : -1;
  let inside = false;
  for (let i = first; i < end; i++) {
    const low = pattern[i] ?? "";
    if (pattern[i + 1] === "-" && i + 2 < end) {
      inside ||= low <= c && c <= (pattern[i + 2] ?? "");
      i += 2;
    } else inside ||= low === c;
  }
  return inside !== negated ? end + 1 : -1;
}
