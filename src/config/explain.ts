import type * as z from "zod";
import { nearest } from "../lib/nearest.ts";
import type { ConfigDocument } from "./document.ts";
import { shown } from "./fields.ts";
import { knownKeysAt, pathsOfKey } from "./json-schema.ts";
import { type ConfigProblem, formatPath, type Path, safeKey } from "./problems.ts";

/** Turns one issue of the schema into problems that say what is wrong, where, and what would be right. */
export function explainIssue(issue: z.core.$ZodIssue, document: ConfigDocument): ConfigProblem[] {
  const path = issue.path.filter((step) => typeof step !== "symbol");
  if (issue.code === "unrecognized_keys") {
    return issue.keys
      .filter((key) => key !== "__proto__") // told of by the document already
      .map((key) => document.problem([...path, key], unknownKey(path, key), "key"));
  }
  if (issue.code === "invalid_key") {
    return [document.problem(path, issue.issues[0]?.message ?? issue.message, "key")];
  }
  if (issue.input === undefined && issue.code === "invalid_type") {
    return [document.problem(path, `${safeKey(String(path.at(-1)))} is missing: this entry needs it`)];
  }
  if (issue.code === "invalid_type" && issue.expected === "object") {
    return [document.problem(path, wrongSection(path, issue.input))];
  }
  return [document.problem(path, issue.message)];
}

function wrongSection(path: Path, input: unknown): string {
  const keys = knownKeysAt(path)?.slice(0, 6).join(", ") ?? "";
  if (path.length === 0) return `the file must hold keys such as ${keys}, not ${shown(input)}`;
  if (input === null) return "has no keys below it: remove it, or check the indentation";
  return `must be a group of keys such as ${keys}, not ${shown(input)}`;
}

function unknownKey(path: Path, key: string): string {
  const known = knownKeysAt(path) ?? [];
  const near = nearest(key, known);
  if (near !== null) return `unknown key; did you mean ${near}?`;
  const elsewhere = pathsOfKey(key);
  if (elsewhere.length > 0 && elsewhere.length <= 3) return `unknown key here; it belongs at ${elsewhere.join(" or ")}`;
  const here = path.length === 0 ? "at the top" : `in ${formatPath(path)}`;
  return known.length <= 12
    ? `unknown key; known ${here}: ${known.join(", ")}`
    : `unknown key ${here}; docs/configuration.md lists what there is`;
}
