import { err, ok, type Result } from "../../lib/result.ts";

/** Lines that one line may become, and bytes that they may have together. */
const MOST_LINES = 100_000;
const MOST_BYTES = 4 * 1024 * 1024;
/** Definitions that use each other. */
const DEEPEST = 32;

export interface ExpandFailure {
  readonly code: "recursive_definition" | "bad_sequence" | "too_many";
  readonly message: string;
}

/** `$NAME=VALUE` so far: a value may have several lines. Built-in ones begin with `_`. */
export type Definitions = ReadonlyMap<string, string>;

const sequence = /~(SEQx?|LST)\(([^()]*)\)/;

/**
 * What becomes of one line: `~SEQ` and `~LST` make several, each with its own variable, and definitions are put in where they
 * are used (late binding). What is not defined is left as it stands, as keepalived does.
 */
export function expandLine(line: string, definitions: Definitions): Result<readonly string[], ExpandFailure> {
  if (!line.includes("$") && !line.includes("~")) return ok([line]);
  const budget = { lines: MOST_LINES, bytes: MOST_BYTES };
  const out: string[] = [];
  const failure = expandInto(line, definitions, out, budget, 0);
  return failure === undefined ? ok(out) : err(failure);
}

function expandInto(
  line: string,
  definitions: Definitions,
  out: string[],
  budget: { lines: number; bytes: number },
  depth: number,
): ExpandFailure | undefined {
  if (depth > DEEPEST) return { code: "recursive_definition", message: "sequences are nested too deeply" };
  const match = sequence.exec(line);
  if (match !== null) {
    const text = substitute(match[2] ?? "", definitions);
    if (!text.ok) return text.error;
    const sets = valuesOf(match[1] ?? "", text.value);
    if (!sets.ok) return sets.error;
    const rest = line.slice(0, match.index) + line.slice(match.index + match[0].length);
    for (const set of sets.value()) {
      const failure = expandInto(rest, new Map([...definitions, ...set]), out, budget, depth + 1);
      if (failure !== undefined) return failure;
    }
    return undefined;
  }
  const replaced = substitute(line, definitions);
  if (!replaced.ok) return replaced.error;
  for (const part of replaced.value.split("\n")) {
    // A definition may hold sequences of its own.
    if (sequence.test(part)) {
      const failure = expandInto(part, definitions, out, budget, depth + 1);
      if (failure !== undefined) return failure;
      continue;
    }
    budget.lines -= 1;
    budget.bytes -= part.length;
    if (budget.lines < 0 || budget.bytes < 0)
      return { code: "too_many", message: `one line becomes more than ${MOST_LINES} lines or ${MOST_BYTES / 1024 / 1024} MiB` };
    out.push(part);
  }
  return undefined;
}

const use = /\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*)(?=[ \t\n]|$))/g;

/** Puts definitions in, again and again until none is left. */
function substitute(line: string, definitions: Definitions): Result<string, ExpandFailure> {
  let text = line;
  for (let depth = 0; text.includes("$"); depth++) {
    if (depth > DEEPEST) return err({ code: "recursive_definition", message: "a definition ($NAME=...) uses itself" });
    let changed = false;
    let size = 0;
    const next = text.replaceAll(use, (whole, braced: string | undefined, plain: string | undefined) => {
      const value = definitions.get(braced ?? plain ?? "");
      if (value === undefined || size > MOST_BYTES) return whole;
      changed = true;
      size += value.length;
      return value;
    });
    if (size > MOST_BYTES || next.length > MOST_BYTES)
      return err({ code: "too_many", message: `one line becomes more than ${MOST_BYTES / 1024 / 1024} MiB` });
    if (!changed) return ok(next);
    text = next;
  }
  return ok(text);
}

type Values = Result<() => Iterable<ReadonlyMap<string, string>>, ExpandFailure>;

const bad = (message: string): Values => err({ code: "bad_sequence", message });

/** `~SEQ(var, start[, step], end)`, `~SEQx` in hexadecimal, `~LST(var, a, b)` and `~LST({v, w}, {1, 2}, ...)`. */
function valuesOf(kind: string, text: string): Values {
  if (kind === "LST") return listOf(text);
  const [name = "", ...numbers] = text.split(",").map((word) => word.trim());
  const values = numbers.map(Number);
  if (!/^[A-Za-z_]\w*$/.test(name) || values.length < 1 || values.length > 3 || !values.every(Number.isSafeInteger))
    return bad("~SEQ needs a variable, a start, perhaps a step, and an end: ~SEQ(N, 1, 2, 9)");
  // With one number keepalived counts from 1.
  const [start, step, end] =
    values.length === 1
      ? [1, 1, values[0] as number]
      : values.length === 2
        ? [values[0] as number, undefined, values[1] as number]
        : (values as [number, number, number]);
  const by = step ?? (end >= start ? 1 : -1);
  if (by === 0 || by > 0 !== end >= start) return bad("~SEQ does not come to its end with this step");
  if ((end - start) / by > MOST_LINES) return err({ code: "too_many", message: `~SEQ has more than ${MOST_LINES} values` });
  return ok(function* () {
    for (let at = start; by > 0 ? at <= end : at >= end; at += by) yield new Map([[name, at.toString(kind === "SEQx" ? 16 : 10)]]);
  });
}

function listOf(text: string): Values {
  const sets = [...text.matchAll(/\{([^{}]*)\}/g)].map(([, inner = ""]) => inner.split(",").map((word) => word.trim()));
  const [names = [], ...rows] = sets.length > 0 ? sets : listOfOne(text);
  if (names.length === 0 || !names.every((name) => /^[A-Za-z_]\w*$/.test(name)) || rows.some((row) => row.length !== names.length))
    return bad("~LST needs a variable and its values, or lists of the same length: ~LST({N, M}, {1, a}, {2, b})");
  return ok(() => rows.map((row) => new Map(names.map((name, i) => [name, row[i] ?? ""]))));
}

function listOfOne(text: string): string[][] {
  const [name = "", ...values] = text.split(",").map((word) => word.trim());
  return [[name], ...values.map((value) => [value])];
}
