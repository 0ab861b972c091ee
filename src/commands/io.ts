import { once } from "node:events";

/** Where a command writes, so that tests can read it. */
export interface Io {
  /** Results. A promise means that the reader is slower than we are: wait for it before writing more. */
  out(text: string): void | Promise<void>;
  /** What a person has to know: problems, progress. */
  err(text: string): void;
  /** Whether results go to a terminal. */
  readonly isTerminal: boolean;
  /** Whether `err` goes to a terminal, where a progress line is welcome. */
  readonly errorsToTerminal: boolean;
}

/** The process's own standard output and error. A reader that goes away (`| head`) ends the process without a word. */
export function processIo(): Io {
  const gone = (error: NodeJS.ErrnoException): void => {
    if (error.code !== "EPIPE") throw error;
    process.exit(process.exitCode ?? 0);
  };
  process.stdout.on("error", gone);
  process.stderr.on("error", gone);
  return {
    out(text) {
      if (process.stdout.write(text)) return;
      return once(process.stdout, "drain").then(() => undefined);
    },
    err(text) {
      process.stderr.write(text);
    },
    isTerminal: process.stdout.isTTY === true,
    errorsToTerminal: process.stderr.isTTY === true,
  };
}
