import { AgentError } from "../lib/errors.ts";

/** The kernel's list of devices could not be read. */
export class NetlinkError extends AgentError<"ERR_NETLINK_UNAVAILABLE" | "ERR_NETLINK_DUMP"> {
  static unavailable(cause: unknown): NetlinkError {
    return new NetlinkError(
      "ERR_NETLINK_UNAVAILABLE",
      "the netlink library cannot be loaded: install the dependencies again on this host",
      { cause },
    );
  }

  static dump(attempts: number, cause: unknown): NetlinkError {
    return new NetlinkError("ERR_NETLINK_DUMP", `the kernel gave no consistent list of devices in ${attempts} attempts`, { cause });
  }
}
