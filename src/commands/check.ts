import { formatProblem } from "../config/problems.ts";
import { readConfig } from "../config/resolve.ts";
import { nodeReader } from "../keepalived/conf/conf-reader.ts";
import { parseConf } from "../keepalived/conf/parse.ts";
import { thisHost } from "../keepalived/lint/host.ts";
import { lintFiles } from "../keepalived/lint/lint.ts";
import { systemClock } from "../lib/clock.ts";
import { ExitStatus } from "./exit.ts";
import type { Io } from "./io.ts";

export interface CheckOptions {
  readonly config?: string | undefined;
  readonly keepalived?: readonly string[] | undefined;
  /** Whether keepalived.conf is judged against the interfaces and scripts of this host. */
  readonly host?: boolean | undefined;
  /** The version of the keepalived that is to read the files. */
  readonly keepalivedVersion?: string | undefined;
  readonly json?: boolean | undefined;
}

/** One line of `check`. An `error` makes the exit status 2; a `warning` and a `note` do not. */
interface CheckFinding {
  readonly level: "error" | "warning" | "note";
  /** Stable name of what was found; the agent's own configuration has none. */
  readonly code?: string;
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
  readonly path: string;
  readonly message: string;
  readonly remedy?: string;
}

interface Verdict {
  readonly findings: readonly CheckFinding[];
  /** The sentence at the end. */
  readonly sentence: string;
}

/** Validates configurations without starting anything. Findings go to standard output. */
export async function check(options: CheckOptions, io: Io): Promise<number> {
  const keepalived = options.keepalived ?? [];
  if (options.host === true && keepalived.length === 0) {
    io.err("vrrpwatch check: --host needs --keepalived FILE: it is keepalived.conf that is compared with this host\n");
    return ExitStatus.usage;
  }
  const version = options.keepalivedVersion;
  if (version !== undefined && !/^\d+\.\d+\.\d+$/.test(version)) {
    io.err("vrrpwatch check: --keepalived-version needs a version such as 2.3.3, as keepalived --version prints it\n");
    return ExitStatus.usage;
  }
  const verdicts: Verdict[] = [];
  if (keepalived.length === 0 || options.config !== undefined) verdicts.push(await checkConfig(options.config));
  if (keepalived.length > 0) verdicts.push(checkKeepalived(keepalived, options.host === true, version));
  const findings = verdicts.flatMap((verdict) => verdict.findings);
  if (options.json === true) {
    await io.out(`${JSON.stringify({ findings })}\n`);
  } else {
    for (const verdict of verdicts) {
      for (const finding of verdict.findings) await io.out(`${lineOf(finding)}\n`);
      await io.out(`${verdict.sentence}\n`);
    }
  }
  return findings.some(({ level }) => level === "error") ? ExitStatus.usage : ExitStatus.done;
}

function lineOf(finding: CheckFinding): string {
  if (finding.code === undefined) return `${formatProblem(finding)}${finding.level === "warning" ? " (warning)" : ""}`;
  // Names of included files come from the disk: nothing in one may disturb the terminal.
  const file = (finding.file ?? "").replaceAll(/\p{Cc}/gu, "?");
  return `${file}:${finding.line}: ${finding.level} ${finding.code}: ${finding.message}\n    ${finding.remedy}`;
}

async function checkConfig(path: string | undefined): Promise<Verdict> {
  const result = await readConfig(path);
  if (!result.ok) {
    const findings = result.error.map((problem): CheckFinding => ({ level: "error", ...problem }));
    return { findings, sentence: `${count(findings.length, "problem")}: vrrpwatch would not start with this configuration` };
  }
  const { file, config } = result.value;
  if (config.web.config_file !== null) return checkWebConfig(file ?? "", config.web.config_file);
  return { findings: [], sentence: file === null ? "no configuration file: the defaults hold" : `${file}: the configuration is valid` };
}

/** The file of TLS and users that a valid configuration names. */
async function checkWebConfig(file: string, path: string): Promise<Verdict> {
  const { readWebConfig } = await import("../config/web-file/read.ts");
  const { config, warnings } = await readWebConfig(path, systemClock.wall());
  const errors = config.ok ? [] : config.error;
  const findings = [
    ...errors.map((problem): CheckFinding => ({ level: "error", ...problem })),
    ...warnings.map((problem): CheckFinding => ({ level: "warning", ...problem })),
  ];
  if (errors.length > 0)
    return { findings, sentence: `${count(errors.length, "problem")}: vrrpwatch would not start with this web configuration` };
  return { findings, sentence: `${file}: the configuration is valid, and so is ${path}` };
}

function checkKeepalived(paths: readonly string[], host: boolean, version: string | undefined): Verdict {
  const parsed = [...new Set(paths)].map((path) => parseConf(path, nodeReader));
  const findings = lintFiles(parsed, { host: host ? thisHost() : null, version }).map(
    ({ severity, code, file, line, message, remedy }): CheckFinding => ({
      level: severity,
      code,
      file,
      line,
      column: null,
      path: "",
      message,
      remedy,
    }),
  );
  return { findings, sentence: keepalivedSentence(paths, findings) };
}

function keepalivedSentence(paths: readonly string[], findings: readonly CheckFinding[]): string {
  const number = (level: CheckFinding["level"]): number => findings.filter((finding) => finding.level === level).length;
  const tail = `${count(number("warning"), "warning")}, ${count(number("note"), "note")}`;
  const errors = number("error");
  if (errors > 0) return `${count(errors, "error")}, ${tail}: this would not run as it is written`;
  return `${paths.length === 1 ? paths[0] : count(paths.length, "file")}: no errors, ${tail}`;
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`;
