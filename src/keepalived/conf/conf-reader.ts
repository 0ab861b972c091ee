import { closeSync, constants, fstatSync, openSync, readdirSync, readSync } from "node:fs";
import { err, ok, type Result } from "../../lib/result.ts";
import { passShortage } from "../../lib/system-code.ts";
import { confLimits } from "./statement.ts";

export type ReadFailure = "absent" | "unreadable" | "not_a_file" | "too_large" | "not_text";

/** Where the text of keepalived.conf and its includes comes from. Both throw a shortage (`isShortage`), which says nothing of the file. */
export interface ConfReader {
  read(path: string): Result<string, ReadFailure>;
  /** Names in a directory; none where it cannot be listed. */
  list(directory: string): readonly string[];
}

/** Names of one directory that are looked at: more than files that may be included. */
const mostNames = 20_000;

/** Reads regular files, and only them: opening a pipe without a writer waits forever, a device may never end. */
export const nodeReader: ConfReader = {
  read(path) {
    let descriptor: number;
    try {
      descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    } catch (error) {
      return err(failureOf(error));
    }
    try {
      if (!fstatSync(descriptor).isFile()) return err("not_a_file");
      const bytes = readAtMost(descriptor, confLimits.characters + 1);
      if (bytes.length > confLimits.characters) return err("too_large");
      // A comment in an old encoding is no reason to refuse the file: only a NUL byte is never text.
      return bytes.includes(0) ? err("not_text") : ok(bytes.toString("utf8"));
    } catch (error) {
      return err(failureOf(error));
    } finally {
      closeSync(descriptor);
    }
  },
  list(directory) {
    try {
      return readdirSync(directory).slice(0, mostNames).sort();
    } catch (error) {
      passShortage(error);
      return [];
    }
  },
};

function readAtMost(descriptor: number, limit: number): Buffer {
  const chunks: Buffer[] = [];
  let length = 0;
  while (length < limit) {
    const chunk = Buffer.allocUnsafe(Math.min(65_536, limit - length));
    const count = readSync(descriptor, chunk, 0, chunk.length, null);
    if (count === 0) break;
    chunks.push(chunk.subarray(0, count));
    length += count;
  }
  return Buffer.concat(chunks, length);
}

function failureOf(error: unknown): ReadFailure {
  passShortage(error);
  const code = error instanceof Error && "code" in error ? error.code : "";
  if (code === "ENOENT" || code === "ENOTDIR") return "absent";
  return code === "EISDIR" || code === "ENXIO" ? "not_a_file" : "unreadable";
}
