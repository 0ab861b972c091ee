/** One statement of keepalived.conf: a keyword with its words, and the block in braces that follows it. */
export interface Statement {
  /** The keyword first. Quotes are gone; a password is replaced by `********`. */
  readonly words: readonly string[];
  readonly file: string;
  readonly line: number;
  /** null where no block follows. */
  readonly block: readonly Statement[] | null;
  /** Bytes of the password that stood here. */
  readonly secretLength?: number;
}

/** What may be wrong with a file as such. Closed list. */
export const confProblemCodes = [
  "unbalanced_braces",
  "include_missing",
  "include_loop",
  "include_unreadable",
  "unreadable",
  "too_large",
  "too_many",
  "too_deep",
  "not_text",
  "recursive_definition",
  "bad_sequence",
] as const;
export type ConfProblemCode = (typeof confProblemCodes)[number];

export interface ConfProblem {
  readonly file: string;
  readonly line: number;
  readonly code: ConfProblemCode;
  /** `warning`: keepalived goes on as if nothing were there. */
  readonly severity: "error" | "warning";
  /** A sentence for a person; holds no text of the file that could be a password. */
  readonly message: string;
}

export interface ParsedConf {
  readonly statements: readonly Statement[];
  readonly problems: readonly ConfProblem[];
  /** Every file that was read or that an include names in full, the main one first. */
  readonly files: readonly string[];
  /** Folders in which an include with a pattern looks. */
  readonly folders: readonly string[];
}
