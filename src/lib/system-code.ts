/** The `code` of a system error, such as `EADDRINUSE`; undefined for anything else. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

const shortages: ReadonlySet<string> = new Set(["EMFILE", "ENFILE", "ENOMEM"]);

/** Whether this process or host ran out of descriptors or memory: that says nothing about what was looked at, which may be as it was. */
export const isShortage = (error: unknown): boolean => shortages.has(systemCode(error) ?? "");

/** For a handler of failures that are answers: passes on a shortage, which is none. @throws it */
export function passShortage(error: unknown): void {
  if (isShortage(error)) throw error;
}
