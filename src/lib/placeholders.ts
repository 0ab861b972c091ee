import { type Filter, type Literal, parseExpression, type Step } from "./placeholder-syntax.ts";
import { err, ok, type Result } from "./result.ts";

type Json = Readonly<Record<string, unknown>>;

/** What is wrong with a template, and where. */
export interface TemplateProblem {
  /** Keys and indexes that lead to the text. */
  readonly path: readonly (string | number)[];
  /** Where in that text, in UTF-16 code units from its beginning. */
  readonly offset: number;
  readonly message: string;
}

/** A JSON document whose texts hold placeholders. */
export interface CompiledTemplate {
  /** Fills in the placeholders. Pure; never throws. @param scope parsed JSON: what they may name */
  readonly render: (scope: Json) => Json;
}

/** Deeper documents are a mistake, or an attack on the stack. */
const DEEPEST = 32;

type Render = (scope: Json) => unknown;

/**
 * Reads a parsed JSON document in whose texts placeholders stand: `{{ alerts[0].labels.segment | default("?") | upper }}`. They are filled in
 * on values, never by joining JSON: nothing that is filled in can become a key or a quote. A text that is one placeholder alone becomes its
 * value, with its type; within a longer text it becomes text. What is missing is null, or nothing within a text. Keys are left alone.
 * Paths name own properties of objects (`.name`, `["any name"]`) and entries of lists (`[0]`); filters are `default(JSON)`, `join("TEXT")`,
 * `upper`, `lower` and `json`; `{{ "{{" }}` writes two braces.
 * @returns the error has every problem of the document, in its order
 */
export function compileTemplate(document: Json): Result<CompiledTemplate, readonly TemplateProblem[]> {
  const problems: TemplateProblem[] = [];
  const render = compileValue(document, [], problems);
  // The document is an object, and stays one.
  return problems.length > 0 ? err(problems) : ok({ render: (scope) => render(scope) as Json });
}

function compileValue(value: unknown, path: readonly (string | number)[], problems: TemplateProblem[]): Render {
  if (typeof value === "string") return compileText(value, path, problems);
  if (typeof value !== "object" || value === null) return () => value;
  if (path.length >= DEEPEST) {
    problems.push({ path, offset: 0, message: `is nested too deeply: at most ${DEEPEST} levels` });
    return () => null;
  }
  if (Array.isArray(value)) {
    const entries = value.map((entry, index) => compileValue(entry, [...path, index], problems));
    return (scope) => entries.map((entry) => entry(scope));
  }
  const entries = Object.entries(value).map(([key, inner]) => [key, compileValue(inner, [...path, key], problems)] as const);
  return (scope) => Object.fromEntries(entries.map(([key, inner]) => [key, inner(scope)]));
}

function compileText(text: string, path: readonly (string | number)[], problems: TemplateProblem[]): Render {
  const parts: (string | Render)[] = [];
  let at = 0;
  for (let open = text.indexOf("{{"); open !== -1; open = text.indexOf("{{", at)) {
    if (open > at) parts.push(text.slice(at, open));
    const parsed = parseExpression(text, open + 2);
    at = parsed.end;
    if (parsed.problem === null) parts.push(expression(parsed.source, parsed.filters));
    else problems.push({ path, ...parsed.problem });
  }
  if (at < text.length) parts.push(text.slice(at));
  const [first] = parts;
  if (first === undefined) return () => "";
  if (parts.length === 1) return typeof first === "string" ? () => first : first;
  return (scope) => parts.map((part) => (typeof part === "string" ? part : asText(part(scope)))).join("");
}

function expression(source: readonly Step[] | { readonly literal: Literal }, filters: readonly Filter[]): Render {
  return (scope) => filters.reduce<unknown>(filtered, "literal" in source ? source.literal : valueAt(source, scope));
}

/** null for what is missing. Own properties only: what every object inherits is no part of the document. */
function valueAt(steps: readonly Step[], scope: Json): unknown {
  let value: unknown = scope;
  for (const step of steps) {
    if (typeof value !== "object" || value === null || Array.isArray(value) !== (typeof step === "number")) return null;
    if (!Object.hasOwn(value, step)) return null;
    value = (value as Readonly<Record<string | number, unknown>>)[step];
  }
  return value ?? null;
}

function filtered(value: unknown, filter: Filter): unknown {
  if (filter.name === "default") return value ?? filter.argument;
  if (filter.name === "json") return JSON.stringify(value);
  if (value === null) return null;
  switch (filter.name) {
    case "join":
      return Array.isArray(value) ? value.map(asText).join(filter.argument) : asText(value);
    case "upper":
      return asText(value).toUpperCase();
    case "lower":
      return asText(value).toLowerCase();
  }
}

function asText(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
