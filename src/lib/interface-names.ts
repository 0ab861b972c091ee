/** The longest name that the kernel gives an interface (IFNAMSIZ - 1). */
const longestName = 15;

/** Room for wildcards between the letters; a longer pattern says nothing more. */
const longestPattern = 31;

/** Why this is no interface name, or null when it may be one (the kernel's dev_valid_name). */
export function interfaceNameProblem(name: string): string | null {
  if (name === "") return "an interface name cannot be empty";
  if (name.length > longestName) return `an interface name has at most ${longestName} characters`;
  if (name === "." || name === ".." || /[\s/:\p{Cc}]/u.test(name))
    return "an interface name has no spaces, slashes, colons or control characters";
  return null;
}

/** Why this is no pattern for interface names, or null. `*` stands for any characters, `?` for one, a leading `!` excludes. */
export function patternProblem(pattern: string): string | null {
  const body = pattern.startsWith("!") ? pattern.slice(1) : pattern;
  if (body.length > longestPattern) return `a pattern has at most ${longestPattern} characters`;
  if (body === "") return 'an empty pattern matches nothing: name an interface, or use "*"';
  if (body.includes("!")) return '"!" belongs in front of the whole pattern, such as "!docker*"';
  if (/[[\]{}]/.test(body)) return 'only "*" and "?" are special in a pattern; list several patterns instead';
  const problem = interfaceNameProblem(body.replaceAll("*", "") || "x");
  return problem === null ? null : `${problem}, so this pattern matches none`;
}

/**
 * Why a list of patterns selects no interface at all, or null. A full name that is not excluded itself always counts;
 * anything else loses to a pattern that excludes the same.
 */
export function patternsProblem(patterns: readonly string[]): string | null {
  const excluded = new Set(patterns.filter((pattern) => pattern.startsWith("!")).map((pattern) => pattern.slice(1)));
  const included = patterns.filter((pattern) => !pattern.startsWith("!") && !excluded.has(pattern));
  const onlyExclusions = patterns.every((pattern) => pattern.startsWith("!"));
  if (included.some((pattern) => !/[*?]/.test(pattern))) return null;
  const everything = [...excluded].find((body) => /^\*+\??\**$|^\?\*+$/.test(body));
  if (everything !== undefined) return `"!${everything}" excludes every interface: nothing would be captured`;
  if (included.length > 0 || onlyExclusions) return null;
  return "every entry is excluded by another one: nothing would be captured";
}
