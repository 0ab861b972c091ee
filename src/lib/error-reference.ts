import { type ErrorCodeEntry, errorCodes } from "./error-codes.ts";

/** The whole of docs/errors.md. */
export function errorReference(): string {
  const entries: ReadonlyArray<[string, ErrorCodeEntry]> = Object.entries(errorCodes);
  const rows = entries
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, { meaning, remedy, exit }]) => `| \`${code}\` | ${meaning} | ${remedy} | ${exit} |`);
  return `# Errors

Generated from \`src/lib/error-codes.ts\`; do not edit.

The code stands in the field \`code\` of a log line. Codes are stable: scripts may rely on them, messages may change. The last column is
the exit status where the error ends a command.

| Code | Meaning | What to do | Exit |
| --- | --- | --- | --- |
${rows.join("\n")}

Exit status of every command: 0 done (malformed frames are data, not errors), 1 the capture file itself was cut off or damaged (what was
readable has been printed), 2 wrong usage or configuration, 3 a resource is missing or denied.
`;
}
