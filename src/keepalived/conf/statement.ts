/** One statement of keepalived.conf: a line, or a line with a block. */
export interface Statement {
  /** `words[0]` is the keyword; quotes are removed. A password is never among them: `********` stands for it. */
  readonly words: readonly string[];
  readonly file: string;
  /** Where it stands; for what a definition or a sequence expands to, where that is used. */
  readonly line: number;
  /** null: it has no block. */
  readonly block: readonly Statement[] | null;
  /** Of `auth_pass`: how long the password is. */
  readonly secretLength?: number;
}

/** What can be wrong with the text, its includes and its size. */
export type ConfProblemCode =
  | "absent"
  | "unreadable"
  | "not_a_file"
  | "not_text"
  | "too_large"
  | "include_missing"
  | "include_loop"
  | "include_depth"
  | "too_many_files"
  | "missing_brace"
  | "extra_brace"
  | "unexpected_brace"
  | "block_depth"
  | "too_many_statements"
  | "too_many_expansions"
  | "recursive_definition"
  | "bad_sequence"
  | "unterminated_quote";

export interface ConfProblem {
  readonly file: string;
  readonly line: number;
  readonly code: ConfProblemCode;
  /** `error`: what was read is not what keepalived runs with. */
  readonly severity: "error" | "warning";
  /** For a person. Quotes paths and names of definitions, never other text of the file: that may hold a password. */
  readonly message: string;
}

export interface ParsedConf {
  readonly statements: readonly Statement[];
  readonly problems: readonly ConfProblem[];
  /** Every file that was read or should have been, the main one first. */
  readonly files: readonly string[];
  /** The directories in which a new file could change the outcome: those of the files and of the patterns of includes. */
  readonly directories: readonly string[];
}

/** Far above every real configuration, and small enough to be read in a moment. */
export const confLimits = {
  includeDepth: 16,
  files: 1_000,
  /** PATH_MAX of Linux. */
  path: 4_096,
  /** Of all files together, and of what definitions expand to. */
  characters: 10_000_000,
  line: 65_536,
  blockDepth: 16,
  statements: 200_000,
  expansions: 100_000,
  /** Definitions within definitions, and sequences within sequences. */
  expansionDepth: 32,
  problems: 100,
} as const;

/** Collects problems up to a limit, and remembers whether reading must end. */
export class ProblemList {
  readonly #problems: ConfProblem[] = [];
  #stopped = false;

  /** A limit was passed: nothing more is read. */
  get stopped(): boolean {
    return this.#stopped;
  }

  get all(): readonly ConfProblem[] {
    return this.#problems;
  }

  warn(place: Place, code: ConfProblemCode, message: string): void {
    if (this.#problems.length < confLimits.problems) this.#problems.push({ ...place, code, severity: "warning", message });
  }

  /** Errors are kept also where warnings have filled the list: one is enough to tell that the file is broken. */
  error(place: Place, code: ConfProblemCode, message: string): void {
    if (this.#problems.length < 2 * confLimits.problems) this.#problems.push({ ...place, code, severity: "error", message });
  }

  stop(place: Place, code: ConfProblemCode, message: string): void {
    if (this.#stopped) return;
    this.error(place, code, message);
    this.#stopped = true;
  }
}

export interface Place {
  readonly file: string;
  readonly line: number;
}
