import { closeSync, constants, fstatSync, openSync, readdirSync, readSync } from "node:fs";
import { dirname, isAbsolute, join, normalize } from "node:path";
import { err, ok, type Result } from "../../lib/result.ts";
import { systemCode } from "../../lib/system-code.ts";

export type ReadFailure = "absent" | "unreadable" | "not_a_file" | "too_large";

/** How the parser reaches files, so that tests need no disk. */
export interface ConfReader {
  /** Text in which each byte is one character: keepalived knows no encoding. */
  read(path: string): Result<string, ReadFailure>;
  /** Names in a folder; empty where it cannot be listed. */
  list(folder: string): readonly string[];
}

/** No keepalived.conf of the field comes near it. */
export const LARGEST_FILE = 10 * 1024 * 1024;

/** The files of this host. Opening never waits: what is no regular file is refused. */
export const fileReader: ConfReader = {
  read(path) {
    let fd: number;
    try {
      fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    } catch (error) {
      const code = systemCode(error);
      return err(code === "ENOENT" || code === "ENOTDIR" ? "absent" : "unreadable");
    }
    try {
      const stat = fstatSync(fd);
      if (!stat.isFile()) return err("not_a_file");
      if (stat.size > LARGEST_FILE) return err("too_large");
      const bytes = Buffer.alloc(stat.size);
      let length = 0;
      while (length < bytes.length) {
        const read = readSync(fd, bytes, length, bytes.length - length, null);
        if (read === 0) break;
        length += read;
      }
      return ok(bytes.toString("utf8", 0, length));
    } catch {
      return err("unreadable");
    } finally {
      closeSync(fd);
    }
  },
  list(folder) {
    try {
      return readdirSync(folder);
    } catch {
      return [];
    }
  },
};

/** Patterns that one include may stand for, and paths that they may find. */
const MOST_PATTERNS = 1_000;
const MOST_PATHS = 10_000;

const isPattern = (text: string): boolean => /[*?[]/.test(text);

/**
 * The files that an include names: braces are expanded, then `*`, `?` and `[...]` in each part of the path, in the order of
 * glob(3); relative to the folder of the including file.
 */
export function includedFiles(reader: ConfReader, include: string, includingFile: string): { files: string[]; folders: string[] } {
  const files: string[] = [];
  const folders = new Set<string>();
  for (const pattern of braces(include)) {
    const path = normalize(isAbsolute(pattern) ? pattern : join(dirname(includingFile), pattern));
    let found = ["/"];
    for (const part of path.split("/").filter(Boolean)) {
      if (!isPattern(part)) {
        found = found.map((folder) => join(folder, part));
        continue;
      }
      const matcher = globPart(part);
      for (const folder of found) folders.add(folder);
      found = found.flatMap((folder) =>
        [...reader.list(folder)]
          .filter((name) => matcher.test(name) && (part.startsWith(".") || !name.startsWith(".")))
          .sort()
          .map((name) => join(folder, name)),
      );
      if (found.length > MOST_PATHS) found.length = MOST_PATHS;
    }
    files.push(...found);
  }
  return { files, folders: [...folders] };
}

function globPart(part: string): RegExp {
  const source = part
    .replaceAll(/[.+^${}()|\\]/g, "\\$&")
    .replaceAll("*", "[^/]*")
    .replaceAll("?", "[^/]")
    .replaceAll("[!", "[^");
  try {
    return new RegExp(`^${source}$`);
  } catch {
    return /^\b$/;
  }
}

/** `a{b,c}d` is `abd` and `acd`. */
function braces(text: string): string[] {
  const out: string[] = [];
  const queue = [text];
  for (let next = queue.shift(); next !== undefined && out.length + queue.length < MOST_PATTERNS; next = queue.shift()) {
    const match = /\{([^{}]*)\}/.exec(next);
    if (match === null) {
      out.push(next);
      continue;
    }
    const [before, after] = [next.slice(0, match.index), next.slice(match.index + match[0].length)];
    queue.unshift(...(match[1] ?? "").split(",").map((one) => before + one + after));
  }
  return out;
}
