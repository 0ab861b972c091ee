import { hostname } from "node:os";
import { dirname } from "node:path";
import { TreeBuilder } from "./builder.ts";
import { expandLine } from "./expand.ts";
import { type ConfReader, includedFiles, LARGEST_FILE, type ReadFailure } from "./reader.ts";
import type { ConfProblem, ParsedConf } from "./tree.ts";
import { withoutComment, wordsOf } from "./words.ts";

const MOST_FILES = 1_000;
const DEEPEST_INCLUDE = 16;
const LONGEST_LINE = 64 * 1024;
const MOST_PROBLEMS = 200;

const include = /^include(?:[rmwba]|_check)?[ \t]+(.+)$/;
const definition = /^\$([A-Za-z_]\w*)=(.*)$/;
const condition = /^@(\^?)(\S+)(?:[ \t]+(.*))?$/;

const readFailures: Readonly<Record<ReadFailure, string>> = {
  absent: "does not exist",
  unreadable: "may not be read by this user",
  not_a_file: "is not a regular file",
  too_large: `is larger than ${LARGEST_FILE / 1024 / 1024} MB, which no keepalived.conf needs`,
};

export interface ParseOptions {
  /** What `@ID` compares with: keepalived's `-i`, else the first label of the host's name. */
  readonly configId?: string;
}

/**
 * Reads keepalived.conf with everything that it includes into a tree, in the order of keepalived's own reader (lib/parser.c):
 * comments, includes, conditions, definitions, sequences, words. Never throws; bounded in time and memory.
 */
export function parseConf(path: string, reader: ConfReader, options: ParseOptions = {}): ParsedConf {
  return new Parser(reader, options.configId ?? hostname().split(".", 1)[0] ?? "").parse(path);
}

class Parser {
  readonly #reader: ConfReader;
  readonly #definitions: Map<string, string>;
  readonly #configId: string;
  readonly #problems: ConfProblem[] = [];
  readonly #files: string[] = [];
  readonly #folders = new Set<string>();
  readonly #tree = new TreeBuilder((problem) => this.#note(problem));
  #bytes = 0;
  #read = 0;
  /** A bound was reached: nothing more is read. */
  #full = false;

