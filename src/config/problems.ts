import { AgentError } from "../lib/errors.ts";

/** One thing that is wrong with the configuration, told so that a person can correct it. */
export interface ConfigProblem {
  /** The file as it was named to us; null when a flag is at fault. */
  readonly file: string | null;
  /** 1-based; null where there is no text to point at. */
  readonly line: number | null;
  readonly column: number | null;
  /** The setting, such as `virtual_routers[2].vrid`, or the flag; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
}

/** The configuration cannot be used. Carries every problem at once; the command prints them and exits with status 2. */
export class ConfigError extends AgentError<"ERR_CONFIG_INVALID"> {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super("ERR_CONFIG_INVALID", problems.map(formatProblem).join("\n"));
    this.problems = problems;
  }
}

/** `config.yaml:3:9 web.listen[0]: what is wrong`. */
export function formatProblem(problem: ConfigProblem): string {
  const place = [problem.file, problem.line, problem.column].filter((part) => part !== null).join(":");
  const subject = [place, problem.path].filter((part) => part !== "").join(" ");
  return subject === "" ? problem.message : `${subject}: ${problem.message}`;
}

/** In the order of the file. */
export function sortProblems(problems: readonly ConfigProblem[]): ConfigProblem[] {
  return problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}

export type Path = ReadonlyArray<string | number>;

/** `["virtual_routers", 2, "vrid"]` as `virtual_routers[2].vrid`. */
export function formatPath(path: Path): string {
  let text = "";
  for (const step of path) text += typeof step === "number" ? `[${step}]` : text === "" ? safeKey(step) : `.${safeKey(step)}`;
  return text;
}

/** Keys come from the file: a line break in one must not break the line of the message. */
export function safeKey(key: string): string {
  return /^[\w-]{1,60}$/.test(key) ? key : JSON.stringify(key.length > 60 ? `${key.slice(0, 60)}…` : key);
}
