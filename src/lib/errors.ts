/** An expected failure that a person has to read: `code` is API, `message` says what, where and what to do. */
export abstract class AgentError<Code extends string> extends Error {
  readonly code: Code;

  constructor(code: Code, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** Throws a plain error where the program contradicts itself: a bug, so the process may crash and be restarted. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`bug: ${message}`);
}
