import { type ConfReader, LARGEST_FILE } from "../../../src/keepalived/conf/reader.ts";
import type { Statement } from "../../../src/keepalived/conf/tree.ts";
import { err, ok } from "../../../src/lib/result.ts";

export const MAIN = "/etc/keepalived/keepalived.conf";

/** A disk with these files. */
export function disk(files: Readonly<Record<string, string>>): ConfReader {
  return {
    read(path) {
      const text = files[path];
      if (text === undefined) return err("absent");
      return text.length > LARGEST_FILE ? err("too_large") : ok(text);
    },
    list(folder) {
      const names = Object.keys(files)
        .filter((path) => path.startsWith(`${folder}/`))
        .map((path) => path.slice(folder.length + 1).split("/", 1)[0] ?? "");
      return [...new Set(names)];
    },
  };
}

/** A tree as short text: words by blanks, blocks in braces. */
export function short(statements: readonly Statement[]): string {
  return statements.map(({ words, block }) => words.join(" ") + (block === null ? "" : `{${short(block)}}`)).join(";");
}
