import { withoutBlanks } from "./lex.ts";
import { confLimits, type Place, type ProblemList } from "./statement.ts";

/** `$NAME=VALUE`; blanks before it are allowed, before the `=` they are not. */
const definition = /^\$([A-Za-z0-9_]+)=(.*)$/s;
/** `${NAME}`, or `$NAME` before a blank or the end. */
const reference = /\$(?:\{([A-Za-z0-9_]+)\}|([A-Za-z0-9_]+)(?=\s|$))/g;
const sequence = /^~(SEQx?|LST)\(/;

type Scope = ReadonlyMap<string, readonly string[]>;

/**
 * The definitions of a configuration. A value is looked at when it is used (late binding), so that it may name what is defined
 * after it. Whatever they expand to is counted: a few lines can ask for more text than any memory holds.
 */
export class Definitions {
  readonly #values = new Map<string, readonly string[]>();
  readonly #problems: ProblemList;
  readonly #configId: string;
  #expansions = 0;
  #characters = 0;

  constructor(problems: ProblemList, configId: string) {
    this.#problems = problems;
    this.#configId = configId;
  }

  /** Name and value, where the line defines something. */
  static read(line: string): { readonly name: string; readonly value: string } | null {
    const match = definition.exec(line);
    return match === null ? null : { name: match[1] ?? "", value: withoutBlanks(match[2] ?? "") };
  }

  /** More than one line: that of a definition continued by backslashes. */
  set(name: string, lines: readonly string[]): void {
    const filled = lines.map(withoutBlanks).filter((line) => line !== "");
    this.#values.set(name, filled.length === 0 ? [""] : filled);
  }

  /** The lines that a line becomes. */
  expand(line: string, place: Place, directory: string): readonly string[] {
    const out: string[] = [];
    const builtIn = new Map([
      ["_PWD", [directory]],
      ["_INSTANCE", [this.#configId]],
      ["_HASH", ["#"]],
      ["_BANG", ["!"]],
    ]);
    this.#expand(line, builtIn, place, 0, out);
    return out;
  }

  #expand(line: string, scope: Scope, place: Place, depth: number, out: string[]): void {
    if (this.#problems.stopped) return;
    const text = withoutBlanks(line);
    if (sequence.test(text)) {
      this.#sequence(text, scope, place, depth, out);
      return;
    }
    if (!text.includes("$")) {
      out.push(text);
      return;
    }
    for (const expanded of this.#substitute(text, scope, place, [])) {
      // What a definition holds may be a sequence.
      if (sequence.test(expanded)) this.#sequence(expanded, scope, place, depth, out);
      else out.push(expanded);
    }
  }

  #substitute(text: string, scope: Scope, place: Place, within: readonly string[]): readonly string[] {
    if (!text.includes("$")) return [text];
    const lines: string[] = [];
    let current = "";
    let from = 0;
    for (const match of text.matchAll(reference)) {
      const name = match[1] ?? match[2] ?? "";
      const value = scope.get(name) ?? this.#values.get(name);
      if (value === undefined || this.#problems.stopped) continue; // stays as it is written
      if (within.includes(name)) {
        this.#problems.error(
          place,
          "recursive_definition",
          `$${name} is defined by itself: ${[...within, name].map((n) => `$${n}`).join(", ")}`,
        );
        continue;
      }
      if (within.length >= confLimits.expansionDepth) {
        this.#problems.stop(place, "too_many_expansions", `definitions within definitions, more than ${confLimits.expansionDepth} deep`);
        continue;
      }
      current += text.slice(from, match.index);
      from = match.index + match[0].length;
      const inner = value.flatMap((line) => this.#substitute(line, scope, place, [...within, name]));
      if (!this.#count(inner, place)) return [];
      current += inner[0] ?? "";
      for (const line of inner.slice(1)) {
        lines.push(current);
        current = line;
      }
    }
    lines.push(current + text.slice(from));
    return lines;
  }

  #sequence(text: string, scope: Scope, place: Place, depth: number, out: string[]): void {
    const kind = sequence.exec(text)?.[1] ?? "";
    const open = text.indexOf("(");
    const close = text.indexOf(")", open);
    const rest = close < 0 ? "" : text.slice(close + 1);
    const inside = this.#substitute(text.slice(open + 1, close < 0 ? open + 1 : close), scope, place, []).join(" ");
    const steps = kind === "LST" ? listSteps(inside) : numberSteps(inside, kind === "SEQx" ? 16 : 10, confLimits.expansions);
    if (steps === null) {
      this.#problems.error(place, "bad_sequence", `~${kind}(...) cannot be read: write ${sequenceForms[kind] ?? ""}`);
      return;
    }
    if (depth >= confLimits.expansionDepth) {
      this.#problems.stop(place, "too_many_expansions", `sequences within sequences, more than ${confLimits.expansionDepth} deep`);
      return;
    }
    for (const step of steps) {
      if (!this.#count([rest], place)) return;
      this.#expand(rest, new Map([...scope, ...step]), place, depth + 1, out);
    }
  }

  #count(lines: readonly string[], place: Place): boolean {
    this.#expansions++;
    for (const line of lines) this.#characters += line.length + 1;
    if (this.#expansions > confLimits.expansions)
      this.#problems.stop(place, "too_many_expansions", `definitions and sequences expand more than ${confLimits.expansions} times`);
    else if (this.#characters > confLimits.characters)
      this.#problems.stop(
        place,
        "too_many_expansions",
        `definitions and sequences expand to more than ${confLimits.characters} characters`,
      );
    return !this.#problems.stopped;
  }
}

const sequenceForms: Readonly<Record<string, string>> = {
  SEQ: "~SEQ(NAME, START, END) or ~SEQ(NAME, START, STEP, END)",
  SEQx: "~SEQx(NAME, START, END) or ~SEQx(NAME, START, STEP, END)",
  LST: "~LST(NAME, A, B) or ~LST({NAME1, NAME2}, {A1, A2}, {B1, B2}), without blanks in the values",
};

type Step = Iterable<readonly [string, readonly string[]]>;
const nameForm = /^[A-Za-z0-9_]+$/;
/** As strtol reads it with base 0. */
const numberForm = /^-?(?:0x[0-9a-fA-F]{1,8}|0[0-7]{0,10}|[1-9]\d{0,9})$/;

function numberSteps(inside: string, base: 10 | 16, most: number): Iterable<Step> | null {
  const [name = "", ...numbers] = inside.split(",").map((part) => part.trim());
  if (!nameForm.test(name) || numbers.length < 2 || numbers.length > 3 || !numbers.every((text) => numberForm.test(text))) return null;
  const [start = 0, middle = 0, last = 0] = numbers.map(readNumber);
  const end = numbers.length === 2 ? middle : last;
  const step = numbers.length === 2 ? (start <= end ? 1 : -1) : middle;
  if (step === 0 || (end - start) * step < 0) return null;
  return steps(name, start, step, Math.min(Math.floor((end - start) / step), most), base);
}

function* steps(name: string, start: number, step: number, last: number, base: 10 | 16): Generator<Step> {
  for (let i = 0; i <= last; i++) yield [[name, [(start + i * step).toString(base)]]];
}

function readNumber(text: string): number {
  const digits = text.replace(/^-/, "");
  const value = Number.parseInt(digits, /^0x/.test(digits) ? 16 : digits.startsWith("0") ? 8 : 10);
  return text.startsWith("-") ? -value : value;
}

function listSteps(inside: string): Step[] | null {
  const parts = splitList(inside);
  if (parts === null || parts.length < 2) return null;
  const [names = [], ...values] = parts;
  if (!names.every((name) => nameForm.test(name)) || !values.every((value) => value.length === names.length)) return null;
  return values.map((value) => names.map((name, i) => [name, [value[i] ?? ""]] as const));
}

/** `V,a,b` and `{V,W},{1,2},{3,4}`; null for anything else. */
function splitList(inside: string): string[][] | null {
  const parts: string[][] = [];
  const part = /\s*(?:\{([^{}]*)\}|([^{},\s]+))\s*(?:,|$)/y;
  while (part.lastIndex < inside.length) {
    const match = part.exec(inside);
    if (match === null) return null;
    parts.push(match[1] === undefined ? [match[2] ?? ""] : match[1].split(",").map((text) => text.trim()));
  }
  return parts;
}
