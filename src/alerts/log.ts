/** Where the alerts say what goes wrong with them: facts as fields, the message a fixed phrase. Never a URL, never a secret. */
export interface AlertLog {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}
