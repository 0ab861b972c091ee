import { nearest } from "./nearest.ts";

/** A key of an object, or an index of a list. */
export type Step = string | number;
export type Literal = string | number | boolean | null;

export type Filter =
  | { readonly name: "default"; readonly argument: Literal }
  | { readonly name: "join"; readonly argument: string }
  | { readonly name: "upper" | "lower" | "json" };

export type ParsedExpression =
  | {
      readonly problem: null;
      readonly source: readonly Step[] | { readonly literal: Literal };
      readonly filters: readonly Filter[];
      /** Just after the closing braces. */
      readonly end: number;
    }
  | {
      readonly problem: { readonly offset: number; readonly message: string };
      /** Where the search for the next placeholder goes on. */
      readonly end: number;
    };

/** More of either is no template that a person wrote. */
const MOST_STEPS = 32;
const MOST_FILTERS = 16;

const filterNames = ["default", "join", "upper", "lower", "json"];

const blank = /\s*/y;
const identifier = /[A-Za-z_][A-Za-z0-9_-]*/y;
const index = /\[\s*(0|[1-9]\d{0,8})\s*\]/y;
const quotedKey = /\[\s*("(?:[^"\\]|\\.)*")\s*\]/sy;
const literal = /"(?:[^"\\]|\\.)*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|(?:true|false|null)(?![A-Za-z0-9_-])/sy;

class SyntaxProblem extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/**
 * Reads one placeholder.
 * @param begin just after its opening braces
 */
export function parseExpression(text: string, begin: number): ParsedExpression {
  const cursor = new Cursor(text, begin);
  try {
    const value = cursor.literal();
    const source = value === undefined ? path(cursor) : { literal: value };
    const filters: Filter[] = [];
    while (cursor.take("|")) {
      if (filters.length === MOST_FILTERS) throw cursor.problem(`has too many filters: at most ${MOST_FILTERS}`);
      filters.push(filter(cursor));
    }
    if (!cursor.take("}}")) throw cursor.problem(cursor.atEnd ? "the placeholder is not closed: }} is missing" : "expected | or }}");
    return { problem: null, source, filters, end: cursor.at };
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    return { problem: { offset: error.offset, message: error.message }, end: endAfter(text, error.offset) };
  }
}

/** Other placeholders of the text are looked at all the same. */
function endAfter(text: string, offset: number): number {
  const close = text.indexOf("}}", offset);
  return close === -1 ? text.length : close + 2;
}

function path(cursor: Cursor): Step[] {
  const first = cursor.match(identifier);
  if (first === undefined)
    throw cursor.problem(cursor.sees("}}") ? "the placeholder is empty" : "expected a name, such as alerts[0].labels.segment");
  const steps: Step[] = [first];
  let begin = cursor.at;
  for (let step = next(cursor); step !== undefined; step = next(cursor)) {
    if (steps.length === MOST_STEPS) throw new SyntaxProblem(`the path is too long: at most ${MOST_STEPS} steps`, begin);
    steps.push(step);
    begin = cursor.at;
  }
  return steps;
}

function next(cursor: Cursor): Step | undefined {
  if (cursor.take(".")) {
    const name = cursor.match(identifier);
    if (name === undefined) throw cursor.problem('expected a name after the dot; other keys are written ["like this"]');
    return name;
  }
  if (!cursor.sees("[")) return undefined;
  const number = cursor.match(index);
  if (number !== undefined) return Number(number);
  const begin = cursor.at;
  const key = cursor.match(quotedKey);
  if (key === undefined) throw cursor.problem('expected [0] or ["key"]');
  return parsedLiteral(key, begin) as string;
}

function filter(cursor: Cursor): Filter {
  const name = cursor.match(identifier);
  if (name === undefined) throw cursor.problem(`expected a filter: ${filterNames.join(", ")}`);
  const begin = cursor.at - name.length;
  switch (name) {
    case "upper":
    case "lower":
    case "json":
      if (cursor.sees("(")) throw cursor.problem(`the filter ${name} takes no argument`);
      return { name };
    case "default":
      return { name, argument: argument(cursor, name) };
    case "join": {
      const separator = argument(cursor, name);
      if (typeof separator !== "string") throw new SyntaxProblem('the filter join takes a text: join(", ")', begin);
      return { name, argument: separator };
    }
    default: {
      const known = nearest(name, filterNames);
      const hint = known === null ? `there are ${filterNames.join(", ")}` : `did you mean ${known}?`;
      throw new SyntaxProblem(`there is no filter ${name.slice(0, 40)}: ${hint}`, begin);
    }
  }
}

function argument(cursor: Cursor, name: string): Literal {
  const example = name === "join" ? 'join(", ")' : 'default("none")';
  if (!cursor.take("(")) throw cursor.problem(`the filter ${name} needs an argument: ${example}`);
  const value = cursor.literal();
  if (value === undefined) throw cursor.problem(`expected a text in double quotes, a number, true, false or null: ${example}`);
  if (!cursor.take(")")) throw cursor.problem("expected )");
  return value;
}

function parsedLiteral(text: string, offset: number): Literal {
  try {
    return JSON.parse(text) as Literal;
  } catch {
    throw new SyntaxProblem('this text is not written as JSON writes it: \\ only before ", \\, /, b, f, n, r, t and u0000', offset);
  }
}

/** A place in a text. Every method skips white space before what it looks for. */
class Cursor {
  readonly #text: string;
  at: number;

  constructor(text: string, at: number) {
    this.#text = text;
    this.at = at;
  }

  get atEnd(): boolean {
    this.#skip();
    return this.at >= this.#text.length;
  }

  sees(word: string): boolean {
    this.#skip();
    return this.#text.startsWith(word, this.at);
  }

  take(word: string): boolean {
    const found = this.sees(word);
    if (found) this.at += word.length;
    return found;
  }

  /** @returns the first group of the pattern, else all that it matches; undefined: nothing */
  match(pattern: RegExp): string | undefined {
    this.#skip();
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.#text);
    if (found === null) return undefined;
    this.at = pattern.lastIndex;
    return found[1] ?? found[0];
  }

  literal(): Literal | undefined {
    this.#skip();
    const begin = this.at;
    const text = this.match(literal);
    return text === undefined ? undefined : parsedLiteral(text, begin);
  }

  problem(message: string): SyntaxProblem {
    this.#skip();
    return new SyntaxProblem(message, this.at);
  }

  #skip(): void {
    blank.lastIndex = this.at;
    blank.exec(this.#text);
    this.at = blank.lastIndex;
  }
}
