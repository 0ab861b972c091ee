import { err, ok, type Result } from "./result.ts";

/** Says whether an interface of this name is wanted. */
export type NameMatcher = (name: string) => boolean;

/** The longest name that the kernel gives an interface (IFNAMSIZ - 1). */
const longestName = 15;

/** Why this is no interface name, or null when it may be one (the kernel's dev_valid_name). */
export function interfaceNameProblem(name: string): string | null {
  if (name === "") return "an interface name cannot be empty";
  if (name.length > longestName) return `an interface name has at most ${longestName} characters`;
  if (name === "." || name === ".." || /[\s/:\p{Cc}]/u.test(name)) return "an interface name has no spaces, slashes, colons or control characters";
  return null;
}

/** Why this is no pattern for interface names, or null. `*` stands for any characters, `?` for one, a leading `!` excludes. */
export function patternProblem(pattern: string): string | null {
  const body = pattern.startsWith("!") ? pattern.slice(1) : pattern;
  if (body === "") return 'an empty pattern matches nothing: name an interface, or use "*"';
  if (body.includes("!")) return '"!" belongs in front of the whole pattern, such as "!docker*"';
  if (/[[\]{}]/.test(body)) return 'only "*" and "?" are special in a pattern; list several patterns instead';
  const problem = interfaceNameProblem(body.replaceAll("*", "") || "x");
  return problem === null ? null : `${problem}, so this pattern matches none`;
}

/**
 * A name matches when an including pattern fits it and no excluding one does, in whatever order they stand.
 * Only excluding patterns mean "all but these". The error names the first bad pattern.
 */
export function nameMatcher(patterns: readonly string[]): Result<NameMatcher, string> {
  for (const pattern of patterns) {
    const problem = patternProblem(pattern);
    if (problem !== null) return err(problem);
  }
  const excluded = patterns.filter((p) => p.startsWith("!")).map((p) => p.slice(1));
  const included = patterns.filter((p) => !p.startsWith("!"));
  if (included.length === 0 && excluded.length > 0) included.push("*");
  return ok((name) => included.some((p) => fits(p, name)) && !excluded.some((p) => fits(p, name)));
}

/** Matching in time proportional to pattern × name: no regular expression is built from what a person wrote. */
function fits(pattern: string, name: string): boolean {
  let p = 0;
  let n = 0;
  let star = -1;
  let resume = 0;
  while (n < name.length) {
    if (p < pattern.length && pattern[p] === "*") {
      star = p++;
      resume = n;
    } else if (p < pattern.length && (pattern[p] === "?" || pattern[p] === name[n])) {
      p++;
      n++;
    } else if (star >= 0) {
      p = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[p] === "*") p++;
  return p === pattern.length;
}
