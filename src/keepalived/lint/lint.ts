import type { ParsedConf } from "../conf/statement.ts";
import { checkAddresses } from "./addresses.ts";
import { checkArguments } from "./arguments.ts";
import { checkAuthentication } from "./authentication.ts";
import { type Finding, type LintCode, lintCodes, type Report } from "./finding.ts";
import { checkGlobals } from "./globals.ts";
import { checkHost, type HostProbe } from "./host.ts";
import { checkInstances } from "./instance.ts";
import { checkPairs } from "./pairs.ts";
import { checkNames, checkStructure, reportProblems } from "./structure.ts";
import { checkTracking } from "./tracking.ts";
import { checkUnicast } from "./unicast.ts";
import { type ConfView, viewOf } from "./view.ts";

export interface LintOptions {
  /** This host, for rules that look at its interfaces and scripts; null where the files are for another one. */
  readonly host: HostProbe | null;
  /** The keepalived that is to read the files, such as "2.3.3"; default 2.2.7. */
  readonly version?: string | undefined;
}

/** Whose complaints the rules follow. */
const JUDGED_VERSION = "2.2.7";

/** A file may be wrong on every line: nobody reads more than these. Counted for each severity, so that notes hide no error. */
const MOST_FINDINGS = 1_000;

const rules: ReadonlyArray<(view: ConfView, report: Report) => void> = [
  checkArguments,
  checkNames,
  checkInstances,
  checkAddresses,
  checkAuthentication,
  checkUnicast,
  checkTracking,
  checkGlobals,
];

/** Judges keepalived.conf files as keepalived 2.2.7 would, but for keywords that a later one has; each by itself, and several as the nodes of one cluster. */
export function lintFiles(files: readonly ParsedConf[], options: LintOptions): Finding[] {
  const findings: Finding[] = [];
  const counts = { error: 0, warning: 0, note: 0 };
  const report: Report = (code, { file, line }, message, instance = null, remedy) => {
    const entry = lintCodes[code];
    if (counts[entry.severity]++ >= MOST_FINDINGS) return;
    findings.push({
      code,
      severity: entry.severity,
      file,
      line,
      message: message.replaceAll(/\p{Cc}/gu, "?"),
      remedy: remedy ?? entry.remedy,
      instance,
    });
  };
  for (const { statements, problems } of files) {
    reportProblems(problems, report);
    const view = viewOf(statements);
    checkStructure(view, options.version ?? JUDGED_VERSION, report);
    for (const rule of rules) rule(view, report);
    if (options.host !== null) checkHost(view, options.host, report);
  }
  if (files.length > 1) checkPairs(files, report);
  return sorted(findings, files);
}

/** By file in the order given (what it includes after it), then by line. */
function sorted(findings: readonly Finding[], files: readonly ParsedConf[]): Finding[] {
  const order = [...new Set(files.flatMap((one) => one.files))];
  const seen = new Set<string>();
  return findings
    .filter(({ file, line, code, message }) => {
      const key = `${file}\0${line}\0${code}\0${message}`;
      return !seen.has(key) && seen.add(key) !== undefined;
    })
    .toSorted((a, b) => order.indexOf(a.file) - order.indexOf(b.file) || a.line - b.line || byCode(a.code, b.code));
}

const byCode = (a: LintCode, b: LintCode): number => (a < b ? -1 : a > b ? 1 : 0);
