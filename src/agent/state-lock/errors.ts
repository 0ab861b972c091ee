import { AgentError } from "../../lib/errors.ts";
import type { LockHolder } from "./holder.ts";

/** The state directory is another agent's. */
export class StateDirectoryError extends AgentError<"ERR_STATE_DIRECTORY_IN_USE"> {
  /** @param holder null where it has not said who it is @param host this one's name */
  static inUse(directory: string, holder: LockHolder | null, host: string): StateDirectoryError {
    const where = holder === null || holder.host === host ? "" : ` on the host ${holder.host}`;
    const who = holder === null ? "another vrrpwatch" : `another vrrpwatch (process ${holder.pid}${where}, since ${holder.since})`;
    return new StateDirectoryError(
      "ERR_STATE_DIRECTORY_IN_USE",
      `${who} uses the state directory ${directory}: stop it, or give one of the two another directory (state_directory, --state-directory)`,
    );
  }
}
