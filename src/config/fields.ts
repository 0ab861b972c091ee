import * as z from "zod";
import { canonicalAddress } from "../lib/addresses.ts";
import { durationPattern, formatDuration, parseDuration } from "../lib/duration.ts";
import type { Result } from "../lib/result.ts";
import type { Duration } from "../lib/time.ts";

/** The kinds of values that configuration is made of. Each knows what to tell a person who wrote something else. */

type ErrorInput = { readonly input?: unknown };

/** A value as a person wrote it, short enough for a message. */
export function shown(input: unknown): string {
  if (input === null || input === undefined) return "nothing";
  if (Array.isArray(input)) return "a list";
  if (typeof input === "object") return "a group of keys";
  const text = JSON.stringify(input) ?? String(input);
  return text.length > 42 ? `${text.slice(0, 40)}…"` : text;
}

const mustBe = (what: string) => (issue: ErrorInput) => `must be ${what}, not ${shown(issue.input)}`;

/** Marks a setting that only a start of the agent can change: a reload leaves it as it is, and says so. */
export function onlyAtStart<T extends z.ZodType>(schema: T): T {
  return schema.meta({ onlyAtStart: true });
}

/** A whole number within bounds, both included. */
export function whole(min: number, max: number) {
  const error = mustBe(`a whole number from ${min} to ${max}`);
  return z.int({ error }).min(min, { error }).max(max, { error });
}

/** A number within bounds, both included. */
export function number(min: number, max: number) {
  const error = mustBe(`a number from ${min} to ${max}`);
  return z.number({ error }).min(min, { error }).max(max, { error });
}

/** `true` or `false`; YAML 1.2 reads `yes` and `on` as text. */
export function flag() {
  return z.boolean({ error: mustBe("true or false (without quotes)") });
}

/** One of a closed list of words. */
export function oneOf<const T extends readonly [string, ...string[]]>(words: T) {
  return z.enum(words, { error: mustBe(`one of ${words.join(", ")}`) });
}

/** Text for names and labels: not empty, no control characters. */
export function text(maxLength: number) {
  const error = (issue: ErrorInput) =>
    typeof issue.input === "number" || typeof issue.input === "boolean"
      ? `must be text: put it in quotes, "${issue.input}"`
      : `must be text of 1 to ${maxLength} characters without control characters, not ${shown(issue.input)}`;
  return z
    .string({ error })
    .min(1, { error })
    .max(maxLength, { error })
    .regex(/^\P{Cc}*$/u, { error });
}

/** An absolute path. */
export function path() {
  const error = mustBe("an absolute path, such as /var/lib/vrrpwatch");
  return z
    .string({ error })
    .max(4_095, { error })
    .regex(/^\/[^\0]*$/, { error });
}

/** A user of this host: a name, an id, or the ids of a user and a group. */
export function account() {
  const error = (issue: ErrorInput) =>
    typeof issue.input === "number"
      ? `must be text: put it in quotes, "${issue.input}"`
      : mustBe('the name of a user, its id in quotes, or both ids as in "1000:1000"')(issue);
  return z.string({ error }).regex(/^(?:\d{1,9}(?::\d{1,9})?|[A-Za-z_][\w.-]{0,62}\$?)$/, { error });
}

/** A length of time between two bounds, both included; inside the program in microseconds. */
export function duration(min: Duration, max: Duration) {
  const bounds = `must be from ${formatDuration(min)} to ${formatDuration(max)}`;
  const error = (issue: ErrorInput) =>
    typeof issue.input === "number"
      ? `a duration needs a unit and quotes: "${issue.input}s" for seconds, or ms, m, h, d`
      : mustBe('a duration such as "500ms" or "1.5s"')(issue);
  // The pattern is for the JSON Schema; the parser gives the better message.
  return z
    .string({ error })
    .meta({ pattern: durationPattern.source })
    .transform((value, context): Duration => {
      const parsed = parseDuration(value);
      if (parsed.ok && parsed.value >= min && parsed.value <= max) return parsed.value;
      context.issues.push({ code: "custom", input: value, message: parsed.ok ? `${bounds}, not ${shown(value)}` : parsed.error });
      return z.NEVER;
    });
}

/** Text that a function of `lib` reads; the function's error is the message. */
export function parsed<T>(parse: (value: string) => Result<T, string>, what: string) {
  return z.string({ error: mustBe(what) }).transform((value, context): T => {
    const result = parse(value);
    if (result.ok) return result.value;
    context.issues.push({ code: "custom", input: value, message: result.error });
    return z.NEVER;
  });
}

/** An IP address; canonical text (RFC 5952) inside the program. */
export function address() {
  const error = mustBe("an IP address in quotes");
  return z.string({ error }).transform((value, context): string => {
    const canonical = canonicalAddress(value);
    if (canonical !== null) return canonical;
    context.issues.push({ code: "custom", input: value, message: addressProblem(value) });
    return z.NEVER;
  });
}

function addressProblem(value: string): string {
  const slash = value.indexOf("/");
  const plain = slash < 0 ? null : canonicalAddress(value.slice(0, slash));
  if (plain !== null) return `must be an IP address without a prefix length: "${plain}"`;
  const zone = value.indexOf("%");
  const scoped = zone < 0 ? null : canonicalAddress(value.slice(0, zone));
  if (scoped !== null) return `must be an IP address without a zone: "${scoped}" (the key "interface" names the interface)`;
  return `must be an IP address, such as "192.0.2.1" or "2001:db8::1", not ${shown(value)}`;
}

/** A list; a single value in its place is told how to become one. */
export function listOf<T extends z.ZodType>(item: T, limits: { readonly min: number; readonly max: number }) {
  return z
    .array(item, {
      error: ({ input }: ErrorInput) =>
        typeof input === "string" || typeof input === "number"
          ? `must be a list: [${shown(input)}]`
          : `must be a list, not ${shown(input)}`,
    })
    .min(limits.min, { error: () => `must have at least ${limits.min === 1 ? "one entry" : `${limits.min} entries`}` })
    .max(limits.max, { error: () => `must have at most ${limits.max} entries` });
}
