import type * as z from "zod";
import { nearest } from "../lib/nearest.ts";
import type { ConfigDocument } from "./document.ts";
import { shown } from "./fields.ts";
import { configJsonSchema, knownKeysAt, pathsOfKey, type SchemaNode } from "./json-schema.ts";
import { type ConfigProblem, formatPath, type Path, safeKey } from "./problems.ts";

/** Where to look for what is right. */
export interface Reference {
  readonly schema: () => SchemaNode;
  /** For people. */
  readonly document: string;
  /** Text that stands where keys should may be a password or a key: messages do not repeat it. */
  readonly secret?: true;
}

const ownReference: Reference = { schema: configJsonSchema, document: "docs/configuration.md" };

/** Turns one issue of the schema into problems that say what is wrong, where, and what would be right. */
export function explainIssue(issue: z.core.$ZodIssue, document: ConfigDocument, reference: Reference = ownReference): ConfigProblem[] {
  const path = issue.path.filter((step) => typeof step !== "symbol");
  if (issue.code === "unrecognized_keys") {
    return issue.keys
      .filter((key) => key !== "__proto__") // told of by the document already
      .map((key) => document.problem([...path, key], unknownKey(path, key, reference), "key"));
  }
  if (issue.code === "invalid_key") {
    return [document.problem(path, issue.issues[0]?.message ?? issue.message, "key")];
  }
  if (issue.input === undefined && issue.code === "invalid_type") {
    return [document.problem(path, `${safeKey(String(path.at(-1)))} is missing: this entry needs it`)];
  }
  if (issue.code === "invalid_type" && issue.expected === "object") {
    return [document.problem(path, wrongSection(path, issue.input, reference))];
  }
  return [document.problem(path, issue.message)];
}

function wrongSection(path: Path, input: unknown, { schema, secret }: Reference): string {
  const found = secret === true && typeof input === "string" ? "text" : shown(input);
  const keys = knownKeysAt(path, schema())?.slice(0, 6).join(", ") ?? "";
  if (path.length === 0) return `the file must hold keys such as ${keys}, not ${found}`;
  if (input === null) return "has no keys below it: remove it, or check the indentation";
  return `must be a group of keys such as ${keys}, not ${found}`;
}

function unknownKey(path: Path, key: string, { schema, document }: Reference): string {
  const known = knownKeysAt(path, schema()) ?? [];
  const near = nearest(key, known);
  if (near !== null) return `unknown key; did you mean ${near}?`;
  const elsewhere = pathsOfKey(key, schema());
  if (elsewhere.length > 0 && elsewhere.length <= 3) return `unknown key here; it belongs at ${elsewhere.join(" or ")}`;
  const here = path.length === 0 ? "at the top" : `in ${formatPath(path)}`;
  return known.length <= 12 ? `unknown key; known ${here}: ${known.join(", ")}` : `unknown key ${here}; ${document} lists what there is`;
}
