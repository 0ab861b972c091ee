import { spawnSync } from "node:child_process";
import path from "node:path";

/**
 * The root folder of another Debian release, as `debootstrap` makes it, whose keepalived and FRR the lab runs in place of this machine's.
 * Not set: this machine's.
 */
const root = process.env["VRRPWATCH_LAB_ROOT"] || undefined;

/** keepalived and FRR, by name or by path. */
const isDaemon = (tool: string): boolean => tool === "keepalived" || tool.startsWith("/usr/lib/frr/");

/**
 * The command that runs a daemon of the chosen release: with that release's /usr and /etc/keepalived in a mount namespace of its own.
 * All else is this machine's: /tmp, where the lab's files lie, the rest of /etc, and /proc. Each step replaces itself by the next, so the process id stays.
 */
export function daemonCommand(command: readonly string[]): readonly string[] {
  if (root === undefined) return command;
  // keepalived 2.3 reads its build options there.
  const mounts = 'mount --bind "$0/etc/keepalived" /etc/keepalived && mount --bind "$0/usr" /usr';
  return ["unshare", "--mount", "sh", "-c", `${mounts} && exec "$@"`, root, ...command];
}

/** Whether the keepalived that the lab runs is this version or a later one: `2.3`. */
export function keepalivedIsAtLeast(wanted: string): boolean {
  const [command = "", ...args] = daemonCommand(["keepalived", "--version"]);
  // It tells on standard error.
  const { stderr } = spawnSync(command, args, { encoding: "utf8" });
  const version = /v(\d+\.\d+\.\d+)/.exec(stderr ?? "")?.[1];
  return version !== undefined && version.localeCompare(wanted, "en", { numeric: true }) >= 0;
}

/** The folders that are to hold a tool: those of the chosen release for a daemon, else those of PATH. */
export function foldersOf(tool: string, searched: readonly string[]): readonly string[] {
  if (root === undefined || !isDaemon(tool)) return tool.startsWith("/") ? [""] : searched;
  return tool.startsWith("/") ? [root] : [path.join(root, "usr/sbin")];
}
