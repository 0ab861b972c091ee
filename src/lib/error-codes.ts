/** What a code of an `AgentError` means, what to do about it, and the exit status when it ends a command. */
export interface ErrorCodeEntry {
  readonly meaning: string;
  readonly remedy: string;
  readonly exit: 1 | 2 | 3;
}

/**
 * Every error code, declared once. A code is API: scripts and log searches rely on it.
 * docs/errors.md is generated from this table, and a test keeps it equal to the codes that the source uses.
 */
export const errorCodes = {
  ERR_CONFIG_INVALID: {
    meaning: "The configuration file or a flag is wrong. Every problem is listed with its place.",
    remedy: "Correct each line that is listed; `vrrpwatch check` shows them again without starting anything.",
    exit: 2,
  },
} as const satisfies Readonly<Record<string, ErrorCodeEntry>>;

export type ErrorCode = keyof typeof errorCodes;

/** The exit status for a code; 3 (a resource is missing or denied) where the table does not know it. */
export function exitStatusOf(code: string): number {
  const table: Readonly<Record<string, ErrorCodeEntry>> = errorCodes;
  return Object.hasOwn(table, code) ? (table[code]?.exit ?? 3) : 3;
}
