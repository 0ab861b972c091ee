import { type ConfigProblem, formatProblem } from "../config/problems.ts";
import { askAgent, type ControlOptions, tellFailure } from "./control-client.ts";
import { ExitStatus } from "./exit.ts";
import type { Io } from "./io.ts";
import { printable } from "./silence-text.ts";

/** Has the running agent take up its configuration file anew, and tells what became of it. */
export async function reload(options: ControlOptions & { readonly json?: boolean }, io: Io): Promise<number> {
  const answer = await askAgent(options, "POST", "/-/reload");
  if (!answer.ok) {
    const status = tellFailure("reload", answer.error, io);
    for (const problem of problemsOf(answer.error.error)) io.err(`${printable(formatProblem(problem))}\n`);
    return status;
  }
  if (options.json === true) {
    await io.out(`${JSON.stringify(answer.value)}\n`);
    return ExitStatus.done;
  }
  const { changed, at_next_start: atNextStart } = answer.value as Fields;
  const names = textsOf(changed);
  await io.out(names.length === 0 ? "nothing to change\n" : `changed: ${names.join(", ")}\n`);
  const waiting = textsOf(atNextStart);
  if (waiting.length > 0) io.err(`vrrpwatch reload: restart the agent for ${waiting.join(", ")}\n`);
  return ExitStatus.done;
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);

const textsOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((text) => typeof text === "string").map(printable) : [];

/** Another version may run there than the one that asks: only what is understood is told. */
function problemsOf(error: object | null | undefined): readonly ConfigProblem[] {
  const problems: unknown = isFields(error) ? error["problems"] : null;
  if (!Array.isArray(problems)) return [];
  return problems.filter(isFields).flatMap(({ file, line, column, path, message }) => {
    if (typeof path !== "string" || typeof message !== "string") return [];
    return [{ file: textOrNull(file), line: numberOrNull(line), column: numberOrNull(column), path, message }];
  });
}

const textOrNull = (value: unknown): string | null => (typeof value === "string" ? value : null);
const numberOrNull = (value: unknown): number | null => (typeof value === "number" ? value : null);
