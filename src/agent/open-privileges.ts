import { readFileSync } from "node:fs";
import type { Native } from "../capture/native.ts";
import type { Config } from "../config/schema.ts";
import { findGroup } from "../keepalived/notify/group.ts";
import { componentLogger, type Logger } from "../lib/log.ts";
import { loadLateCode } from "./late-code.ts";
import { nativeFor } from "./links.ts";
import { ownDirectories } from "./own-directories.ts";
import type { FindUser } from "./privileges/account.ts";
import type { Capability } from "./privileges/capability.ts";
import { readCredentials } from "./privileges/credentials.ts";
import { PrivilegeError } from "./privileges/errors.ts";
import { planPrivileges } from "./privileges/plan.ts";
import { Privileges } from "./privileges/privileges.ts";
import { stateDirectoryProblem } from "./state-directory.ts";
import { filesOf, unreadableFiles } from "./unreadable-files.ts";

export interface OpenPrivilegesDeps {
  readonly config: Config;
  /** The files that were read for the configuration, to be read again when they change. */
  readonly files: readonly string[];
  readonly log: Logger;
}

/**
 * How this process gives up its privileges; null where it cannot: on another system than Linux, or without the addon.
 * @throws ERR_PRIVILEGES_USER_UNKNOWN, ERR_PRIVILEGES_NOT_DROPPED, ERR_CAPTURE_UNAVAILABLE
 */
export function openPrivileges({ config, files, log: parent }: OpenPrivilegesDeps): Privileges | null {
  const log = componentLogger(parent, "privileges");
  const native = process.platform === "linux" ? nativeFor(config.capture.backend) : undefined;
  if (native === undefined) {
    withoutAddon(config, log);
    tellStateDirectory(config, log);
    return null;
  }
  const find = finder(native);
  const plan = planPrivileges({ user: config.user, uid: process.geteuid?.() ?? 0, find });
  const { group } = findGroup(config.keepalived.notify_group);
  return new Privileges(
    {
      plan,
      // It opens a socket of its own for each interface, also for those that come later.
      keep: config.capture.backend === "libpcap" ? ["CAP_NET_RAW"] : [],
      keepUntilServing: lowPort(config) ? (["CAP_NET_BIND_SERVICE"] satisfies Capability[]) : [],
      groups: group === null ? [] : [group.id],
      directories: ownDirectories(config),
      fifo: config.keepalived.notify_fifo,
    },
    {
      calls: native,
      log: { info: (fields, text) => log.info(fields, text), warn: (fields, text) => log.warn(fields, text) },
      credentials: readCredentials,
      environment: process.env,
      loadLateCode,
      settled: (changed) => {
        tellStateDirectory(config, log);
        if (changed) tellUnreadable([...new Set([...files, ...filesOf(config)])], log);
      },
    },
  );
}

function withoutAddon({ user }: Config, log: Logger): void {
  const root = process.geteuid?.() === 0;
  if (user !== null && root && user !== "root")
    throw PrivilegeError.impossible(
      `the agent cannot become user ${user} without its native addon on Linux: build it, start the agent as that user, or set "user: root"`,
    );
  if (root && user === null) log.warn("without the native addon privileges are not given up: the agent goes on as root, with all of them");
}

function tellStateDirectory({ state_directory: path }: Config, log: Logger): void {
  const problem = stateDirectoryProblem(path);
  if (problem !== null)
    log.warn({ path, problem }, "silences, incidents and waiting alerts are kept in memory only, and end with the agent");
}

/** A receiver's secret is read at each attempt, the configuration at each reload: better said now than then. */
function tellUnreadable(paths: readonly string[], log: Logger): void {
  for (const { path, problem } of unreadableFiles(paths))
    log.warn({ path, problem }, "a file that the configuration needs may not be read by the agent's user");
}

function finder(native: Native): FindUser {
  return (user) => native.findUser(user);
}

/** Whether a port is configured that only CAP_NET_BIND_SERVICE opens. */
function lowPort({ web }: Config): boolean {
  const first = firstOpenPort();
  return web.listen.some((address) => address.kind === "tcp" && address.port > 0 && address.port < first);
}

/** @see ip-sysctl, ip_unprivileged_port_start */
function firstOpenPort(): number {
  try {
    const port = Number(readFileSync("/proc/sys/net/ipv4/ip_unprivileged_port_start", "latin1"));
    return Number.isInteger(port) ? port : 1024;
  } catch {
    return 1024;
  }
}
