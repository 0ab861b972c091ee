import { posix } from "node:path";
import type { ConfReader, ReadFailure } from "./conf-reader.ts";
import { Definitions } from "./definitions.ts";
import { expandBraces, globMatch, isPattern } from "./glob.ts";
import { withoutComment } from "./lex.ts";
import { confLimits, type ParsedConf, type Place, ProblemList } from "./statement.ts";
import { StatementTree } from "./tree.ts";

export interface ParseOptions {
  /** What `@ID` lines are compared with: `--config-id` of keepalived, by default the host's name up to its first dot. */
  readonly configId?: string;
}

/**
 * Reads keepalived.conf and what it includes into a tree of statements. It never throws, takes bounded time and memory whatever
 * the files hold, and leaves every password out.
 * @see keepalived 2.2.7 lib/parser.c for the grammar; doubtful points were tried with `keepalived -t`
 */
export function parseConf(path: string, reader: ConfReader, options: ParseOptions = {}): ParsedConf {
  const parser = new Parser(reader, options.configId ?? "");
  parser.file(path, [], { file: path, line: 1 });
  return parser.end();
}

/** keepalived 2.2.7 takes the variants for the same where a file cannot be read: it says so and goes on. */
const include = /^include[rmwba]?\s+(.+)$/s;
const condition = /^@(\^?)(\S*)\s*(.*)$/s;

class Parser {
  readonly #reader: ConfReader;
  readonly #configId: string;
  readonly #problems = new ProblemList();
  readonly #definitions: Definitions;
  readonly #tree = new StatementTree(this.#problems);
  readonly #files = new Set<string>();
  readonly #directories = new Set<string>();
  #opened = 0;
  #characters = 0;

  constructor(reader: ConfReader, configId: string) {
    this.#reader = reader;
    this.#configId = configId;
    this.#definitions = new Definitions(this.#problems, configId);
  }

  end(): ParsedConf {
    const statements = this.#tree.end();
    return { statements, problems: this.#problems.all, files: [...this.#files], directories: [...this.#directories] };
  }

  file(path: string, chain: readonly string[], from: Place): void {
    this.#files.add(path);
    this.#directories.add(posix.dirname(path));
    if (++this.#opened > confLimits.files) {
      this.#problems.stop(from, "too_many_files", `more than ${confLimits.files} files are included`);
      return;
    }
    const read = this.#reader.read(path);
    if (!read.ok) {
      this.#failed(path, read.error, chain.length > 0, from);
      return;
    }
    this.#characters += read.value.length;
    if (this.#characters > confLimits.characters) {
      this.#problems.stop(from, "too_large", `the files hold more than ${confLimits.characters / 1e6} MB of text together`);
      return;
    }
    if (read.value.includes("\0")) {
      this.#failed(path, "not_text", chain.length > 0, from);
      return;
    }
    this.#lines(read.value, path, [...chain, path]);
  }

  #lines(text: string, file: string, chain: readonly string[]): void {
    const directory = posix.dirname(file);
    let open: { readonly name: string; readonly lines: string[]; readonly kept: boolean } | null = null;
    let line = 0;
    for (let from = 0; from <= text.length && !this.#problems.stopped; ) {
      const newline = text.indexOf("\n", from);
      const end = newline < 0 ? text.length : newline;
      line++;
      if (end - from > confLimits.line) {
        this.#problems.stop({ file, line }, "too_large", `a line of more than ${confLimits.line} characters`);
        return;
      }
      const plain = withoutComment(text.slice(from, end));
      from = end + 1;
      if (open !== null) {
        open.lines.push(plain.replace(/\\$/, ""));
        if (plain.endsWith("\\")) continue;
        if (open.kept) this.#definitions.set(open.name, open.lines);
        open = null;
        continue;
      }
      if (plain === "") continue;
      const place = { file, line };
      const included = include.exec(plain);
      if (included !== null) {
        this.#include(included[1] ?? "", directory, chain, place);
        continue;
      }
      const { kept, rest } = this.#condition(plain);
      const defined = Definitions.read(rest);
      if (defined?.value.endsWith("\\") === true) {
        open = { name: defined.name, lines: [defined.value.slice(0, -1)], kept };
        continue;
      }
      if (!kept || rest === "") continue;
      if (defined !== null) this.#definitions.set(defined.name, [defined.value]);
      else for (const one of this.#definitions.expand(rest, place, directory)) this.#tree.add(one, place);
    }
    if (open?.kept === true) this.#definitions.set(open.name, open.lines);
  }

  #condition(text: string): { kept: boolean; rest: string } {
    const match = text.startsWith("@") ? condition.exec(text) : null;
    if (match === null) return { kept: true, rest: text };
    return { kept: (match[2] === this.#configId) === (match[1] === ""), rest: match[3] ?? "" };
  }

  #include(pattern: string, directory: string, chain: readonly string[], place: Place): void {
    if (pattern.length > confLimits.path) {
      this.#problems.warn(place, "include_missing", `no file has a name of ${pattern.length} characters: keepalived goes on without it`);
      return;
    }
    const patterns = expandBraces(pattern, confLimits.files);
    if (patterns === null) {
      this.#problems.stop(place, "too_many_files", `include ${pattern.slice(0, 200)} stands for more than ${confLimits.files} names`);
      return;
    }
    for (const one of patterns) {
      const paths = this.#matches(posix.resolve(directory, one));
      if (paths.length === 0)
        this.#problems.warn(
          place,
          "include_missing",
          `no file is there for include ${pattern.slice(0, 200)}: keepalived goes on without it`,
        );
      for (const path of paths) {
        if (this.#problems.stopped) return;
        if (chain.includes(path))
          this.#problems.stop(
            place,
            "include_loop",
            `files include each other: ${[...chain.slice(chain.indexOf(path)), path].join(" -> ")}`,
          );
        else if (chain.length > confLimits.includeDepth)
          this.#problems.stop(place, "include_depth", `includes within includes, more than ${confLimits.includeDepth} deep`);
        else this.file(path, chain, place);
      }
    }
  }

  /** The paths that an absolute pattern stands for; a path without a pattern stands for itself. */
  #matches(pattern: string): readonly string[] {
    if (!isPattern(pattern)) return [pattern];
    let found: string[] = ["/"];
    for (const part of pattern.split("/")) {
      if (part === "") continue;
      const next: string[] = [];
      for (const base of found) {
        if (next.length > confLimits.files) break; // too many in any case
        if (!isPattern(part)) {
          next.push(posix.join(base, part));
          continue;
        }
        this.#directories.add(base);
        for (const name of this.#reader.list(base)) if (globMatch(part, name)) next.push(posix.join(base, name));
      }
      found = next;
    }
    return found;
  }

  #failed(path: string, failure: ReadFailure, included: boolean, from: Place): void {
    if (included && failure === "absent")
      this.#problems.warn(from, "include_missing", `${path} does not exist, but is included: keepalived goes on without it`);
    else if (included && failure === "not_a_file")
      this.#problems.warn(from, "not_a_file", `${path} is no regular file, but is included: keepalived goes on without it`);
    else this.#problems.error(included ? from : { file: path, line: 1 }, failure, `${path} ${failures[failure]}`);
  }
}

const failures: Readonly<Record<ReadFailure, string>> = {
  absent: "does not exist",
  unreadable: "may not be read by this user",
  not_a_file: "is no regular file",
  too_large: `is larger than ${confLimits.characters / 1e6} MB`,
  not_text: "holds a NUL byte: it is no text",
};
