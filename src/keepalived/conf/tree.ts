import { tokenize } from "./lex.ts";
import { hidesContent, mask, withoutSecrets } from "./secrets.ts";
import { confLimits, type Place, type ProblemList, type Statement } from "./statement.ts";

interface Frame {
  readonly statements: Building[];
  readonly opened: Place;
  readonly keyword: string;
  readonly hidden: boolean;
}

interface Building {
  words: readonly string[];
  readonly file: string;
  readonly line: number;
  block: Building[] | null;
  secretLength?: number;
}

/** Builds the tree of statements from lines without comments and definitions. */
export class StatementTree {
  readonly #problems: ProblemList;
  readonly #root: Building[] = [];
  readonly #frames: Frame[] = [];
  #count = 0;

  constructor(problems: ProblemList) {
    this.#problems = problems;
  }

  add(text: string, place: Place): void {
    const { tokens, unterminated } = tokenize(text);
    if (unterminated) this.#problems.warn(place, "unterminated_quote", 'a double quote is not closed on this line: add the missing "');
    let words: string[] = [];
    let afterSecret = false;
    // `auth_pass a}b c`: all that follows such a brace without a blank is the password's.
    let rest = false;
    for (const token of tokens) {
      if (this.#problems.stopped) return;
      if (token.kind === "word") {
        if (token.text === "auth_pass") afterSecret = true;
        if (words.length === 0) rest = afterSecret && token.glued;
        words.push(rest ? mask : token.text);
        continue;
      }
      const taken = words;
      words = [];
      if (token.kind === "open") this.#open(taken, place);
      else this.#close(taken, place);
    }
    if (words.length > 0) this.#statement(words, place);
  }

  /** Ends the file: what is still open is a problem of the line that opened it. */
  end(): readonly Statement[] {
    if (!this.#problems.stopped)
      for (const { opened, keyword } of this.#frames)
        this.#problems.error(opened, "missing_brace", `the block${named(keyword)} that begins here is never closed: a } is missing`);
    return this.#root;
  }

  get #here(): Building[] {
    return this.#frames.at(-1)?.statements ?? this.#root;
  }

  #statement(words: readonly string[], place: Place): Building | null {
    if (++this.#count > confLimits.statements) {
      this.#problems.stop(place, "too_many_statements", `more than ${confLimits.statements} statements: the rest is not read`);
      return null;
    }
    const hidden = this.#frames.some((frame) => frame.hidden);
    const statement: Building = { ...withoutSecrets(words, hidden), file: place.file, line: place.line, block: null };
    this.#here.push(statement);
    return statement;
  }

  #open(words: readonly string[], place: Place): void {
    if (this.#frames.length >= confLimits.blockDepth) {
      this.#problems.stop(place, "block_depth", `blocks within blocks, more than ${confLimits.blockDepth} deep`);
      return;
    }
    // The brace may stand on the line after its keyword.
    const before = words.length > 0 ? this.#statement(words, place) : this.#here.at(-1);
    if (before === null) return;
    if (before === undefined || before.block !== null) {
      this.#problems.error(place, "unexpected_brace", "a { without a keyword before it: remove it, or write what the block is");
      this.#frames.push({ statements: [], opened: place, keyword: "", hidden: true });
      return;
    }
    before.block = [];
    const keyword = before.words[0] ?? "";
    this.#frames.push({ statements: before.block, opened: place, keyword, hidden: before.words.some(hidesContent) });
  }

  #close(words: readonly string[], place: Place): void {
    if (words.length > 0) this.#statement(words, place);
    if (this.#frames.pop() === undefined)
      this.#problems.error(place, "extra_brace", "a } that closes nothing: remove it, or look for a missing { above");
  }
}

/** Only keywords that are known to be none of a user's own words are quoted. */
const named = (keyword: string): string => (/^[a-z_0-9]{1,32}$/.test(keyword) && keyword !== mask ? ` "${keyword}"` : "");
