import { chmodSync, chownSync, readFileSync, statSync } from "node:fs";
import { systemCode } from "../../lib/system-code.ts";

/** keepalived runs scripts as this user where it exists and nothing else is configured. */
const SCRIPT_USER = "keepalived_script";
const MAX_FILE_BYTES = 4 << 20;

/** Who may hand in notify calls beside the agent's own user and root. */
export interface NotifyGroup {
  readonly id: number;
  readonly name: string;
}

export interface AccountFiles {
  readonly passwd: string;
  readonly group: string;
}

const systemFiles: AccountFiles = { passwd: "/etc/passwd", group: "/etc/group" };

/**
 * The group of notify scripts: the configured one, else that of the user keepalived_script.
 * @returns null where there is none; `problem` where the configured one is not known on this host
 */
export function findGroup(
  configured: string | null,
  files: AccountFiles = systemFiles,
): { group: NotifyGroup | null; problem: string | null } {
  const groups = rows(files.group).map(([name = "", , id = ""]) => ({ name, id: Number(id) }));
  if (configured !== null) {
    const group = groups.find(({ name, id }) => name === configured || String(id) === configured);
    if (group !== undefined) return { group, problem: null };
    return {
      group: null,
      problem: `keepalived.notify_group: there is no group ${JSON.stringify(configured)} in ${files.group}: create it, or correct the name`,
    };
  }
  const user = rows(files.passwd).find(([name]) => name === SCRIPT_USER);
  const id = Number(user?.[3] ?? Number.NaN);
  if (!Number.isInteger(id)) return { group: null, problem: null };
  return { group: groups.find((group) => group.id === id) ?? { id, name: String(id) }, problem: null };
}

/**
 * Gives a path its mode and, where there is one, its group; without the right to give it away the group gets nothing.
 * @returns what could not be done, with what to do about it
 */
export function share(path: string, group: NotifyGroup | null, modes: { readonly shared: number; readonly alone: number }): string | null {
  try {
    if (group === null) {
      chmodSync(path, modes.alone);
      return null;
    }
    if (statSync(path).gid !== group.id) chownSync(path, -1, group.id);
    chmodSync(path, modes.shared);
    return null;
  } catch (error) {
    const code = systemCode(error);
    const detail = error instanceof Error ? error.message : String(error);
    if (group === null || code !== "EPERM") return `cannot set the mode of ${path}: ${detail}`;
    return `cannot give ${path} to the group ${group.name}, so scripts of other users than root and the agent's cannot use it: make the agent's user a member of that group (systemd: SupplementaryGroups=${group.name})`;
  }
}

/** Whether members of the group can pass through a directory. */
export function isPassable(directory: string, group: NotifyGroup): boolean {
  try {
    const { mode, gid } = statSync(directory);
    return (mode & 0o001) !== 0 || (gid === group.id && (mode & 0o010) !== 0);
  } catch {
    return false;
  }
}

function rows(path: string): string[][] {
  try {
    if (statSync(path).size > MAX_FILE_BYTES) return [];
    return readFileSync(path, "utf8")
      .split("\n")
      .map((line) => line.split(":"));
  } catch {
    return [];
  }
}
