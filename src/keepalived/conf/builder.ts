import type { ConfProblem, Statement } from "./tree.ts";

/** Statements of all files together, and blocks within each other. */
const MOST_STATEMENTS = 200_000;
const DEEPEST = 32;

interface OpenBlock {
  readonly keyword: string;
  readonly file: string;
  readonly line: number;
  readonly statements: Statement[];
}

/** Keywords whose words are secret. */
const secret: ReadonlySet<string> = new Set(["auth_pass", "auth_data", "password"]);

/**
 * Makes a tree of words: a brace that stands alone opens a block of the statement before it, or closes one. The file may put it
 * on the keyword's line or on the next, and a whole block on one line.
 */
export class TreeBuilder {
  readonly #root: OpenBlock = { keyword: "", file: "", line: 0, statements: [] };
  readonly #open: OpenBlock[] = [];
  readonly #problem: (problem: ConfProblem) => void;
  #statements = 0;

  constructor(problem: (problem: ConfProblem) => void) {
    this.#problem = problem;
  }

  /** @returns false when the bound is reached: the rest is not to be read. */
  line(words: readonly string[], file: string, line: number): boolean {
    let pending: string[] = [];
    for (const word of words) {
      if (word === "{") {
        if (!this.#openBlock(pending, file, line)) return false;
        pending = [];
      } else if (word === "}") {
        this.#add(pending, file, line);
        pending = [];
        if (this.#open.pop() === undefined)
          this.#problem({ file, line, code: "unbalanced_braces", severity: "error", message: "this } closes nothing" });
      } else {
        pending.push(word);
      }
    }
    this.#add(pending, file, line);
    if (this.#statements <= MOST_STATEMENTS) return true;
    this.#problem({
      file,
      line,
      code: "too_many",
      severity: "error",
      message: `more than ${MOST_STATEMENTS} statements: the rest was not read`,
    });
    return false;
  }

  end(): readonly Statement[] {
    for (const { keyword, file, line } of this.#open)
      this.#problem({
        file,
        line,
        code: "unbalanced_braces",
        severity: "error",
        message: `the block${keyword === "" ? "" : ` of ${keyword.slice(0, 40)}`} that is opened here is never closed`,
      });
    return this.#root.statements;
  }

  get #block(): OpenBlock {
    return this.#open.at(-1) ?? this.#root;
  }

  #openBlock(words: string[], file: string, line: number): boolean {
    const statements: Statement[] = [];
    const { statements: siblings } = this.#block;
    const last = siblings.at(-1);
    if (words.length > 0) this.#add(words, file, line, statements);
    // The brace stands on the line after its keyword.
    else if (last !== undefined && last.block === null) siblings[siblings.length - 1] = { ...last, block: statements };
    else this.#problem({ file, line, code: "unbalanced_braces", severity: "error", message: "this { follows no keyword" });
    const owner = words.length > 0 ? words[0] : last?.words[0];
    this.#open.push({ keyword: owner ?? "", file, line, statements });
    if (this.#open.length <= DEEPEST) return true;
    this.#problem({
      file,
      line,
      code: "too_deep",
      severity: "error",
      message: `more than ${DEEPEST} blocks within each other: the rest was not read`,
    });
    return false;
  }

  #add(words: readonly string[], file: string, line: number, block: Statement[] | null = null): void {
    const [keyword = ""] = words;
    if (words.length === 0) return;
    this.#statements += 1;
    // `auth_hmac { key ID SECRET ... }` of keepalived 2.4: the identifier is none.
    const from = secret.has(keyword) ? 1 : keyword === "key" && this.#block.keyword === "auth_hmac" ? 2 : words.length;
    if (words.length <= from) {
      this.#block.statements.push({ words, file, line, block });
      return;
    }
    const hidden = words.slice(from).join(" ");
    this.#block.statements.push({
      words: [...words.slice(0, from), "********"],
      file,
      line,
      block,
      secretLength: Buffer.byteLength(hidden),
    });
  }
}
