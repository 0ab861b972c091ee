import type { Io } from "../../src/commands/io.ts";

/** An Io that keeps what a command prints. */
export class CollectIo implements Io {
  readonly isTerminal = false;
  readonly errorsToTerminal = false;
  stdout = "";
  stderr = "";

  out(text: string): void {
    this.stdout += text;
  }

  err(text: string): void {
    this.stderr += text;
  }

  /** What was printed, one JSON value a line. */
  json(): Record<string, unknown>[] {
    return this.stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }
}
