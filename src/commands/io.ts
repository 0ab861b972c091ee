import { once } from "node:events";
import { ExitStatus } from "./exit.ts";

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

/**
 * The process's own standard output and error. A reader that goes away (`| head`) ends the process without a word; results that
 * cannot be written for another reason (a full disk) end it with one line. What cannot be said on standard error is left unsaid.
 */
export function processIo(): Io {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(process.exitCode ?? ExitStatus.done);
    process.stderr.write(`vrrpwatch: ${outputProblem(error)}\n`, () => process.exit(ExitStatus.resource));
  });
  process.stderr.on("error", () => {});
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

/** Why results could not be written, with what to do. */
export function outputProblem({ code, message }: NodeJS.ErrnoException): string {
  return `cannot write to standard output: ${outputFailures[code ?? ""] ?? message}`;
}

const outputFailures: Readonly<Record<string, string>> = {
  ENOSPC: "no space is left on the device (ENOSPC): free some, or write elsewhere",
  EDQUOT: "the disk quota is used up (EDQUOT): free some space, or write elsewhere",
  EFBIG: "the file would become larger than is allowed (EFBIG): raise the limit, or write elsewhere",
  EIO: "the device failed (EIO): write elsewhere",
  EBADF: "it is closed (EBADF): redirect it to a file or to /dev/null",
};
