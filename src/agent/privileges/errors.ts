import { AgentError } from "../../lib/errors.ts";
import { systemCode } from "../../lib/system-code.ts";
import { type Account, accountText, DEFAULT_USER } from "./account.ts";

export type PrivilegeErrorCode = "ERR_PRIVILEGES_USER_UNKNOWN" | "ERR_PRIVILEGES_NOT_DROPPED";

/** Creates the account that the agent runs as by default, on any Linux distribution. */
export const CREATE_ACCOUNT = `useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin ${DEFAULT_USER}`;

/** The agent cannot become who it should be: it ends before it has handled a frame. */
export class PrivilegeError extends AgentError<PrivilegeErrorCode> {
  /** @param user as the setting spells it */
  static unknownUser(user: string): PrivilegeError {
    const remedy = /^\d+$/.test(user)
      ? `no account has this id, so name its group as well: "${user}:${user}"`
      : user === DEFAULT_USER
        ? `create it: ${CREATE_ACCOUNT}`
        : `create the account, correct the name, or leave the setting out to run as ${DEFAULT_USER}`;
    return new PrivilegeError("ERR_PRIVILEGES_USER_UNKNOWN", `user: there is no account ${JSON.stringify(user)} on this host; ${remedy}`);
  }

  /** A system call failed. */
  static refused(account: Account | null, cause: unknown): PrivilegeError {
    const why = cause instanceof Error ? cause.message : String(cause);
    if (account !== null && systemCode(cause) === "EPERM") {
      return new PrivilegeError(
        "ERR_PRIVILEGES_NOT_DROPPED",
        `root may not become ${accountText(account)} here, since it lacks CAP_SETUID and CAP_SETGID (${why}): start the agent as that user with ` +
          'CAP_NET_RAW, grant the two, or set "user: root"',
        { cause },
      );
    }
    return new PrivilegeError("ERR_PRIVILEGES_NOT_DROPPED", `privileges cannot be given up, so the agent does not start: ${why}`, {
      cause,
    });
  }

  /** Afterwards some thread still had what it should not have. */
  static remains(what: readonly string[]): PrivilegeError {
    return new PrivilegeError(
      "ERR_PRIVILEGES_NOT_DROPPED",
      `privileges were given up, but not all are gone, so the agent does not start: ${what.join("; ")}. ` +
        "Start it as an ordinary user with CAP_NET_RAW instead, and report this",
    );
  }

  static impossible(why: string): PrivilegeError {
    return new PrivilegeError("ERR_PRIVILEGES_NOT_DROPPED", why);
  }
}
