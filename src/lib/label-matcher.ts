import { err, ok, type Result } from "./result.ts";

/** One condition on a label, in the notation of Alertmanager's `matchers`: `name="value"`, `!=`, `=~`, `!~`. */
export interface LabelMatcher {
  /** As it was written. */
  readonly text: string;
  readonly label: string;
  /** @param value an empty text where there is no such label */
  readonly fits: (value: string) => boolean;
}

const LONGEST = 1_000;

/**
 * Reads one matcher. The value may stand in double quotes (with `\\`, `\"` and `\n` escaped) or without. A regular expression has to fit
 * the whole value.
 */
export function parseMatcher(text: string): Result<LabelMatcher, string> {
  if (text.length > LONGEST) return err(`must have at most ${LONGEST} characters`);
  const parts = /^\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*(.*?)\s*$/su.exec(text);
  if (parts === null) return err('must be a matcher, such as segment="dc1" or alertname=~"VRRP(SplitBrain|NoMaster)"');
  const [, label = "", operator = "", written = ""] = parts;
  const value = unquoted(written);
  if (value === null) return err('has a value that begins or ends with a stray ": put all of it in double quotes');
  const equals = operator === "=" || operator === "!=";
  const pattern = equals ? null : patternOf(value);
  if (pattern !== null && !pattern.ok) return pattern;
  const fitsPattern = (candidate: string): boolean => (pattern === null ? candidate === value : pattern.value.test(candidate));
  const negated = operator.startsWith("!");
  return ok({ text, label, fits: (candidate) => fitsPattern(candidate) !== negated });
}

/** Whether all of them fit. */
export const matchesAll = (matchers: readonly LabelMatcher[], labels: Readonly<Record<string, string>>): boolean =>
  matchers.every(({ label, fits }) => fits(labels[label] ?? ""));

function patternOf(value: string): Result<RegExp, string> {
  try {
    return ok(new RegExp(`^(?:${value})$`, "su"));
  } catch (error) {
    return err(`has a regular expression that cannot be used: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** null: the quotes do not fit. */
function unquoted(written: string): string | null {
  const quoted = /^"((?:[^"\\]|\\["\\n])*)"$/su.exec(written);
  if (quoted !== null) return (quoted[1] ?? "").replaceAll(/\\(.)/gsu, (_, escaped: string) => (escaped === "n" ? "\n" : escaped));
  return written.includes('"') ? null : written;
}
