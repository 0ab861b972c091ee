/** What a code of an `AgentError` means, what to do about it, and the exit status when it ends a command. */
export interface ErrorCodeEntry {
  readonly meaning: string;
  readonly remedy: string;
  readonly exit: 1 | 2 | 3;
}

/**
 * Every error code, declared once. A code is API: scripts and log searches rely on it.
 * docs/errors.md is generated from this table, and a test keeps it equal to the codes that the source uses.
 */
export const errorCodes = {
  ERR_CAPTURE_DENIED: {
    meaning: "The process may not capture frames.",
    remedy:
      "Grant CAP_NET_RAW: run as root, use `setcap cap_net_raw+ep` on the Node binary, or set `AmbientCapabilities=CAP_NET_RAW` in the systemd unit.",
    exit: 3,
  },
  ERR_CAPTURE_NO_DEVICE: {
    meaning: "An interface that should be captured does not exist.",
    remedy: "Compare `capture.interfaces` with `ip link`; an interface that appears later is picked up by itself.",
    exit: 3,
  },
  ERR_CAPTURE_LOST: {
    meaning: "A running capture ended, mostly because its interface went away.",
    remedy:
      "Nothing, if the interface is meant to be gone: the capture is opened again by itself. With libpcap, after 64 vanished interfaces: restart the agent.",
    exit: 3,
  },
  ERR_CAPTURE_UNAVAILABLE: {
    meaning: "The capture backend cannot be used on this system.",
    remedy: "Do what the message says: build the addon, install the optional package `pcap`, or choose the other `capture.backend`.",
    exit: 3,
  },
  ERR_HTTP_ADDRESS_IN_USE: {
    meaning: "Another program listens on the address already.",
    remedy: "Stop it (it may be a second vrrpwatch), or set `web.listen` or `--listen` to another address.",
    exit: 3,
  },
  ERR_HTTP_ADDRESS_DENIED: {
    meaning: "The process may not listen on the address.",
    remedy: "Take a port above 1023, or grant CAP_NET_BIND_SERVICE; for a Unix socket let the agent's user write to its directory.",
    exit: 3,
  },
  ERR_HTTP_ADDRESS_UNAVAILABLE: {
    meaning: "This host has no such address, or the directory of the Unix socket is missing.",
    remedy: "Correct `web.listen` or `--listen`, or create the directory.",
    exit: 3,
  },
  ERR_HTTP_LISTEN: {
    meaning: "Listening failed for a reason that the message gives.",
    remedy: "Read the message; it ends with the words of the operating system.",
    exit: 3,
  },
  ERR_NETLINK_UNAVAILABLE: {
    meaning: "The library that asks the kernel for interfaces cannot be loaded.",
    remedy: "Install the dependencies again on this host (`npm ci`); its binary must fit the system.",
    exit: 3,
  },
  ERR_NETLINK_DUMP: {
    meaning: "The kernel gave no consistent list of interfaces, because they change all the time.",
    remedy: "Look for a program that creates and deletes interfaces in a loop; the list is asked for again by itself.",
    exit: 3,
  },
  ERR_STATE_DIRECTORY_IN_USE: {
    meaning: "Another vrrpwatch uses the state directory; two would take each other's alerts, silences and incidents for their own.",
    remedy:
      "Stop the process that the message names, or give one of the two a directory of its own (`state_directory` or `--state-directory`).",
    exit: 3,
  },
  ERR_PRIVILEGES_USER_UNKNOWN: {
    meaning: "The setting `user` names an account that this host does not have.",
    remedy: "Create the account (the message has the command), or correct the setting.",
    exit: 2,
  },
  ERR_PRIVILEGES_NOT_DROPPED: {
    meaning: "The agent could not give up the privileges that it was started with, or some were left. It handles nothing with them.",
    remedy: "Do what the message says; an agent that is started as an ordinary user with CAP_NET_RAW has nothing to give up.",
    exit: 3,
  },
  ERR_RELOAD_INCOMPLETE: {
    meaning:
      "A fault of vrrpwatch kept the running agent from taking up a whole changed configuration. It ends rather than run by half of it.",
    remedy: "Start it again (systemd and Kubernetes do so by themselves), and report it with the log.",
    exit: 3,
  },
  ERR_CONFIG_INVALID: {
    meaning: "The configuration file or a flag is wrong. Every problem is listed with its place.",
    remedy: "Correct each line that is listed; `vrrpwatch check` shows them again without starting anything.",
    exit: 2,
  },
} as const satisfies Readonly<Record<string, ErrorCodeEntry>>;

export type ErrorCode = keyof typeof errorCodes;

/** The exit status for a code; 3 (a resource is missing or denied) where the table does not know it. */
export function exitStatusOf(code: string): number {
  const table: Readonly<Record<string, ErrorCodeEntry>> = errorCodes;
  return Object.hasOwn(table, code) ? (table[code]?.exit ?? 3) : 3;
}