  constructor(reader: ConfReader, configId: string) {
    this.#reader = reader;
    this.#configId = configId;
    this.#definitions = new Map([
      ["_HASH", "#"],
      ["_BANG", "!"],
    ]);
  }

  parse(path: string): ParsedConf {
    this.#file(path, [], null);
    return { statements: this.#tree.end(), problems: this.#problems, files: this.#files, folders: [...this.#folders] };
  }

  #file(path: string, chain: readonly string[], from: { readonly file: string; readonly line: number } | null): void {
    if (this.#full) return;
    const at = from ?? { file: path, line: 1 };
    if (chain.includes(path)) {
      const loop = [...chain.slice(chain.indexOf(path)), path].join(" -> ");
      this.#note({ ...at, code: "include_loop", severity: "error", message: `the file includes itself: ${loop}` });
      return;
    }
    if (chain.length > DEEPEST_INCLUDE) {
      this.#note({ ...at, code: "too_deep", severity: "error", message: `includes are nested more than ${DEEPEST_INCLUDE} deep` });
      return;
    }
    if (!this.#files.includes(path)) this.#files.push(path);
    this.#read += 1;
    const text = this.#reader.read(path);
    if (!text.ok) {
      const [code, severity] = this.#severityOf(text.error, from !== null);
      this.#note({ ...at, code, severity, message: `${path} ${readFailures[text.error]}` });
      return;
    }
    this.#bytes += text.value.length;
    if (this.#read > MOST_FILES || this.#bytes > LARGEST_FILE) {
      this.#full = true;
      const message = `more than ${MOST_FILES} files or ${LARGEST_FILE / 1024 / 1024} MB in all: the rest was not read`;
      this.#note({ ...at, code: "too_large", severity: "error", message });
      return;
    }
    this.#lines(text.value, path, [...chain, path]);
  }

  #severityOf(failure: ReadFailure, included: boolean): readonly [ConfProblem["code"], ConfProblem["severity"]] {
    if (failure === "too_large") return ["too_large", "error"];
    if (!included) return ["unreadable", "error"];
    return failure === "absent" ? ["include_missing", "warning"] : ["include_unreadable", "error"];
  }

  #lines(text: string, file: string, chain: readonly string[]): void {
    const nul = text.indexOf("\0");
    if (nul >= 0) {
      const line = text.slice(0, nul).split("\n").length;
      this.#note({ file, line, code: "not_text", severity: "error", message: "a NUL byte: this is not a text file" });
      return;
    }
    let line = 0;
    /** A definition that goes on in the next line. */
    let pending: { readonly name: string; value: string } | undefined;
    for (let start = 0; start <= text.length && !this.#full; ) {
      let end = text.indexOf("\n", start);
      if (end < 0) end = text.length;
      line += 1;
      const raw = text.slice(start, end);
      start = end + 1;
      if (raw.length > LONGEST_LINE) {
        this.#note({ file, line, code: "too_large", severity: "error", message: `a line of more than ${LONGEST_LINE / 1024} KiB` });
        continue;
      }
      const bare = withoutComment(raw).trim();
      if (pending !== undefined) {
        const goesOn = bare.endsWith("\\");
        pending.value += `\n${goesOn ? bare.slice(0, -1).trimEnd() : bare}`;
        if (goesOn) continue;
        this.#define(pending.name, pending.value.replace(/^\n/, ""));
        pending = undefined;
        continue;
      }
      const defined = this.#line(bare, file, line, chain);
      if (defined !== undefined) pending = { ...defined };
    }
    if (pending !== undefined) this.#define(pending.name, pending.value);
  }

  /** @returns a definition that goes on in the next line. */
  #line(bare: string, file: string, line: number, chain: readonly string[]): { readonly name: string; readonly value: string } | undefined {
    let text = bare;
    const conditional = condition.exec(text);
    if (conditional !== null) {
      const [, not, id, rest = ""] = conditional;
      if ((id === this.#configId) === (not === "^")) return undefined;
      text = rest;
    }
    if (text === "") return undefined;
    const included = include.exec(text);
    if (included !== null) {
      this.#include(wordsOf(included[1] ?? "").join(" "), file, line, chain);
      return undefined;
    }
    const defined = definition.exec(text);
    if (defined !== null) {
      const [, name = "", value = ""] = defined;
      if (value.endsWith("\\")) return { name, value: value.slice(0, -1).trimEnd() };
      this.#define(name, value);
      return undefined;
    }
    const expanded = expandLine(text, this.#definitions);
    if (!expanded.ok) {
      this.#note({ file, line, code: expanded.error.code, severity: "error", message: expanded.error.message });
      return undefined;
    }
    for (const one of expanded.value) {
      if (!this.#full && !this.#tree.line(wordsOf(one), file, line)) this.#full = true;
    }
    return undefined;
  }

  #define(name: string, value: string): void {
    if (this.#definitions.size < 10_000) this.#definitions.set(name, value);
  }

  #include(pattern: string, file: string, line: number, chain: readonly string[]): void {
    this.#definitions.set("_PWD", dirname(file));
    const expanded = expandLine(pattern, this.#definitions);
    const { files, folders } = includedFiles(this.#reader, (expanded.ok ? expanded.value[0] : undefined) ?? pattern, file);
    for (const folder of folders) if (this.#folders.size < MOST_FILES) this.#folders.add(folder);
    if (files.length === 0)
      this.#note({ file, line, code: "include_missing", severity: "warning", message: `no file fits ${pattern}: nothing is included` });
    for (const path of files) this.#file(path, chain, { file, line });
  }

  #note(problem: ConfProblem): void {
    if (this.#problems.length < MOST_PROBLEMS) this.#problems.push(problem);
  }
}
