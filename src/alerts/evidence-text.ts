import { fitted, plainLine } from "./plain.ts";

const MOST_LINES = 12;
const LONGEST_KEY = 60;
const LONGEST_VALUE = 240;
/** Of a list or an object; more would not fit into the line. */
const MOST_PARTS = 16;
const DEEPEST = 3;

/** The evidence as `key: value` lines, bounded; what is left out is counted. */
export function evidenceLines(evidence: Readonly<Record<string, unknown>>): string[] {
  const entries = Object.entries(evidence);
  const lines = entries
    .slice(0, MOST_LINES)
    .map(
      ([key, value]) =>
        `${fitted(plainLine(key.slice(0, 2 * LONGEST_KEY)), LONGEST_KEY)}: ${fitted(plainLine(valueText(value, 0)), LONGEST_VALUE)}`,
    );
  if (entries.length > MOST_LINES) lines.push(`and ${entries.length - MOST_LINES} more`);
  return lines;
}

function valueText(value: unknown, depth: number): string {
  if (value === null || value === undefined) return "none";
  if (typeof value === "string") return value.slice(0, 2 * LONGEST_VALUE);
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value !== "object") return String(value);
  if (depth === DEEPEST) return "…";
  const parts = Array.isArray(value)
    ? value.slice(0, MOST_PARTS + 1).map((part) => valueText(part, depth + 1))
    : Object.entries(value)
        .slice(0, MOST_PARTS + 1)
        .map(([key, part]) => `${key.slice(0, LONGEST_KEY)} ${valueText(part, depth + 1)}`);
  if (parts.length === 0) return "none";
  if (parts.length > MOST_PARTS) parts[MOST_PARTS] = "…";
  const holdsLists = Array.isArray(value) && value.some((part) => typeof part === "object" && part !== null);
  return parts.join(holdsLists ? "; " : ", ");
}
