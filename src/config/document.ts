import { type Document, isAlias, isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument, visit } from "yaml";
import { err, ok, type Result } from "../lib/result.ts";
import { type ConfigProblem, formatPath, type Path, safeKey } from "./problems.ts";

/** Larger than any sensible configuration, small enough to read at once. */
export const largestFile = 1_048_576;

/** Aliases may repeat a value this often; nested ones multiply (the "billion laughs"). */
const mostAliases = 100;

/** The text as plain values, and where each of them stands. */
export interface ConfigDocument {
  /** Plain objects, lists and scalars; may contain itself through an alias. */
  readonly value: unknown;
  /** Problems that leave the values readable, such as a key given twice. */
  readonly problems: readonly ConfigProblem[];
  /** The problem at a path: at the value, at its key, or at the nearest thing above it that exists. */
  problem(path: Path, message: string, at?: "key" | "value"): ConfigProblem;
}

export interface DocumentOptions {
  /** Messages do not repeat any of the text: it may be a password or a key. */
  readonly secret?: boolean;
}

/** Reads YAML 1.2 strictly. The error lists the faults of syntax. Never throws. */
export function readDocument(text: string, file: string, options: DocumentOptions = {}): Result<ConfigDocument, ConfigProblem[]> {
  const whole = (message: string): ConfigProblem => ({ file, line: null, column: null, path: "", message });
  if (text.length > largestFile) return err([whole("the file is larger than 1 MiB, which no configuration of vrrpwatch needs")]);
  const nul = text.indexOf("\0");
  if (nul >= 0) return err([{ ...whole("a NUL byte: this is not a text file"), ...positionOf(text, nul) }]);
  try {
    return compose(text, file, options.secret === true);
  } catch (error) {
    // The composer recurses; a file nested a thousand levels deep exhausts the stack, which is the file's fault.
    if (error instanceof RangeError) return err([whole("nested too deeply")]);
    if (error instanceof ReferenceError)
      return err([whole(`more than ${mostAliases} uses of YAML aliases, or an alias that names nothing`)]);
    throw error;
  }
}

function compose(text: string, file: string, secret: boolean): Result<ConfigDocument, ConfigProblem[]> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false, stringKeys: true, logLevel: "error" });
  const at = (offset: number, path: Path, message: string): ConfigProblem => {
    const position = lines.linePos(Math.min(offset, text.length));
    return { file, line: Math.max(1, position.line), column: Math.max(1, position.col), path: formatPath(path), message };
  };
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0)
    return err(faults.slice(0, 50).map((fault) => at(fault.pos[0], [], syntaxMessage(fault.code, secret ? "" : fault.message))));

  const problems = keyProblems(document, at);
  return ok({
    value: document.toJS({ maxAliasCount: mostAliases }) ?? {},
    problems,
    problem: (path, message, where = "value") => at(offsetOf(document, path, where), path, message),
  });
}

const syntaxHints: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: "YAML is indented with spaces, never with tabs",
  MULTIPLE_DOCS: "only one document is allowed: remove the line ---",
  TAG_RESOLVE_FAILED: "YAML tags (words that begin with !) are not used here: put the text in quotes",
  BAD_ALIAS: "an alias (*name) that names nothing: put text that begins with * in quotes",
  UNEXPECTED_TOKEN: "this does not fit here: text with special characters needs quotes",
};

function syntaxMessage(code: string, message: string): string {
  const firstLine =
    message
      .split("\n", 1)[0]
      ?.replaceAll(/\p{Cc}/gu, " ")
      .slice(0, 200) ?? "";
  const hint = syntaxHints[code];
  if (firstLine === "") return `not valid YAML: ${hint ?? "look at this place and the line before it"}`;
  return hint === undefined ? `not valid YAML: ${firstLine}` : `not valid YAML: ${hint} (${firstLine})`;
}

/** A key given twice: which of the two counts would be a guess. */
function keyProblems(document: Document, at: (offset: number, path: Path, message: string) => ConfigProblem): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  visit(document, {
    Map(_, map, ancestors) {
      const seen = new Set<string>();
      for (const { key } of map.items) {
        const name = keyText(key);
        const offset = isNode(key) ? (key.range?.[0] ?? 0) : 0;
        const path = [...pathTo(ancestors, map), name];
        if (seen.has(name)) problems.push(at(offset, path, `the key ${safeKey(name)} is given twice: remove one of them`));
        else if (name === "__proto__") problems.push(at(offset, path, "unknown key"));
        seen.add(name);
      }
    },
  });
  return problems;
}

const keyText = (key: unknown): string => (isScalar(key) ? String(key.value) : String(key));

/** The path of a node, from the ancestors that `visit` hands over. */
function pathTo(ancestors: ReadonlyArray<unknown>, node: Node): Path {
  const path: Array<string | number> = [];
  const chain = [...ancestors, node];
  for (const [i, parent] of chain.entries()) {
    const child = chain[i + 1];
    if (isSeq(parent)) path.push(parent.items.indexOf(child));
    else if (typeof parent === "object" && parent !== null && "key" in parent) path.push(keyText(parent.key));
  }
  return path;
}

/** Follows a path as far as it exists. */
function offsetOf(document: Document, path: Path, where: "key" | "value"): number {
  let node: unknown = document.contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const [i, step] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    let next: unknown;
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => keyText(key) === String(step));
      if (pair === undefined) return offset;
      if (isNode(pair.key)) offset = pair.key.range?.[0] ?? offset;
      if (where === "key" && i === path.length - 1) return offset;
      next = pair.value;
    } else if (isSeq(node)) {
      next = node.items[Number(step)];
    } else {
      return offset;
    }
    // An empty value stands nowhere; its key is the better place.
    if (isNode(next) && next.range && (!isScalar(next) || next.range[1] > next.range[0])) offset = next.range[0];
    node = next;
  }
  return offset;
}

function positionOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  return { line: before.split("\n").length, column: offset - before.lastIndexOf("\n") };
}
