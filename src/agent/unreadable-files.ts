import type { Config } from "../config/schema.ts";
import { describeUnreadable, firstUnreadable, ownUser } from "../keepalived/conf/permission.ts";

/** keepalived's own, each of which has its reader that says so itself; not secrets, and absent on most hosts. */
const TOLD_ELSEWHERE: ReadonlySet<string> = new Set(["pid_file", "vrrp_pid_file"]);

/** Every file that the configuration names for reading: those of keys that end in `_file`, and what `header_files` lists. */
export function filesOf(config: Config): readonly string[] {
  const { keepalived: _, given: __, ...rest } = config;
  return [...new Set(collect(rest))];
}

function collect(value: unknown, key = ""): string[] {
  if (typeof value === "string") return key.endsWith("_file") && !TOLD_ELSEWHERE.has(key) ? [value] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, child]) => collect(child, key === "header_files" ? "header_file" : name));
}

/** What the user that the agent runs as may not read, with the command that would let it. */
export function unreadableFiles(paths: readonly string[]): readonly { readonly path: string; readonly problem: string }[] {
  const user = ownUser();
  return paths.filter((path) => firstUnreadable([path]) !== null).map((path) => ({ path, problem: describeUnreadable(path, user) }));
}
