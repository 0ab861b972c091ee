/** An expected failure that a person has to read: `code` is API, `message` says what, where and what to do. */
export abstract class AgentError<Code extends string> extends Error {
  readonly code: Code;

  constructor(code: Code, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}
