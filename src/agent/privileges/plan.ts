import { type Account, accountOf, DEFAULT_USER, type FindUser } from "./account.ts";
import { CREATE_ACCOUNT, PrivilegeError } from "./errors.ts";

export interface PlanInput {
  /** The setting `user`. */
  readonly user: string | null;
  /** Who the process is now. */
  readonly uid: number;
  readonly find: FindUser;
}

/** Who the agent is to be once its sockets are open. Capabilities go in any case. */
export interface Plan {
  /** null: it stays who it is. */
  readonly become: Account | null;
  /** What the administrator should know, with what to do. */
  readonly warning: string | null;
}

/**
 * Decides whom to become: only root can become anybody.
 * @throws ERR_PRIVILEGES_USER_UNKNOWN
 */
export function planPrivileges({ user, uid, find }: PlanInput): Plan {
  const account = accountOf(user ?? DEFAULT_USER, find);
  if (uid !== 0) return { become: null, warning: user === null || isAlready(user, account, uid) ? null : cannotChange(user, uid) };
  if (account === null && user !== null) throw PrivilegeError.unknownUser(user);
  if (account === null) return { become: null, warning: staysRoot() };
  return { become: account.uid === 0 ? null : account, warning: null };
}

/** An id without an account is whom it says, too. */
function isAlready(user: string, account: Account | null, uid: number): boolean {
  return account === null ? user === String(uid) : account.uid === uid;
}

function staysRoot(): string {
  return (
    `there is no account ${DEFAULT_USER}, so the agent goes on as root, though without any capability; create it and start the agent again: ` +
    `${CREATE_ACCOUNT} (the Debian package does so by itself; "user: root" in the configuration says that root is meant)`
  );
}

function cannotChange(user: string, uid: number): string {
  return (
    `the setting user names ${JSON.stringify(user)}, but the agent was started by the user with the id ${uid}, who may not become another: ` +
    "it goes on as that one; start it as root, or as the user that is meant"
  );
}
