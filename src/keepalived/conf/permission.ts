import { closeSync, constants, openSync, readFileSync, type Stats, statSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname } from "node:path";
import { systemCode } from "../../lib/system-code.ts";

/** Name of the user that this process runs as. */
export function ownUser(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? "this user"); // a container whose user has no name
  }
}

/** The first of the files that this process may not read; null where it may read all that are there. */
export function firstUnreadable(paths: readonly string[]): string | null {
  for (const path of paths) {
    try {
      closeSync(openSync(path, constants.O_RDONLY | constants.O_NONBLOCK));
    } catch (error) {
      const code = systemCode(error);
      if (code === "EACCES" || code === "EPERM") return path;
    }
  }
  return null;
}

/** Says who may read the file, and the command that would let this user read it, too. */
export function describeUnreadable(path: string, user: string): string {
  const obstacle = findObstacle(path);
  if (obstacle === null) return `${path} may not be read by user ${user}`;
  const { stats, directory } = obstacle;
  const group = nameOf("/etc/group", stats.gid);
  const mode = (stats.mode & 0o7777).toString(8).padStart(4, "0");
  const needed = directory ? 0o010 : 0o040;
  const what = directory ? `${obstacle.path} may not be entered` : `${path} may not be read`;
  // Nobody should have to join the group of root in order to read a file.
  const remedy =
    (stats.mode & needed) !== 0 && stats.gid !== 0
      ? `usermod -aG ${group} ${user} (and start vrrpwatch again)`
      : `setfacl -m u:${user}:${directory ? "x" : "r"} ${obstacle.path}`;
  return `${what} by user ${user}: mode ${mode}, owner ${nameOf("/etc/passwd", stats.uid)}, group ${group}. To allow it: ${remedy}`;
}

/** The file itself, or the first directory above it that may not be entered. */
function findObstacle(path: string): { path: string; stats: Stats; directory: boolean } | null {
  let directory = false;
  for (let at = path; ; at = dirname(at)) {
    try {
      return { path: at, stats: statSync(at), directory };
    } catch {
      directory = true;
    }
    if (dirname(at) === at) return null;
  }
}

/** Of a user or group; its number where the file does not name it. */
function nameOf(database: string, id: number): string {
  try {
    for (const line of readFileSync(database, "utf8").split("\n")) {
      const fields = line.split(":");
      if (fields[2] === String(id)) return fields[0] ?? String(id);
    }
  } catch {
    // The number says it as well.
  }
  return String(id);
}
