import { type LintCodeEntry, type LintSeverity, lintCodes } from "./finding.ts";

const headings: ReadonlyArray<readonly [LintSeverity, string, string]> = [
  [
    "error",
    "Errors",
    "keepalived 2.2.7 complains of it (`keepalived -t` fails), or the routers cannot work together. The command ends with status 2.",
  ],
  ["warning", "Warnings", "It works, but seldom as it was meant."],
  ["note", "Notes", "Advice."],
];

/** The whole of docs/keepalived-check.md. */
export function lintReference(): string {
  const entries: ReadonlyArray<[string, LintCodeEntry]> = Object.entries(lintCodes);
  const sections = headings.map(([severity, title, text]) => {
    const rows = entries
      .filter(([, entry]) => entry.severity === severity)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([code, { meaning, remedy }]) => `| \`${code}\` | ${cell(meaning)} | ${cell(remedy)} |`);
    return `## ${title}\n\n${text}\n\n| Code | Meaning | What to do |\n| --- | --- | --- |\n${rows.join("\n")}\n`;
  });
  return `# Checking keepalived.conf

Generated from \`src/keepalived/lint/finding.ts\`; do not edit.

\`\`\`
vrrpwatch check --keepalived /etc/keepalived/keepalived.conf           one node
vrrpwatch check --keepalived a.conf --keepalived b.conf                the nodes of one cluster, compared
vrrpwatch check --keepalived /etc/keepalived/keepalived.conf --host    and this host's interfaces and scripts
vrrpwatch check --keepalived a.conf --keepalived-version 2.3.3         for a later keepalived: its keywords are known
\`\`\`

Each finding has its file and line, a code, a sentence and what to do; \`--json\` prints the same for programs. Codes are stable:
scripts may rely on them, messages may change. Includes, definitions, conditions and sequences are followed as keepalived does.
Passwords are never printed. What LVS (virtual_server), BFD, routes and rules hold is not judged.

${sections.join("\n")}`;
}

const cell = (text: string): string => text.replaceAll("|", "\\|");
