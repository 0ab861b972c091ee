import type { Notify } from "../../core/host-facts.ts";
import { err, ok, type Result } from "../../lib/result.ts";
import { type LineProblem, parseLine } from "./line.ts";
import { LineSplitter } from "./splitter.ts";

/** What one request or one spool file may hold. */
export const MAX_BODY_BYTES = 64 * 1024;

export interface BadLine {
  /** Counted from 1, empty lines left out. */
  readonly number: number;
  readonly problem: LineProblem;
  /** null where it is too long to be kept. */
  readonly text: string | null;
}

/** Every line of a request or a file, each as what it says or what is wrong with it. Never throws. */
export function parseBody(bytes: Buffer): Result<Notify, BadLine>[] {
  const results: Result<Notify, BadLine>[] = [];
  const bad = (problem: LineProblem, text: string | null): void => {
    results.push(err({ number: results.length + 1, problem, text }));
  };
  const splitter = new LineSplitter({
    line(text) {
      const parsed = parseLine(text);
      if (parsed.ok) results.push(ok(parsed.value));
      else bad(parsed.error, text);
    },
    tooLong: () => bad("too_long", null),
  });
  splitter.push(bytes);
  splitter.end();
  return results;
}
