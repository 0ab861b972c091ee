/** How the patterns of `capture.interfaces` judge a name. `exact`: it was named in full, so the person wants just this one. */
export type PatternVerdict = "exact" | "wildcard" | "excluded" | "not_selected";

interface Pattern {
  readonly exact: boolean;
  readonly exclude: boolean;
  readonly matches: (name: string) => boolean;
}

/**
 * Interface patterns: `*` and `?` stand for any characters and for one, `!` in front excludes.
 * A full name weighs more than a wildcard, and an exclusion more than an inclusion of the same kind;
 * exclusions alone mean "everything but these". The order does not matter.
 */
export class InterfacePatterns {
  readonly #patterns: readonly Pattern[];
  /** Names that were given in full and not excluded: worth a warning while no such device exists. */
  readonly exactNames: readonly string[];

  constructor(texts: readonly string[]) {
    const patterns = texts.map(compile);
    this.#patterns = patterns.some((pattern) => !pattern.exclude) ? patterns : [...patterns, compile("*")];
    this.exactNames = texts.filter((text) => !text.startsWith("!") && !isWildcard(text));
  }

  judge(name: string): PatternVerdict {
    const hits = this.#patterns.filter((pattern) => pattern.matches(name));
    const exact = hits.filter((pattern) => pattern.exact);
    const deciding = exact.length > 0 ? exact : hits;
    if (deciding.length === 0) return "not_selected";
    if (deciding.some((pattern) => pattern.exclude)) return "excluded";
    return exact.length > 0 ? "exact" : "wildcard";
  }
}

const isWildcard = (text: string): boolean => /[*?]/.test(text);

function compile(text: string): Pattern {
  const exclude = text.startsWith("!");
  const body = exclude ? text.slice(1) : text;
  if (!isWildcard(body)) return { exact: true, exclude, matches: (name) => name === body };
  const escaped = body.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  const expression = new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`, "s");
  return { exact: false, exclude, matches: (name) => expression.test(name) };
}
