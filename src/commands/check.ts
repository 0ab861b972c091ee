import { inactiveSettings } from "../config/inactive.ts";
import { formatProblem } from "../config/problems.ts";
import { readConfig } from "../config/resolve.ts";
import { ExitStatus } from "./exit.ts";
import type { Io } from "./io.ts";

export interface CheckOptions {
  readonly config?: string | undefined;
  readonly keepalived?: readonly string[] | undefined;
  readonly json?: boolean | undefined;
}

/** One line of `check`. An `error` stops the agent from starting; a `note` does not. */
interface Finding {
  readonly level: "error" | "note";
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
  readonly path: string;
  readonly message: string;
}

/** Validates the configuration without starting anything. Findings go to standard output. */
export async function check(options: CheckOptions, io: Io): Promise<number> {
  if (options.keepalived !== undefined && options.keepalived.length > 0) {
    io.err("vrrpwatch check: --keepalived is not available in this version: keepalived.conf was not checked\n");
    return ExitStatus.usage;
  }
  const result = await readConfig(options.config);
  const findings: Finding[] = result.ok
    ? inactiveSettings(result.value.config).map((path) => ({
        level: "note",
        file: result.value.file,
        line: null,
        column: null,
        path,
        message: "is right, but not active in this version",
      }))
    : result.error.map((problem) => ({ level: "error", ...problem }));

  if (options.json === true) {
    await io.out(`${JSON.stringify({ findings })}\n`);
  } else {
    for (const finding of findings) await io.out(`${formatProblem(finding)}\n`);
    await io.out(`${verdict(result.ok ? result.value.file : null, findings)}\n`);
  }
  return result.ok ? ExitStatus.done : ExitStatus.usage;
}

function verdict(file: string | null, findings: readonly Finding[]): string {
  const errors = findings.filter(({ level }) => level === "error").length;
  if (errors > 0) return `${errors} ${errors === 1 ? "problem" : "problems"}: vrrpwatch would not start with this configuration`;
  return file === null ? "no configuration file: the defaults hold" : `${file}: the configuration is valid`;
}
