import { writeSync } from "node:fs";
import { systemCode } from "./system-code.ts";

type Write = (bytes: Uint8Array) => number;

/** A reader that is away for longer than this loses lines, rather than that the agent stands still. In milliseconds. */
const PATIENCE_MS = 100;
const STEP_MS = 5;

/**
 * Standard output, line by line, each written before the call returns. Where it cannot be written to (a full disk, a terminal that went
 * away), lines are lost and the program goes on; the first one that gets through afterwards says how many.
 */
export class StandardOutput {
  readonly #write: Write;
  #lost = 0;
  /** Whether a line broke off, so that the next one would be taken for its end. */
  #amidLine = false;

  /** @param write writes some of the bytes and says how many; throws as `writeSync` does */
  constructor(write: Write = (bytes) => writeSync(1, bytes)) {
    this.#write = write;
  }

  /** Never throws. */
  write(line: string): void {
    if (this.#lost > 0 && this.#put(lostLine(this.#lost))) this.#lost = 0;
    if (this.#lost > 0 || !this.#put(line)) this.#lost += 1;
  }

  #put(line: string): boolean {
    let rest: Uint8Array = Buffer.from(this.#amidLine ? `\n${line}` : line);
    // Once for all lines that are lost in a row.
    let patience = this.#lost > 0 ? 0 : PATIENCE_MS;
    try {
      while (rest.length > 0) {
        const written = this.#tryToWrite(rest);
        if (written > 0) this.#amidLine = true;
        else if (patience <= 0) return false;
        else patience -= pause();
        rest = rest.subarray(written);
      }
      this.#amidLine = false;
      return true;
    } catch {
      // Nobody is there to be told, and nothing else depends on it.
      return false;
    }
  }

  /** @returns 0: a pipe is full */
  #tryToWrite(bytes: Uint8Array): number {
    try {
      return this.#write(bytes);
    } catch (error) {
      if (systemCode(error) === "EAGAIN") return 0;
      throw error;
    }
  }
}

const lostLine = (lost: number): string =>
  `${JSON.stringify({ level: "warn", time: new Date().toISOString(), lost, msg: "log lines could not be written" })}\n`;

function pause(): number {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STEP_MS);
  return STEP_MS;
}
